"""Long mails: how large, and what is given up first."""

from dataclasses import replace

import pytest

from recommender.digest.links import DigestLinks
from recommender.digest.render import spans_text
from recommender.digest.shortening import MOST, SIZE, cut_spans, fitting, versions
from recommender.domain.digests import Digest, Span
from recommender.domain.editions import Section
from tests.digest.rich import CHANGED, EDITING, crowd, rich
from tests.digest.samples import english, links, mail_links, renderer

WAYS = pytest.mark.parametrize("by", [links(), mail_links()], ids=["web", "mail"])


def size(made: Digest) -> int:
    """Return the octets of a digest's HTML."""
    return len(renderer().html(made, english()).encode())


@WAYS
def test_25_papers_fit(by: DigestLinks) -> None:
    """Twenty-five papers with long texts and levers, some with code, trends and summaries."""
    assert size(crowd(25, by)) <= SIZE


@WAYS
@pytest.mark.parametrize("number", [5, 10, 16])
def test_usual_digests_lose_nothing(number: int, by: DigestLinks) -> None:
    """Up to sixteen papers in which everything is said stay whole."""
    page = renderer().html(crowd(number, by, every=True), english())
    assert len(page.encode()) <= SIZE
    assert page.count("begin to disturb each other; we measure when") == number


@WAYS
@pytest.mark.parametrize("number", [25, 35, 50])
def test_nothing_is_over_the_most(number: int, by: DigestLinks) -> None:
    """However much is said of up to fifty papers, mail programs show the whole; none is lost."""
    page = renderer().html(crowd(number, by, every=True), english())
    assert len(page.encode()) <= MOST
    assert page.count("<h2") == page.count("knowledge editing”") - 1 == number


def test_the_largest_edition_fits() -> None:
    """Fifty papers with long titles and names, and ten that their reader knows, by mail."""
    long = replace(EDITING[0], title=EDITING[0].title * 2, by=", ".join(["Maximilian Fröhlich-Schmidt"] * 6))
    many = tuple(replace(long, title=f"{place}: {long.title}") for place in range(50))
    known = CHANGED * 5
    made = rich(mail_links(), ((Section.INTEREST, "All", "", many), (Section.CHANGED, "Changed", "", known)))
    assert size(made) <= MOST


def test_first_papers_stay_whole_longest() -> None:
    """Of fifty papers the first ten keep their key sentence where it fits, and the text part keeps all."""
    made = crowd(35)
    page = renderer().html(made, english())
    assert page.count("Less like this</a>") == 10
    assert page.count("Less like this</a>") < page.count("factual association") <= 35
    assert renderer().text(made, english()).count("Neighbouring facts stay") == 35


def test_order_of_steps() -> None:
    """The rest goes before summaries, then papers are in short, then the key sentence goes, then names."""
    seen = [
        (
            bool(last.excerpt),
            bool(last.summary),
            not last.brief,
            bool(last.sentence),
            bool(made.papers[0].sentence),
            bool(last.byline),
        )
        for _, made in versions(crowd(12, every=True))
        for last in made.papers[-1:]
    ]
    assert seen == sorted(seen, reverse=True)
    assert seen[0] == (True,) * 6
    assert seen[-1] == (False,) * 6
    limits = [limit for limit, _ in versions(crowd(1))]
    assert limits == sorted(limits)


@pytest.mark.parametrize("first", range(1, 12))
def test_the_longest_that_fits_is_found(first: int) -> None:
    """Whichever version is the first that fits is taken, after at most five were filled; else the last."""
    made = [version for _, version in versions(crowd(12, mail_links(), every=True))]
    filled: list[int] = []

    def fill(version: Digest) -> str:
        filled.append(made.index(version))
        return str(filled[-1]).ljust(SIZE if filled[-1] >= first else MOST + 1)

    assert fitting(made[0], fill).rstrip() == str(min(first, len(made) - 1))
    assert len(made) == 11
    assert len(filled) <= 5


def test_spans_are_cut_at_words() -> None:
    """A cut text ends at a word, keeps its marks, and says that it goes on."""
    spans = (Span("Small "), Span("models", marked=True), Span(" that cite their sources"))
    assert cut_spans(spans, 100) == spans
    assert cut_spans(spans, 0) == ()
    cut = cut_spans(spans, 18)
    assert spans_text(cut) == "Small models that…"
    assert cut[1] == Span("models", marked=True)
    assert spans_text(cut_spans(spans, 10)) == "Small…"
