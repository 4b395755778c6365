"""The operator's own templates and texts: everything wrong is told with its place before mail goes out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.app.looks import look_of
from recommender.digest.specimen import specimens
from recommender.domain.errors import ConfigError, Problem
from recommender.services.rendering import Look
from tests.paths import REPOSITORY
from tests.settings.folders import load_folder, write_folder

SHIPPED = REPOSITORY / "templates"
BY_MAIL = '[inbox]\nbackend = "maildir"\nmaildir = "in"\n'


def looked(root: Path, files: dict[str, str], more: str = "") -> tuple[Look, Sequence[Problem]]:
    """Look at a folder of own templates and texts."""
    for name, text in files.items():
        path = root / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return look_of(load_folder(write_folder(root, f'[digest]\ntemplates = "mine"\n{more}')))


def told(root: Path, files: dict[str, str]) -> list[str]:
    """Return what is wrong with a folder, as `file:line:column: message (fix)` with the file's name alone."""
    try:
        problems = looked(root, files)[1]
    except ConfigError as error:
        problems = error.problems
    return [str(problem).split("/mine/")[-1].removeprefix("mine/") for problem in problems]


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """Return a template that ships with one piece of it replaced, once."""
    text = (SHIPPED / name).read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {name} any more"
    return {name: text.replace(old, new, 1)}


def test_a_copy_of_everything_has_no_fault(tmp_path: Path) -> None:
    """What ships passes what is asked of others, by either way of answering, and looks the same."""
    names = [path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*") if path.is_file()]
    copied = {name: (SHIPPED / name).read_text(encoding="utf-8") for name in names if "words/" not in name}
    look, problems = looked(tmp_path, copied, BY_MAIL)
    assert problems == ()
    plain, _ = look_of(load_folder(write_folder(tmp_path, BY_MAIL)))
    words = look.wording.of("")
    for digest in specimens(words, look.theme, "digest@example.org"):
        assert look.renderer.html(digest, words) == plain.renderer.html(digest, words)
        assert look.renderer.text(digest, words) == plain.renderer.text(digest, words)


EXTENDED = '{{% extends "!digest.html" %}}\n{{% block sheet %}}\n{{{{ super() }}}}\n{}\n{{% endblock %}}'


def added(text: str) -> dict[str, str]:
    """Return a digest.html that adds something below the one that ships, on line 4."""
    return {"digest.html": EXTENDED.format(text)}


UNREAD = {
    "{% if %}": "Expected an expression",
    "{% autoescape false %}{% endautoescape %}": "escaping cannot be switched off",
    "{{ digest.title | sheut }}": "No filter named 'sheut'",
    "{{ digest.title | safe }}": "No filter named 'safe'",
    "{% include digest.title %}": "the name of a template must be written out, in quotes",
    "{% include 'digest.txt' %}": "digest.txt is not escaped and cannot be part of this template",
    "{{ saved": "unexpected end of template",
}
NAMED = {
    "{{ digset.title }}": "digset is not known here (did you mean digest?)",
    "{% if false %}{{ thme }}{% endif %}": "thme is not known here (did you mean theme?)",
    "{{ zzzzzz }}": "zzzzzz is not known here (docs/theming.md names what templates are given)",
    "{% include '_papr.html' %}": "there is no template _papr.html (did you mean _paper.html?)",
    "{% include 'digest.html' %}": "digest.html includes itself without end (leave this out)",
    "{{ words.say('footer.whi') }}": "there is no text footer.whi (did you mean footer.why?)",
    "{{ words.say('footer.why') }}": "footer.why needs a value for {cadence} (add cadence=…)",
}
RAISED = {
    "{{ digest.titel }}": "4:1: a Digest has no attribute 'titel'",
    "{{ digest.__class__ }}": "4:1: access to attribute '__class__' of",
    "{{ range(2000) | list }}": "4:1: a range of more than 1,000 numbers",
    "{{ 1 / 0 }}": "4:1: ZeroDivisionError: division by zero",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}": "goes round without end",
}
MAILED = {
    "<script>x</script>": "<script> has no place in a mail",
    "<img src='https://x.example/p.gif'>": "<img> has no place in a mail",
    "<iframe></iframe>": "<iframe> has no place in a mail",
    "<form></form>": "<form> has no place in a mail",
    "<table background='https://x.example/'></table>": "background= of <table> loads something",
    "<p onclick='x()'>x</p>": "onclick= of <p> is a script",
    "<p style='background:url(https://x.example)'>x</p>": "the style of <p> loads something",
    "<style>@media print {p {background:url(//x.example)}}</style>": "a style loads something",
    "<a href='javascript:x()'>x</a>": "a link of <a> leads neither to the web nor to a mailbox",
    "<meta http-equiv='refresh' content='0'>": "a page that moves on by itself is no mail",
    "{{ 'x ' * 5000 }}" * 9: "the mail is too long: ",
}
LACKING = (
    (changed("_paper.txt", "paper.thumbs.down", "paper.thumbs.up"), "paper.thumbs.down is missing"),
    (changed("digest.html", "{{ section.heading }}</p>", "</p>"), "section.heading is missing"),
    (
        {"digest.txt": "{{ digest.title }}"},
        "digest.txt:1:1: the text of a digest: paper.title is missing: “Rank",
    ),
    (
        {"digest.html": "<p>{{ digest.title }}</p>"},
        "digest.html:1:1: the link to unsubscribe is missing (print ",
    ),
    ({"_missed.html": "<p>x</p>"}, "_missed.html:1:1: the HTML of a digest: missed.papers is missing"),
    ({"pages/save.html": "{{ savd }}"}, "pages/save.html:1:1: savd is not known here (did you mean saved?)"),
    (
        {"_papper.html": "x"},
        "_papper.html:1:1: no template of this name is asked for (did you mean _paper.html?",
    ),
)


