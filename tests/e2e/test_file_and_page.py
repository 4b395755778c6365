"""`paperroute subscribers diff` and `pull`: what pages changed, seen and written back."""

import os
import stat
import threading
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.app import compose, load_configuration
from recommender.app.pulling import Pulling
from recommender.domain.errors import InputError
from recommender.domain.subscribers import DeclaredSubscriber, Interest, Origin, SubscriberState
from recommender.domain.wishes import Value, interest_field
from recommender.services.preferences import Edit, Preferences
from recommender.services.unsubscribing import Unsubscribing
from tests.e2e.project import Project

NOW = ("--now", "2026-01-30T08:00Z")
LATER = ("--now", "2026-02-04T09:00Z")
UNTIL = datetime(2026, 2, 3, 23, tzinfo=UTC)
ANA, BEN, CARL = "ana@example.org", "ben@example.org", "carl@example.org"
FILE = """\
# Who gets what.
[[subscriber]]   # the first
email = "ana@example.org"
at = '07:30'     # early
papers = 10
when_empty = "skip"

  [[subscriber.interest]]
  name = "Editing"
  keywords = [
    "knowledge editing", # the field
    # not quite:
    "unlearning",
  ]
  seeds = ["arxiv:2202.05262"]
  seeds_file = "library.txt"
# Ben is next.
[[subscriber]]
email = "ben@example.org"
locked = ["papers"]
interest = [{ name = "Robots", weight = 2.0 }]  # in one line
"""
KEYWORDS = interest_field("Editing", "keywords")
SEEDS = interest_field("Editing", "seeds")
LIBRARY: list[str] = ["arxiv:2202.05262", "arxiv:2001.00001", "arxiv:2101.00001"]


@pytest.fixture
def people(project: Project) -> Project:
    """Give a project of two subscribers."""
    project.configure('[mail]\nbackend = "outbox"\n')
    project.subscribers.write_text(FILE, encoding="utf-8")
    (project.root / "config" / "library.txt").write_text("arxiv:2001.00001\n", encoding="utf-8")
    project.run(*NOW, "subscribers")
    return project


def on_page(project: Project, who: str, values: Mapping[str, Value]) -> None:
    """Change fields as a subscriber's page does."""
    application = compose(config=project.root / "config" / "paperroute.toml", now=None)
    with application.store.read() as unit:
        person = unit.people.find(who)
    edits = [Edit(field=name, value=value) for name, value in values.items()]
    assert not Preferences(application.store, application.clock).change(person, edits).refused
    application.store.close()


def join(project: Project, declared: DeclaredSubscriber) -> None:
    """Let somebody join by the page."""
    application = compose(config=project.root / "config" / "paperroute.toml", now=None)
    with application.store.write() as unit:
        person = unit.people.add(declared, state=SubscriberState.ACTIVE, at=application.clock.now())
        unit.people.set_origin(person.id, Origin.PAGE)
    application.store.close()


