"""Files of every form: one problem each, never a traceback."""

from pathlib import Path

import pytest

from tests.settings.folders import load_folder, problems_in, write_folder

READER = '[[subscriber]]\nemail = "ana@example.org"\n'

FORMS: dict[str, tuple[bytes, int, int, str]] = {
    "utf-16": ("[mail]\n".encode("utf-16"), 1, 1, "UTF-16"),
    "latin-1": (b'[mail]\nsender = "Ren\xe9 <a@example.org>"\n', 2, 14, "0xE9 is not UTF-8"),
    "nul": (b"[mail]\nport = 1\0\n", 2, 9, "NUL"),
    "lone carriage return": (b"[mail]\rport = 1\n", 1, 7, "not valid TOML"),
    "deep nesting": (b"a = " + b"[" * 100_000, 1, 1, "nested too deep"),
    "huge number": (b"[mail]\nport = " + b"9" * 5000, 2, 5008, "not valid TOML"),
    "bad date": (b"[mail]\nport = 2026-99-99\n", 2, 12, "not valid TOML"),
    "picture": (b"\x89PNG\r\n\x1a\n", 1, 1, "0x89 is not UTF-8"),
    "too large": (b"#" * (16 * 1024 * 1024 + 1), 1, 1, "larger than 16 MiB"),
    "long dotted key": (b".".join([b"a"] * 3000) + b" = 1", 1, 1, "'a' is not a section"),
}


@pytest.mark.parametrize("name", FORMS)
def test_unusable_form_is_one_problem(name: str, tmp_path: Path) -> None:
    """Wrong encodings, damaged and huge files are each one problem with a fix."""
    content, line, column, message = FORMS[name]
    (problem,) = problems_in(write_folder(tmp_path, content, READER))
    assert message in problem.message
    assert problem.fix
    if name != "huge number":  # where that is noticed differs between Python versions
        assert (problem.line, problem.column) == (line, column)


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf[mail]\r\nport = 25\r\n", b"[mail]\r\nport = 25\r\n"])
def test_byte_order_mark_and_windows_line_ends_are_fine(content: bytes, tmp_path: Path) -> None:
    """What editors on Windows write is read."""
    assert load_folder(write_folder(tmp_path, content, READER)).settings.mail.port == 25


def test_places_count_the_same_with_windows_line_ends_and_mark(tmp_path: Path) -> None:
    """A byte order mark and CRLF do not move the place of a fault."""
    (problem,) = problems_in(write_folder(tmp_path, b'\xef\xbb\xbf[mail]\r\n\r\nport = "x"\r\n', READER))
    assert (problem.line, problem.column) == (3, 8)


def test_empty_settings_are_all_defaults(tmp_path: Path) -> None:
    """An empty paperroute.toml is valid."""
    assert load_folder(write_folder(tmp_path, "", READER)).settings.mail.port == 587


def test_missing_file_names_the_command_that_makes_one(tmp_path: Path) -> None:
    """A configuration that is not there is one problem, pointing at init."""
    (problem,) = problems_in(tmp_path / "config" / "paperroute.toml")
    assert Path(problem.file).name == "paperroute.toml"
    assert "paperroute init" in problem.fix


def test_missing_subscribers_are_a_problem(tmp_path: Path) -> None:
    """So is a subscribers file that is not there."""
    path = write_folder(tmp_path)
    (tmp_path / "config" / "subscribers.toml").unlink()
    (problem,) = problems_in(path)
    assert Path(problem.file).name == "subscribers.toml"


def test_folder_instead_of_a_file_is_a_problem(tmp_path: Path) -> None:
    """A folder given as configuration is refused in words."""
    assert any("this is a folder" in problem.message for problem in problems_in(tmp_path))


def test_file_that_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    """A name the system refuses is a problem, not a traceback."""
    name = tmp_path / ("x" * 300)
    assert any("cannot be read" in problem.message for problem in problems_in(name))


def test_names_that_are_too_long_are_problems(tmp_path: Path) -> None:
    """Wherever a path is written, one the system refuses gives a problem at its place or file."""
    name = "x" * 300
    main = f'[subscribers]\nfile = "{name}"\n[mail]\npassword_file = "{name}"\n'
    people = f'{READER}[[subscriber.interest]]\nname = "E"\nseeds_file = "{name}.txt"\n'
    assert len(problems_in(write_folder(tmp_path, main, people))) == 2
    assert len(problems_in(write_folder(tmp_path, "", people))) == 1


def test_empty_subscribers_folder_is_a_problem(tmp_path: Path) -> None:
    """A subscribers folder without a file is reported."""
    path = write_folder(tmp_path, '[subscribers]\nfile = "people"\n')
    (tmp_path / "config" / "people").mkdir()
    (problem,) = problems_in(path)
    assert "no .toml file" in problem.message
