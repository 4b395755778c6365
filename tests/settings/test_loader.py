"""What a good configuration becomes."""

from datetime import time
from pathlib import Path

import pytest

from recommender.domain.subscribers import After, Cadence, Every
from recommender.settings.locating import absolute_store_url
from tests.paths import REPOSITORY
from tests.settings.folders import load_folder, problems_in, write_folder

READER = '[[subscriber]]\nemail = "ana@example.org"\n'


def test_shipped_example_is_valid_and_silent() -> None:
    """The files in config/ load without a problem or a warning."""
    loaded = load_folder(REPOSITORY / "config" / "paperroute.toml")
    (ana,) = loaded.subscribers
    assert loaded.warnings == ()
    assert ana.key == "ana"
    assert ana.cadence == Cadence(every=Every.DAY, at=time(7, 30), zone="Europe/Berlin")
    assert [interest.name for interest in ana.interests] == ["Model editing", "Paper recommendation"]


def test_shipped_settings_are_the_defaults(tmp_path: Path) -> None:
    """Every key written in config/paperroute.toml has its default there."""
    shipped = load_folder(REPOSITORY / "config" / "paperroute.toml").settings
    default = load_folder(write_folder(tmp_path)).settings
    assert shipped.model_copy(update={"source": ()}) == default


def test_shipped_settings_name_every_key() -> None:
    """No section of config/paperroute.toml leaves a key out."""
    shipped = load_folder(REPOSITORY / "config" / "paperroute.toml").settings
    for section in ("store", "mail", "web", "secrets", "ranking", "schedule", "subscribers"):
        model = getattr(shipped, section)
        assert model.model_fields_set == set(type(model).model_fields), section


def test_subscriber_is_declared_in_the_words_of_the_domain(tmp_path: Path) -> None:
    """Each key of a subscriber and an interest arrives where it belongs."""
    people = """\
[[subscriber]]
id = "ben"
email = "Ben@EXAMPLE.org"
name = "Ben"
zone = "America/New_York"
locale = "en-us"
every = "week"
on = "friday"
after = "arxiv"
at = "18:05"
papers = 5
floor = 0.25
when_empty = "send"
paused = true
share = false
locked = ["at"]
[[subscriber.interest]]
name = " Retrieval "
id = "ir"
keywords = ["dense retrieval"]
mute = ["survey"]
authors = ["Ada Author"]
categories = ["cs.IR"]
seeds = ["arxiv:2202.05262"]
weight = 2
paused = true
"""
    (ben,) = load_folder(write_folder(tmp_path, "", people)).subscribers
    (interest,) = ben.interests
    assert (ben.email, ben.key, ben.name) == ("Ben@example.org", "ben", "Ben")
    assert ben.cadence == Cadence(
        every=Every.WEEK, on=4, at=time(18, 5), zone="America/New_York", after=After.ARXIV
    )
    assert (ben.papers, ben.floor, ben.send_empty, ben.paused, ben.share) == (5, 0.25, True, True, False)
    assert (ben.locale, ben.locked) == ("en-US", ("at",))
    assert (interest.name, interest.key, interest.weight, interest.paused) == ("Retrieval", "ir", 2.0, True)
    assert interest.mute == ("survey",)


def test_absent_id_and_auto_floor_are_none(tmp_path: Path) -> None:
    """A subscriber without id has no key, an interest without id its name as key, "auto" is None."""
    people = f'{READER}[[subscriber.interest]]\nname = "Editing"\n'
    (ana,) = load_folder(write_folder(tmp_path, "", people)).subscribers
    assert ana.key is None
    assert ana.floor is None
    assert ana.interests[0].key == "Editing"


