"""Own looks through the command line: docs/theming.md done to the letter, what shows, what is refused."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from recommender.app import compose
from recommender.digest.specimen import specimens
from recommender.domain.errors import ConfigError
from tests.e2e.project import Project
from tests.e2e.test_commands import CONFIG, MORNING, ready
from tests.paths import REPOSITORY

MANUAL = (REPOSITORY / "docs" / "theming.md").read_text(encoding="utf-8")


def blocks() -> Mapping[str, str]:
    """Return the examples of the manual by the file that their first line names, joined in their order."""
    found: dict[str, str] = {}
    for text in re.findall(r"```(?:toml|jinja)\n(.*?)```", MANUAL, re.DOTALL):
        first, _, rest = text.partition("\n")
        name = re.sub(r"[{}#]", "", first).strip()
        found[name] = found.get(name, "") + rest
    return found


def themed(project: Project) -> Project:
    """Follow the manual in a project with papers, with one more template of its own."""
    ready(project)
    for name, text in blocks().items():
        path = project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CONFIG + text if path.name == "paperroute.toml" else text, encoding="utf-8")
    paper = (REPOSITORY / "templates" / "_paper.html").read_text(encoding="utf-8")
    changed = paper.replace("{{ title(paper) }}", "<p>Paper no. {{ paper.number }}</p>\n{{ title(paper) }}")
    assert changed != paper
    (project.root / "looks" / "_paper.html").write_text(changed, encoding="utf-8")
    return project


def test_the_manual_names_these_files() -> None:
    """An example that is not tried here would be missed."""
    assert sorted(blocks()) == ["config/paperroute.toml", "looks/_missed.html", "looks/words/en.toml"]


def test_own_looks_are_shown(project: Project) -> None:
    """Name, foot, colours, order, a text and a template, in the HTML and in the text of the mail."""
    themed(project)
    assert "looks/" not in project.run("check").err
    html = project.run(*MORNING, "preview", "ana@example.org", "--format", "html").out
    text = project.run(*MORNING, "preview", "ana@example.org").out
    for shown in ("Reading Group", "1 Example Street", "#7a1f3d", "#f0a3bb", "More of this", "Paper no. 1"):
        assert shown in html, shown
    for shown in ("READING GROUP", "1 Example Street", "More of this", "Saturday, January 31"):
        assert shown in text, shown
    assert "subscribed to Reading Group, every day" in " ".join(text.split())
    for gone in ("#1a5f4a", ">Useful<"):
        assert gone not in html
    message = project.run(*MORNING, "preview", "ana@example.org", "--format", "eml").out
    assert re.search(r"^Subject: .*papers to\s+read$", message, re.MULTILINE), message[:600]


def test_the_order_of_sections_is_that_of_the_file(project: Project) -> None:
    """What stands on the list comes first where it was named first."""
    ready(project)
    project.run(*MORNING, "save", "ana@example.org", "title:growingtomatoesbylamplight")
    order = {}
    for first, second in (("interest", "reading_list"), ("reading_list", "interest")):
        rest = '"trending", "different", "changed"'
        project.configure(f'{CONFIG}[digest]\nsections = ["{first}", "{second}", {rest}]\n')
        text = project.run("--now", "2026-02-03T08:00Z", "preview", "ana@example.org").out
        headings = re.findall(r"^(MODEL EDITING|STILL ON YOUR LIST)$", text, re.MULTILINE)
        order[first] = headings
    assert len(order["interest"]) == 2, order
    assert order["interest"] == order["reading_list"][::-1]


def test_broken_looks_stop_every_command_before_mail_goes_out(project: Project) -> None:
    """With exit code 3, all faults together, each with its file and line."""
    themed(project)
    project.run(*MORNING, "publish")
    looks = project.root / "looks"
    (looks / "_paper.html").write_text("one\n{{ paper.titel }\n", encoding="utf-8")
    (looks / "words" / "en.toml").write_text('[paper]\nusefull = "x"\n', encoding="utf-8")
    for command in (("check",), ("deliver",)):
        done = project.run(*MORNING, *command, code=3)
        assert "looks/_paper.html:2:1: " in done.out + done.err
        assert (
            "looks/words/en.toml:2:1: there is no text paper.usefull (did you mean paper.useful?)" in done.err
        )
    rows = json.loads(project.run("check", "--json", code=3).out)
    assert {(row["file"], row["line"]) for row in rows} == {
        ("looks/_paper.html", 2),
        ("looks/words/en.toml", 2),
    }
    assert not list((project.root / "var").glob("outbox/*"))
    (looks / "_paper.html").unlink()
    (looks / "words" / "en.toml").unlink()
    assert "1 sent" in project.run(*MORNING, "deliver").err


def test_a_template_that_fails_at_the_last_moment_keeps_no_mail_back(project: Project) -> None:
    """The digest goes out with the one that ships; the report and the preview say so."""
    themed(project)
    branch = "{% if digest.reader == 'Ana' %}\n{{ digest.sections[99].heading }}\n{% endif %}"
    text = '{% extends "!digest.html" %}\n{% block sheet %}\n{{ super() }}\n' + branch + "\n{% endblock %}\n"
    (project.root / "looks" / "digest.html").write_text(text, encoding="utf-8")
    told = "warning: a template that ships stood in for one of yours: looks/digest.html:5:1: "
    assert told in project.run(*MORNING, "preview", "ana@example.org").err
    project.run(*MORNING, "publish")
    done = project.run(*MORNING, "deliver")
    assert "1 sent" in done.err
    assert told in done.err
    (page,) = (project.root / "var" / "outbox").glob("*.html")
    assert "#7a1f3d" in page.read_text(encoding="utf-8")


def test_a_reload_takes_new_looks_whole_or_not_at_all(project: Project) -> None:
    """What is wrong keeps the old in force; files inside the folder are watched."""
    themed(project)
    config, paper = project.root / "config" / "paperroute.toml", project.root / "looks" / "_paper.html"
    old = compose(config=config, now=datetime(2026, 1, 30, 8, tzinfo=UTC))
    words = old.look.wording.of("")
    made = specimens(words, old.look.theme)[0]
    before = old.look.renderer.html(made, words)
    text = paper.read_text(encoding="utf-8")
    paper.write_text(text.replace("Paper no.", "{{ nothing }}"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"_paper.html:\d+:1: nothing is not known here"):
        old.reload(config)
    paper.write_text(text.replace("Paper no.", "Number"), encoding="utf-8")
    fresh = old.reload(config)
    assert old.look.renderer.html(made, words) == before
    assert fresh.look.renderer.html(made, words) == before.replace("Paper no.", "Number")
    watched = {path.relative_to(project.root).as_posix() for path in fresh.loaded.watched}
    assert watched >= {"config", "looks", "looks/words", "config/paperroute.toml"}