def test_pages_are_seen_and_written_back(people: Project) -> None:
    """Field by field, with every comment where it was; then both agree."""
    on_page(people, ANA, {"at": "18:05", "send_empty": True, "email": "ana@new.example.org"})
    words: Value = ["knowledge editing", 'the "lottery"']
    on_page(people, "ana@new.example.org", {KEYWORDS: words, SEEDS: LIBRARY})
    on_page(people, BEN, {interest_field("Robots", "weight"): 0.5, "name": "Ben\\"})
    join(people, DeclaredSubscriber(email=CARL, interests=(Interest(name="Zoë", key="z1"),)))
    rows = people.run(*NOW, "subscribers", "diff", "--json").rows()
    assert {(row["subscriber"], row["field"], row["file"], row["page"]) for row in rows} == {
        ("ana@new.example.org", "at", '"07:30"', '"18:05"'),
        ("ana@new.example.org", "when_empty", '"skip"', '"send"'),
        ("ana@new.example.org", "email", '"ana@example.org"', '"ana@new.example.org"'),
        (
            "ana@new.example.org",
            "keywords",
            '["knowledge editing", "unlearning"]',
            '["knowledge editing", "the \\"lottery\\""]',
        ),
        (
            "ana@new.example.org",
            "seeds",
            '["arxiv:2202.05262", "arxiv:2001.00001"]',
            '["arxiv:2202.05262", "arxiv:2001.00001", "arxiv:2101.00001"]',
        ),
        (BEN, "weight", "2", "0.5"),
        (BEN, "name", '""', '"Ben\\\\"'),
        (CARL, "joined", None, None),
    }
    shown = people.run(*NOW, "subscribers", "pull", "--dry-run")
    assert people.subscribers.read_text(encoding="utf-8") == FILE
    assert "-at = '07:30'     # early\n" in shown.out
    assert '+at = "18:05"     # early\n' in shown.out
    done = people.run(*NOW, "subscribers", "pull")
    assert "3 subscribers" in done.err
    assert people.subscribers.read_text(encoding="utf-8") == PULLED
    assert people.run(*NOW, "subscribers", "diff", "--json").rows() == []
    assert "nothing to write" in people.run(*NOW, "subscribers", "pull").err
    origins = {row["email"]: row["origin"] for row in people.run("subscribers", "--json").rows()}
    assert origins == dict.fromkeys(["ana@new.example.org", BEN, CARL], "file")


PULLED = (
    FILE.replace('"ana@example.org"', '"ana@new.example.org"')
    .replace("'07:30'", '"18:05"')
    .replace('"skip"', '"send"')
    .replace('"unlearning"', '"the \\"lottery\\""')
    .replace('seeds = ["arxiv:2202.05262"]', 'seeds = ["arxiv:2202.05262", "arxiv:2101.00001"]')
    .replace("weight = 2.0", "weight = 0.5")
    .replace("# in one line\n", '# in one line\nname = "Ben\\\\"\n')
    + '\n[[subscriber]]\nemail = "carl@example.org"\n\n[[subscriber.interest]]\nname = "Zoë"\nid = "z1"\n'
)


def test_what_stands_in_a_library_stays_there(people: Project) -> None:
    """Taking it out is for the operator; what else was changed is written."""
    on_page(people, ANA, {SEEDS: ["arxiv:2202.05262"], "papers": 4})
    done = people.run(*NOW, "subscribers", "pull", code=4)
    assert (
        f"{ANA}: not written: Editing: arxiv:2001.00001 stand in library.txt; take them out there" in done.err
    )
    assert people.subscribers.read_text(encoding="utf-8") == FILE.replace("papers = 10", "papers = 4")
    (row,) = people.run(*NOW, "subscribers", "diff", "--json").rows()
    assert row["field"] == "seeds"
    assert people.run(*NOW, "subscribers", "pull", code=1).out == ""


def test_what_cannot_be_written_is_refused_with_the_block(people: Project) -> None:
    """By name, and everybody else is written."""
    on_page(people, ANA, {"name": "two\nlines"})
    on_page(people, BEN, {"name": "Ben"})
    done = people.run(*NOW, "subscribers", "pull", code=4)
    assert f"{ANA}: not written: " in done.err
    assert 'name = "two\\nlines"' in done.err
    assert people.subscribers.read_text(encoding="utf-8") == FILE + 'name = "Ben"\n'