def test_what_cannot_be_compiled_is_told_file_by_file(tmp_path: Path) -> None:
    """All at once, each with its line, before anything is filled."""
    files = {f"pages/{number}.html": f"one\n{source}" for number, source in enumerate(UNREAD)}
    found = [line for line in told(tmp_path, files) if "no template of this name" not in line]
    assert len(found) == len(UNREAD)
    for number, message in enumerate(UNREAD.values()):
        assert any(line.startswith(f"pages/{number}.html:2:1: {message}") for line in found), (message, found)


def test_names_that_are_not_there_are_told_in_every_branch(tmp_path: Path) -> None:
    """All at once, each with its line, also where no sample would come by."""
    found = told(tmp_path, added("\n".join(NAMED)))
    assert found == [
        f"digest.html:{line}:1: {message}" for line, message in enumerate(NAMED.values(), start=4)
    ]


@pytest.mark.parametrize("source", RAISED)
def test_what_fails_when_filled_is_told_with_its_line(tmp_path: Path, source: str) -> None:
    """The line of the operator's own template, not one of those that ship."""
    (found,) = set(told(tmp_path, added(source)))
    assert found.startswith("digest.html:")
    assert RAISED[source] in found


def test_what_has_no_place_in_a_mail_is_told(tmp_path: Path) -> None:
    """Scripts, forms, pictures, what loads by itself, what moves on, and too much of it."""
    found = told(tmp_path, added("\n".join(MAILED)))
    for message in MAILED.values():
        assert any(message in line for line in found), (message, found)
    assert all(re.match(r"digest\.html:\d+:1: the HTML of a digest: ", line) for line in found)
    (script,) = (line for line in found if "<script>" in line)
    assert script.startswith("digest.html:4:1: ")


def test_what_is_not_closed_is_told(tmp_path: Path) -> None:
    """In the order of the page."""
    found = told(tmp_path, added("<div><b>x</div></i>"))
    assert [line.split("digest: ")[1] for line in found] == [
        "</div> comes before </b> (close what was opened last first)",
        "</i> closes nothing (close what was opened last first)",
    ]


