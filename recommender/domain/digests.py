"""What a digest says, in words and links, before any markup. Every text is plain Unicode, not escaped."""

from dataclasses import dataclass, field

from recommender.domain.editions import KNOWN, Section


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text; a marked one is set off: a term that matched, an author who is followed."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """A row of numbers as eight-step glyphs, and what they say in words; never shown without them."""

    glyphs: str
    spoken: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverLink:
    """What a reader can turn so that fewer or more such papers come: words and the way."""

    words: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbs:
    """The links under one paper."""

    up: str
    down: str
    save: str
    save_words: str
    """Says something else where the paper is on the reading list already and the link is the way back."""
    less: str = ""
    """The way to "less like this"; empty where no web server shows the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPaper:
    """One paper as a reader sees it. Empty text and None mean: not known, say nothing."""

    number: int
    """Place in the whole digest, from 1."""
    title: str
    url: str | None
    byline: tuple[Span, ...]
    """Who wrote it: names, or how many, or the organisation."""
    facts: tuple[str, ...]
    """Category, venue, date: what fits on one quiet line."""
    signals: tuple[str, ...]
    """Attention in words, `120 upvotes`."""
    sentence: tuple[Span, ...]
    """The sentence of the abstract that tells most, whole."""
    excerpt: tuple[Span, ...]
    """More of the abstract, cut by length."""
    reason: str
    match: str
    """`strong match`, `good match`, `worth a look`, or empty where fit was not the point."""
    code_url: str | None
    thumbs: Thumbs
    trend: Spark | None = None
    """Attention over time."""
    summary: str = ""
    """A summary that a source brought along; not ours."""
    summary_by: str = ""
    """Whose it is, in words that stand before it."""
    lever: LeverLink | None = None
    """What would change the reason."""
    group: str = ""
    """Says that it is of one series with a paper above it; empty for most."""
    name: str = ""
    """The beginning of the title, unlike any other in the digest; filled in when it is rendered."""
    brief: bool = False
    """Whether it is shown in short because the mail would be too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestInterest:
    """One line of the overview: how much of this edition an interest has, and how it fared."""

    name: str
    words: str
    """`5 of 34 that fit`, `nothing fits well enough`, `paused`."""
    share: int
    """Per cent of the edition, 0..100."""
    trend: Spark | None = None
    """Papers that fitted, by day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSection:
    """A heading with papers under it; an interest that nothing fits has none, and a note that says so."""

    kind: Section
    heading: str
    note: str
    """One sentence that says what the section is, or how many papers were left out."""
    papers: tuple[DigestPaper, ...]

    @property
    def brief(self) -> bool:
        """Whether its papers are shown in short: their reader knows them."""
        return self.kind in KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFooter:
    """Why this came, when the next one comes, and every way out."""

    why: str
    next_edition: str
    """When the next edition is due, with the zone named; empty if none is."""
    sender: str
    note: str
    """What a reader has to know of the buttons; may be empty."""
    unsubscribe: str
    help: str
    """Where a reader learns what else can be done."""
    sources: str = ""
    """How the sources stood when it was made; may be empty."""
    operator: str = ""
    """A line of whoever runs this; may be empty."""
    view: str = ""
    """This and the next two are empty where no web server shows the page."""
    reading: str = ""
    preferences: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedPaper:
    """One paper of an edition that may not have arrived; the link may be missing."""

    title: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestMissed:
    """What a reader may have missed because nobody knows whether the edition before this one arrived."""

    when: str
    """`Thursday 29 January`, or `the week to Thursday 29 January`."""
    papers: tuple[MissedPaper, ...]
    more: int
    """How many papers it had beyond these."""
    view: str
    """The whole of it in the browser; empty where no web server shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The content of one edition."""

    subject: str
    """At most 70 characters, safe in a header."""
    preheader: str
    title: str
    """The one main heading."""
    reader: str
    """The reader's name, may be empty."""
    summary: str
    """What is inside and out of how many, in words."""
    sections: tuple[DigestSection, ...]
    footer: DigestFooter
    overview: tuple[DigestInterest, ...] = ()
    missed: DigestMissed | None = None
    language: str = field(default="en")
    direction: str = "ltr"

    @property
    def papers(self) -> tuple[DigestPaper, ...]:
        """Every paper, in reading order."""
        return tuple(paper for section in self.sections for paper in section.papers)
