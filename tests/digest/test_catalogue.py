"""The catalogue: complete in every language, nothing in it unused, and no text of a digest elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.digest.catalogue import Catalogue, CatalogueFault, catalogue, gaps
from recommender.domain.feedback import Act
from recommender.domain.requests import RequestKind
from tests.digest.pseudo import FOLDER, of_page, outside, pseudo, shipped
from tests.digest.samples import renderer
from tests.digest.tour import digests, mail_subjects, strange, vocabulary
from tests.paths import REPOSITORY

LANGUAGES = sorted({path.stem for path in FOLDER.glob("*.toml")} - {"en"})


def test_every_text_comes_from_the_catalogue() -> None:
    """Digests of every sort with a catalogue in brackets: outside of them are data and nothing else."""
    wording, _ = pseudo()
    words, known, made = wording.of(""), vocabulary(), renderer()
    for digest in digests(words):
        heads = f"{outside(digest.subject)} {outside(digest.preheader)}"
        for seen in (heads, of_page(made.html(digest, words)), outside(made.text(digest, words))):
            assert strange(seen, known) == []
    for link in mail_subjects(words):
        assert strange(outside(link), known) == []


def test_a_text_written_elsewhere_is_found() -> None:
    """The test above sees what stands in a page, in an attribute, in a gap, in a mail's subject."""
    known = vocabulary()
    assert strange(of_page("<p>⟦Fine ⟧Ana⟦.⟧</p>"), known) == []
    assert strange(of_page("<p>⟦Fine ⟧Ana, hello⟦.⟧</p>"), known) == ["hello"]
    assert strange(of_page('<a aria-label="Useful: ⟦Ana⟧">⟦x⟧</a>'), known) == ["Useful"]
    assert strange(of_page('<a href="mailto:a@b?subject=Help%20%5Bpr:v:x%5D&body=x">⟦x⟧</a>'), known) == [
        "Help"
    ]
    assert strange(outside("⟦cut short… ⟦Why:⟧ so\nMute"), known) == ["so", "Mute"]


def test_every_text_is_used() -> None:
    """A key that no rendering says and no code names is dead."""
    wording, entries = pseudo()
    words, made = wording.of(""), renderer()
    for digest in digests(words):
        made.html(digest, words)
        made.text(digest, words)
    mail_subjects(words)
    assert sorted(set(entries) - entries.heard - set(_named(set(entries)))) == []


def test_every_key_that_is_named_exists() -> None:
    """In templates and in code; of a computed one the part that is written there."""
    keys = set(shipped().entries)
    named = list(_calls())
    assert len(named) > 50
    assert [key for key in named if not _fitting(key, keys)] == []


def _calls() -> Iterator[str]:
    """Yield the keys in calls of `words.say`; computed parts are `{…}`."""
    call = re.compile(r"""words\.say\(\s*f?"([^"]+)\"""")
    for path in sorted([*REPOSITORY.glob("recommender/**/*.py"), *REPOSITORY.glob("templates/**/*.*")]):
        if path.suffix in {".py", ".html", ".txt"}:
            yield from call.findall(path.read_text(encoding="utf-8"))


def _named(keys: set[str]) -> Iterator[str]:
    """Yield the keys that short mails name, which no digest says."""
    source = Path(REPOSITORY / "recommender/services/answers.py").read_text(encoding="utf-8")
    note = Path(REPOSITORY / "recommender/digest/acknowledgement.py").read_text(encoding="utf-8")
    yield from (f"answer.{name}" for name in re.findall(r'"([a-z_]+)"', source))
    yield from re.findall(r'"(answer\.[a-z_]+)"', note)
    yield from (f"answer.{act.value}" for act in Act)
    writer = Path(REPOSITORY / "recommender/services/letter_writing.py").read_text(encoding="utf-8")
    named = set(re.findall(r'"([a-z_]+)"', writer)) | {kind.value for kind in RequestKind}
    parts = ("", ".subject", ".text", ".button")
    yield from (key for name in named for part in parts if (key := f"letter.{name}{part}") in keys)
    for key in _calls():
        if key.startswith(("answer.", "letter.")) and "{" not in key:
            yield from _fitting(key, keys)


def _fitting(key: str, keys: set[str]) -> list[str]:
    pattern = re.compile("[a-z_]+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", key)))
    return [one for one in keys if pattern.fullmatch(one)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_that_ship_are_complete(language: str) -> None:
    """Every key of English with the same gaps, no other; a sentence is no English one left over."""
    english, own = shipped().entries, shipped(language).entries
    assert sorted(set(english) - set(own)) == []
    assert sorted(set(own) - set(english)) == []
    assert [key for key in english if gaps(own[key]) != gaps(english[key])] == []
    same = [key for key, entry in own.items() if entry == english[key]]
    assert [key for key in same if len(str(own[key])) > 20] == []


@pytest.mark.parametrize(
    "tables, message",
    [
        ({"slot": "{day"}, "slot: a brace that is no {gap}"),
        ({"slot": "{day!r}"}, "slot: a brace that is no {gap}"),
        ({"slot": "{day.year}"}, "slot: a brace that is no {gap}"),
        ({"slot": 3}, "slot: must be text"),
        ({"cadence": {"day": ["x"]}}, "cadence.day: must be text"),
        ({"subject": {"papers": {"one": 1, "other": "x"}}}, "subject.papers: must be text"),
        ({"solt": "x"}, "solt: there is no such text"),
        ({"slot": "{days}"}, "slot: nothing fills {days}"),
    ],
)
def test_faults_name_the_key(tables: dict[str, object], message: str) -> None:
    """What cannot be used is refused in words."""
    with pytest.raises(CatalogueFault) as caught:
        catalogue("en", tables, shipped())
    assert str(caught.value) == message


def test_some_texts_may_be_laid_over_others() -> None:
    """The rest stays; a gap may be left out, and what fills one is not looked through for gaps."""
    made = catalogue("en", {"masthead": {"title": "Papers"}, "quote": "<{text}>"}, shipped())
    assert made.say("masthead.title", "other", {"day": "x"}) == "Papers"
    assert made.say("quote", "other", {"text": "{day}"}) == "<{day}>"
    assert made.say("paper.save", "other", {}) == "Save"


def test_the_plural_form_falls_back() -> None:
    """A form that a text does not have is the general one."""
    made = Catalogue("en", {"x": {"one": "a paper", "other": "{number} papers"}})
    assert made.say("x", "one", {"number": "1"}) == "a paper"
    assert made.say("x", "few", {"number": "3"}) == "3 papers"
    with pytest.raises(KeyError):
        made.say("y", "one", {})
    with pytest.raises(KeyError):
        made.say("x", "other", {})