BEFORE = {"_missed.html": '{% include "!_missed.html" %}', "_extra.html": "<i>x</i>"}
AFTER = '{% include "!_overview.html" %}{% include "_extra.html" %}\n'
AMONG_OTHERS = (
    ({"_overview.html": f"{AFTER}<script>x</script>"}, "_overview.html:2:1: "),
    ({"_overview.html": f"{AFTER}<p><p>x</p>"}, "_overview.html:1:1: "),
    ({"_overview.html": AFTER, "_extra.html": "\n\n<img>"}, "_extra.html:3:1: "),
    ({"_paper.html": "<p>x</p>"}, "_paper.html:1:1: "),
    ({"_macros.txt": "x", "_overview.html": AFTER}, "_macros.txt:1:1: "),
)


@pytest.mark.parametrize("files, place", AMONG_OTHERS)
def test_of_several_templates_the_one_at_fault_is_named(
    tmp_path: Path, files: dict[str, str], place: str
) -> None:
    """And none of those beside it, whatever their names; the line too where the element stands once."""
    lines = told(tmp_path, {**BEFORE, **files})
    found = [line for line in lines if "no template of this name" not in line]
    assert found
    assert all(line.startswith(place) for line in found), found


@pytest.mark.parametrize("files, message", LACKING, ids=lambda value: next(iter(value)) if value else "")
def test_what_is_missing_is_told(tmp_path: Path, files: dict[str, str], message: str) -> None:
    """At the template that it is probably made in."""
    found = told(tmp_path, files)
    assert any(message in line for line in found), found


TEXTS: Sequence[tuple[str, str, str]] = (
    ("en", '[masthead]\ntitel = "x"', "2:1: there is no text masthead.titel (did you mean masthead.title?)"),
    ("en", '[masthead]\nview = "Look {here}"', "2:1: masthead.view: nothing fills {here} (its gaps: none)"),
    ("en", '[masthead]\nview = "Look {here"', "2:1: masthead.view has a brace that is no {gap}"),
    ("en", "[masthead]\nview = 1", "2:1: masthead.view must be text (put it in quotes)"),
    ("en", "[masthead.view]", "1:1: masthead.view lacks the plural form"),
    ("en", '[preheader]\nalso = "{reason}"', "2:1: preheader.also does without {titles}"),
    ("en", '[paper]\nsave = "<b>Keep</b>"', "2:1: paper.save: markup is shown as it is written"),
    ("en", '[subject]\npapers = { one = "a" }', '2:1: subject.papers lacks the plural form "other"'),
    (
        "en",
        '[subject]\npapers = { othr = "a", other = "{number}" }',
        "2:12: othr is not a plural form (did you",
    ),
    ("en", '[paper]\nsave = " "', "2:1: paper.save is empty (write something"),
    ("en", '[paper]\nsave = "Keep\\nit"', "2:1: paper.save holds a line break"),
    ("en", '[paper]\nsave = "Keep\\u202e it"', "2:1: paper.save holds a line break"),
    ("en", f'[paper]\nsave = "{"x" * 1001}"', "2:1: paper.save has 1001 characters, at most 1000"),
    ("en", "a." * 2000 + "b = 1", "1:1: there is no text a"),
    ("en", "paper = 3", "1:1: there is no text paper"),
    ("pl", '[subject]\npapers = { one = "a", other = "{number}" }', 'lacks the plural form "few"'),
    (
        "de",
        '[subject]\npapers = { one = "a", other = "b" }',
        "2:23: subject.papers.other does without {number}",
    ),
    ("de", '[paper]\nuseful = "Nützlich', "2:19: not valid TOML: unterminated string"),
    ("xx-YY", "", "1:1: 'xx-YY' is not a locale"),
    ("de_AT", "", "1:1: 'de_AT' is not a locale (did you mean"),
)


@pytest.mark.parametrize("language, text, message", TEXTS)
def test_faults_of_texts(tmp_path: Path, language: str, text: str, message: str) -> None:
    """Each with its line and column, and what to write instead."""
    found = told(tmp_path, {f"words/{language}.toml": text})
    assert any(f"words/{language}.toml" in line and message in line for line in found), found