def test_decisions_about_all_mail_are_shown_and_not_written(people: Project) -> None:
    """They hold whatever the file says."""
    application = compose(config=people.root / "config" / "paperroute.toml", now=None)
    with application.store.read() as unit:
        ana, ben = unit.people.all()
    leaving = Unsubscribing(application.store, application.clock)
    leaving.unsubscribe(ben)
    with application.store.write() as unit:
        unit.people.set_state(ana.id, SubscriberState.PAUSED, at=ana.joined, until=UNTIL)
    application.store.close()
    rows = people.run(*NOW, "subscribers", "diff", "--json").rows()
    assert [(row["kind"], row["file"], row["page"]) for row in rows] == [
        ("state", "active", "paused until 2026-02-03 23:00 UTC"),
        ("state", "active", "unsubscribed"),
    ]
    people.run(*NOW, "subscribers", "pull")
    assert people.subscribers.read_text(encoding="utf-8") == FILE
    listed = people.run(*NOW, "subscribers", "--json").rows()
    assert [(row["paused_until"], row["next_due"]) for row in listed] == [
        ("2026-02-03T23:00:00Z", "2026-02-04T07:30:00Z"),
        (None, None),
    ]
    shown = people.run(*NOW, "preview", ANA)
    assert "paused until 2026-02-03 23:00 UTC; the next edition is due 2026-02-04 07:30 UTC" in shown.err
    assert people.run(*LATER, "subscribers", "--json").rows()[0]["state"] == "paused"
    people.run(*LATER, "publish")
    assert people.run(*LATER, "subscribers", "--json").rows()[0]["state"] == "active"


def test_mode_and_link_stay(people: Project) -> None:
    """The file behind a symbolic link is written, and nothing else is left lying about."""
    real = people.root / "elsewhere.toml"
    people.subscribers.rename(real)
    people.subscribers.symlink_to(real)
    real.chmod(0o640)
    on_page(people, ANA, {"papers": 5})
    people.run(*NOW, "subscribers", "pull")
    assert people.subscribers.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert "papers = 5" in real.read_text(encoding="utf-8")
    assert not [*people.root.glob("**/*.new"), *people.root.glob("**/.*.new")]


def test_in_a_folder_everybody_stays_in_their_file(people: Project) -> None:
    """Who joined gets a file beside them, with the mode of the others."""
    folder = people.root / "config" / "people"
    folder.mkdir()
    first, second = FILE.split("# Ben is next.\n")
    for name, text in (("a.toml", first), ("b.toml", second)):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o600)
    people.subscribers.unlink()
    (people.root / "config" / "library.txt").rename(folder / "library.txt")
    people.configure('[mail]\nbackend = "outbox"\n[subscribers]\nfile = "people"\n')
    on_page(people, BEN, {"name": "Ben"})
    join(people, DeclaredSubscriber(email=CARL, papers=3))
    people.run(*NOW, "subscribers", "pull")
    assert (folder / "a.toml").read_text(encoding="utf-8") == first
    assert (folder / "b.toml").read_text(encoding="utf-8") == second + 'name = "Ben"\n'
    joined = folder / "joined.toml"
    assert tomllib.loads(joined.read_text(encoding="utf-8")) == {"subscriber": [{"email": CARL, "papers": 3}]}
    assert stat.S_IMODE(joined.stat().st_mode) == 0o600
    join(people, DeclaredSubscriber(email="dora@example.org"))
    people.run(*NOW, "subscribers", "pull")
    assert len(tomllib.loads(joined.read_text(encoding="utf-8"))["subscriber"]) == 2
    assert people.run(*NOW, "subscribers", "diff", "--json").rows() == []


def a_pulling(project: Project) -> Pulling:
    """Load as the command does."""
    config = project.root / "config" / "paperroute.toml"
    application = compose(config=config, now=None)
    return Pulling(
        application.loaded,
        application.store,
        application.clock,
        lambda: load_configuration(config),
    )


def test_a_file_changed_meanwhile_is_left_alone(people: Project) -> None:
    """Whether it was changed before it was looked at or after."""
    on_page(people, ANA, {"papers": 5})
    pulling = a_pulling(people)
    prepared = pulling.prepare()
    people.subscribers.write_text(f"{FILE}# one more\n", encoding="utf-8")
    with pytest.raises(InputError, match="was changed meanwhile"):
        pulling.write(prepared)
    people.subscribers.write_text(FILE.replace("early", "late").replace("07:30", "07:45"), encoding="utf-8")
    with pytest.raises(InputError, match="was changed meanwhile"):
        pulling.prepare()
    assert "papers = 10" in people.subscribers.read_text(encoding="utf-8")