@pytest.mark.parametrize(
    "written, stored",
    [
        ("ana@localhost", "ana@localhost"),
        ("ana@TEST", "ana@test"),
        ("ana@mx.test", "ana@mx.test"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        (" ana@example.org ", "ana@example.org"),
    ],
)
def test_address_is_normalised_and_test_domains_are_let_through(
    written: str, stored: str, tmp_path: Path
) -> None:
    """A digest to a test server must be possible."""
    (ana,) = load_folder(write_folder(tmp_path, "", f'[[subscriber]]\nemail = "{written}"\n')).subscribers
    assert ana.email == stored


def test_seeds_of_a_file_follow_those_written(tmp_path: Path) -> None:
    """A seeds_file is read through the given reader and joined without doubles."""
    people = f'{READER}[[subscriber.interest]]\nname = "E"\nseeds = ["b"]\nseeds_file = "mine.txt"\n'
    config = write_folder(tmp_path, "", people)
    (tmp_path / "mine.txt").write_text("a b c")
    loaded = load_folder(config)
    assert loaded.subscribers[0].interests[0].seeds == ("b", "a", "c")
    assert tmp_path / "mine.txt" in loaded.files


def test_unreadable_library_is_a_problem_at_its_line(tmp_path: Path) -> None:
    """What the reader of libraries refuses is reported like any other fault."""
    people = f'{READER}[[subscriber.interest]]\nname = "E"\nseeds_file = "mine.doc"\n'
    (problem,) = problems_in(write_folder(tmp_path, "", people))
    assert (problem.line, problem.column) == (5, 14)
    assert "mine.doc is no library" in problem.message


def test_relative_paths_start_at_the_root(tmp_path: Path) -> None:
    """Store, outbox, artifacts and keys are below the parent of config/."""
    loaded = load_folder(write_folder(tmp_path))
    assert loaded.root == tmp_path
    assert loaded.store_url == f"sqlite:///{tmp_path}/var/paperroute.db"
    assert loaded.outbox == tmp_path / "var" / "outbox"
    assert loaded.artifacts == tmp_path / "var" / "artifacts"
    assert loaded.keys_file == tmp_path / "var" / "keys"


@pytest.mark.parametrize(
    "url, expected",
    [
        ("sqlite:///x.db", "sqlite:////root/x.db"),
        ("sqlite:////abs/x.db", "sqlite:////abs/x.db"),
        ("postgresql+psycopg://db/x", "postgresql+psycopg://db/x"),
    ],
)
def test_store_url_is_made_absolute(url: str, expected: str) -> None:
    """Only a relative SQLite file is changed."""
    assert absolute_store_url(url, Path("/root")) == expected


def test_subscribers_file_is_also_found_below_the_root(tmp_path: Path) -> None:
    """`config/subscribers.toml` and `subscribers.toml` mean the same file."""
    config = write_folder(tmp_path, '[subscribers]\nfile = "config/subscribers.toml"\n', READER)
    assert len(load_folder(config).subscribers) == 1


def test_password_file_is_read(tmp_path: Path) -> None:
    """The first line of the file is the password."""
    (tmp_path / "pw").write_text("hunter2\nmore\n")
    config = write_folder(tmp_path, '[mail]\npassword_file = "pw"\n')
    assert load_folder(config).settings.mail.password.get_secret_value() == "hunter2"


def test_missing_password_file_is_a_problem(tmp_path: Path) -> None:
    """A password file that is not there is reported at its line."""
    (problem,) = problems_in(write_folder(tmp_path, '[mail]\npassword_file = "pw"\n'))
    assert (problem.line, problem.column) == (2, 17)


def test_the_password_of_the_operators_page_is_read(tmp_path: Path) -> None:
    """From its own file; one that is empty or short is a problem at its line and opens nothing."""
    config = write_folder(tmp_path, '[web]\nadmin_password_file = "pw"\n')
    for short in ("", "\n", "elevenchars\n"):
        (tmp_path / "pw").write_text(short)
        (problem,) = problems_in(config)
        assert (problem.line, problem.column) == (2, 23)
        assert "fewer than 12 characters" in problem.message
    (tmp_path / "pw").write_text("twelve chars\n")
    assert load_folder(config).settings.web.admin_password.get_secret_value() == "twelve chars"


def test_contact_is_the_sender_unless_set(tmp_path: Path) -> None:
    """Sources are told whom to write to."""
    assert load_folder(write_folder(tmp_path)).settings.contact == "digest@example.org"
    config = write_folder(tmp_path, '[web]\ncontact = "ops@example.org"\n')
    assert load_folder(config).settings.contact == "ops@example.org"
