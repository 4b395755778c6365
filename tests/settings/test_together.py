"""All problems of both files are reported together."""

import time
from pathlib import Path

import pytest

from recommender.domain.errors import ConfigError
from tests.settings.folders import load_folder, problems_in, write_folder

FIVE_FAULTS = """\
[[subscriber]]
email = "ana@"
zone = "Europe/Berln"
at = "7:30"
papers = "ten"
colour = "blue"
"""


def places(root: Path) -> list[str]:
    """Return `file:line:column` of every problem below `root`."""
    found = problems_in(root / "config" / "paperroute.toml")
    return [f"{Path(problem.file).name}:{problem.line}:{problem.column}" for problem in found]


def test_five_faults_of_one_file_are_reported_at_once(tmp_path: Path) -> None:
    """Bad address, zone, time, type and an unknown key come in one error, in the file's order."""
    write_folder(tmp_path, "", FIVE_FAULTS)
    assert places(tmp_path) == [
        "subscribers.toml:2:9",
        "subscribers.toml:3:8",
        "subscribers.toml:4:6",
        "subscribers.toml:5:10",
        "subscribers.toml:6:1",
    ]


def test_syntax_error_in_the_settings_does_not_hide_the_subscribers(tmp_path: Path) -> None:
    """A broken paperroute.toml is reported together with the five faults of the other file."""
    write_folder(tmp_path, "[mail\n", FIVE_FAULTS)
    assert places(tmp_path)[0] == "paperroute.toml:1:6"
    assert len(places(tmp_path)) == 6


def test_syntax_error_in_the_subscribers_does_not_hide_the_settings(tmp_path: Path) -> None:
    """A broken subscribers.toml is reported together with the faults of the settings."""
    write_folder(tmp_path, '[mail]\nport = "x"\n[web]\nbnd = 1\n', '[[subscriber]]\nemail = "ana\n')
    assert places(tmp_path) == ["paperroute.toml:2:8", "paperroute.toml:4:1", "subscribers.toml:2:13"]


def test_repeats_are_reported_with_other_faults(tmp_path: Path) -> None:
    """An address that stands twice is found although another value is wrong."""
    people = '[[subscriber]]\nemail = "a@example.org"\n[[subscriber]]\nemail = "a@example.org"\npapers = 0\n'
    write_folder(tmp_path, "", people)
    assert places(tmp_path) == ["subscribers.toml:4:9", "subscribers.toml:5:10"]


def test_environment_faults_come_with_those_of_the_files(tmp_path: Path) -> None:
    """A variable with a bad value is reported beside the faults of a file, under its own name."""
    path = write_folder(tmp_path, "", FIVE_FAULTS)
    found = problems_in(path, {"PAPERROUTE_MAIL__PORT": "many"})
    assert len(found) == 6
    (problem,) = (problem for problem in found if problem.file == "environment")
    assert problem.message == "PAPERROUTE_MAIL__PORT: port must be a whole number, not 'many'"


def test_a_secret_is_never_repeated(tmp_path: Path) -> None:
    """Messages about passwords, keys and store addresses do not hold the value."""
    main = """\
[mail]
password = "one\\nhunter2"
[secrets]
keys = ["hunter2"]
[store]
url = "mysql://ana:hunter2@db/x"
"""
    with pytest.raises(ConfigError) as caught:
        load_folder(write_folder(tmp_path, main))
    assert len(caught.value.problems) == 3
    assert "hunter2" not in str(caught.value)


def test_subscribers_of_a_folder_are_read_by_name_and_compared(tmp_path: Path) -> None:
    """Every .toml file of a subscribers folder counts, and repeats across files are found."""
    path = write_folder(tmp_path, '[subscribers]\nfile = "subscribers.d"\n')
    folder = tmp_path / "config" / "subscribers.d"
    folder.mkdir()
    (folder / "b.toml").write_text('[[subscriber]]\nemail = "b@example.org"\n')
    (folder / "a.toml").write_text('[[subscriber]]\nemail = "a@example.org"\n')
    (folder / ".hidden.toml").write_text("nonsense")
    loaded = load_folder(path)
    assert [subscriber.email for subscriber in loaded.subscribers] == ["a@example.org", "b@example.org"]
    (folder / "c.toml").write_text('\n[[subscriber]]\nemail = "A@example.org"\n')
    (problem,) = problems_in(path)
    assert (Path(problem.file).name, problem.line, problem.column) == ("c.toml", 3, 9)
    assert "a.toml:2" in problem.message


def test_many_faults_are_found_quickly(tmp_path: Path) -> None:
    """A thousand subscribers with a fault each give a thousand problems in a few seconds at most."""
    people = "".join(f'[[subscriber]]\nemail = "r{n}@example.org"\nat = "7"\n' for n in range(1000))
    write_folder(tmp_path, "", people)
    start = time.perf_counter()
    assert len(places(tmp_path)) == 1000
    assert time.perf_counter() - start < 5


def test_a_dkim_key_that_cannot_sign_is_reported_with_the_rest(tmp_path: Path) -> None:
    """The place is the key that names the file, and the fix makes a new one."""
    main = '[mail]\ndkim_selector = "x"\ndkim_key_file = "x.pem"\n'
    path = write_folder(tmp_path, main, FIVE_FAULTS)
    (tmp_path / "x.pem").write_text("bad")
    assert places(tmp_path)[0] == "paperroute.toml:3:17"
    assert len(places(tmp_path)) == 6
    problem = problems_in(path)[0]
    assert problem.message == "the DKIM key x.pem cannot sign: it is no good"
    assert problem.fix == f"make one: openssl genrsa -out {tmp_path / 'x.pem'} 2048"