def test_a_page_changed_meanwhile_loses_nothing(people: Project) -> None:
    """The file is left alone until the command is run again."""
    on_page(people, ANA, {"papers": 5})
    pulling = a_pulling(people)
    prepared = pulling.prepare()
    on_page(people, ANA, {"papers": 7})
    with pytest.raises(InputError, match="a reader changed something meanwhile"):
        pulling.write(prepared)
    assert people.subscribers.read_text(encoding="utf-8") == FILE
    people.run(*NOW, "subscribers", "pull")
    assert people.subscribers.read_text(encoding="utf-8") == FILE.replace("papers = 10", "papers = 7")


def test_pages_and_pulls_at_one_moment_lose_nothing(people: Project) -> None:
    """Each change is in the file, or a wish against it."""
    pulled = 0
    for turn in range(8):
        on_page(people, ANA, {"papers": 20 + turn})
        pulling = a_pulling(people)
        start = threading.Barrier(2)
        refused: list[InputError] = []

        def pull(pulling: Pulling = pulling, start: threading.Barrier = start) -> None:
            prepared = pulling.prepare()
            start.wait()
            try:
                pulling.write(prepared)
            except InputError as error:
                refused.append(error)  # noqa: B023 joined before the next turn

        thread = threading.Thread(target=pull)
        thread.start()
        start.wait()
        on_page(people, ANA, {"papers": 40 + turn, "name": f"Ana {turn}"})
        thread.join()
        pulled += not refused
        application = compose(config=people.root / "config" / "paperroute.toml", now=None)
        with application.store.read() as unit:
            ana, _ = unit.people.all()
        application.store.close()
        assert (ana.papers, ana.name) == (40 + turn, f"Ana {turn}")
    assert pulled


def test_a_file_that_cannot_be_loaded_then_is_put_back(people: Project) -> None:
    """Here because somebody broke another file in between."""
    on_page(people, ANA, {"papers": 5})
    pulling = a_pulling(people)
    prepared = pulling.prepare()
    (people.root / "config" / "library.txt").unlink()
    with pytest.raises(InputError, match="as they were"):
        pulling.write(prepared)
    assert people.subscribers.read_text(encoding="utf-8") == FILE
    (people.root / "config" / "library.txt").write_text("arxiv:2001.00001\n", encoding="utf-8")
    (row,) = people.run(*NOW, "subscribers", "diff", "--json").rows()
    assert (row["field"], row["page"]) == ("papers", "5")


def test_who_was_forgotten_stays_so_until_they_ask(people: Project) -> None:
    """The file's entry is refused by name, with what to do."""
    people.run(*NOW, "forget", BEN, "--yes")
    done = people.run(*NOW, "subscribers", "--json")
    assert [row["email"] for row in done.rows()] == [ANA]
    assert f"paperroute subscribers lift {BEN} --asked" in done.err
    assert "add --asked" in people.run(*NOW, "subscribers", "lift", BEN, code=1).err
    people.run(*NOW, "subscribers", "lift", BEN, "--asked")
    assert [row["email"] for row in people.run(*NOW, "subscribers", "--json").rows()] == [ANA, BEN]


def test_a_file_that_may_not_be_written(people: Project) -> None:
    """Says so, and names it."""
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    on_page(people, ANA, {"papers": 5})
    folder = Path(people.subscribers).parent
    folder.chmod(0o500)
    try:
        done = people.run(*NOW, "subscribers", "pull", code=1)
    finally:
        folder.chmod(0o700)
    assert "subscribers.toml cannot be written" in done.err