def test_spaces_that_other_languages_need_are_fine(tmp_path: Path) -> None:
    """French sets narrow spaces before its signs, Hebrew has marks of direction."""
    assert (
        told(tmp_path, {"words/fr.toml": '[paper]\nsave = "Garder\u202f!"\nuseful = "a\u00a0: b\u200f"'})
        == []
    )


def test_a_file_that_is_no_catalogue_is_told(tmp_path: Path) -> None:
    """And hurts nobody."""
    files = {"words/de.yaml": "x = 1", "words/.hidden": "", "words/en.toml~": "{"}
    _, (problem,) = looked(tmp_path, files)
    assert (problem.severity, problem.message) == ("warning", "this is no catalogue")


def test_own_texts_lie_over_those_that_ship(tmp_path: Path) -> None:
    """English over English; another language over its own where it ships, else over English as it is here."""
    texts = {
        "words/en.toml": '[paper]\nuseful = "Good"',
        "words/de.toml": '[paper]\nuseful = "Gut"',
        "words/fr.toml": '[paper]\nsave = "Garder"',
    }
    wording = looked(tmp_path, texts, 'locale = "fr-FR"')[0].wording
    assert wording.of("en-US").say("paper.useful") == "Good"
    assert wording.of("de-AT").say("paper.useful") == "Gut"
    assert wording.of("de-AT").say("paper.save") != "Save"
    assert wording.of("").say("paper.save") == "Garder"
    assert wording.of("").say("paper.useful") == "Good"
    assert wording.of("").language == "fr"


DIFFERENT_DAYS: Callable[[str], str] = "{{% if digest.reader == 'Bo' %}}{{{{ {} }}}}{{% endif %}}".format


@pytest.mark.parametrize("broken", ["1 / 0", "digest.sections[99].heading"])
def test_where_one_fails_at_the_last_moment_those_that_ship_stand_in(tmp_path: Path, broken: str) -> None:
    """A fault that no sample reaches costs nobody a digest; it is told once for each place."""
    text = {"digest.txt": '{% include "!digest.txt" %}\n' + DIFFERENT_DAYS(broken)}
    look, problems = looked(tmp_path, {**added(DIFFERENT_DAYS(broken)), **text})
    assert problems == ()
    words = look.wording.of("")
    ours, _ = look_of(load_folder(write_folder(tmp_path)))
    for _ in range(2):
        made = replace(specimens(words, look.theme)[0], reader="Bo")
        assert look.renderer.html(made, words) == ours.renderer.html(made, words)
        assert look.renderer.text(made, words) == ours.renderer.text(made, words)
    assert [told.split("mine/")[1].split(" ")[0] for told in look.fallbacks()] == [
        "digest.html:4:1:",
        "digest.txt:2:1:",
    ]
    assert look.fallbacks() == []


def test_a_way_out_that_is_missing_for_one_reader_is_there(tmp_path: Path) -> None:
    """However a template leaves it out: the digest goes out with the one that ships."""
    old = "{{ way(footer.unsubscribe"
    hidden = changed("digest.html", old, "{% if digest.reader != 'Bo' %}" + old)
    hidden["digest.html"] = hidden["digest.html"].replace(
        '"footer.unsubscribe")) -}}', '"footer.unsubscribe")) }}{% endif %}'
    )
    look, _ = looked(tmp_path, hidden)
    words = look.wording.of("")
    made = replace(specimens(words, look.theme)[0], reader="Bo")
    assert made.footer.unsubscribe in look.renderer.html(made, words)
    assert "unsubscribe" in look.fallbacks()[0]


def test_a_page_that_fails_is_replaced_too(tmp_path: Path) -> None:
    """By the one that ships, under the operator's own name."""
    page = '{% extends "pages/_page.html" %}\n{% block main %}\n{{ words[7] }}\n{% endblock %}'
    own = {"pages/problem.html": page}
    look, problems = looked(tmp_path, own, 'logo = "Ours"')
    assert problems == ()
    page = look.renderer.page("pages/problem.html", title="x", words=["gone"], style="/x", language="en")
    assert "gone" in page
    assert "· Ours</title>" in page
    assert "problem.html:3:1: " in look.fallbacks()[0]
