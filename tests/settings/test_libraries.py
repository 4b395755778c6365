"""Readers' own libraries in the configuration: keys, readers, and values that cannot be."""

from pathlib import Path

import pytest

from recommender.sources.zotero_kind import ZoteroTable
from tests.settings.folders import load_folder, problems_in, write_folder

PEOPLE = '[[subscriber]]\nemail = "ana@example.org"\nid = "ana"\n'
TABLE = '[[source]]\ntype = "zotero"\nfor = "ana@example.org"\nlibrary = "users/123"\n'
SECRET = "Pq7secretsecret"


def key_of(tmp_path: Path, main: str, **environ: str) -> str:
    """Return the key that the one source ends up with."""
    path = write_folder(tmp_path, main, PEOPLE)
    (source,) = load_folder(path, environ).settings.source
    options = source.options()
    assert isinstance(options, ZoteroTable)
    return options.api_key


def test_a_key_comes_from_the_table_its_file_or_the_environment(tmp_path: Path) -> None:
    """A source's own key goes before the shared one."""
    (tmp_path / "key").write_text(f"{SECRET}\n")
    (tmp_path / "key").chmod(0o600)
    shared = {"PAPERROUTE_ZOTERO__API_KEY": "shared"}
    assert key_of(tmp_path, TABLE) == ""
    assert key_of(tmp_path, TABLE, **shared) == "shared"
    assert key_of(tmp_path, TABLE, PAPERROUTE_ZOTERO__API_KEY_FILE="key") == SECRET
    assert key_of(tmp_path, TABLE + 'api_key = "own"\n', **shared) == "own"
    assert key_of(tmp_path, TABLE + 'api_key_file = "key"\n', **shared) == SECRET


@pytest.mark.parametrize("reader", ["ana", "ANA@example.org"])
def test_a_reader_is_named_by_id_or_address(tmp_path: Path, reader: str) -> None:
    """In either case of the address."""
    path = write_folder(tmp_path, TABLE.replace("ana@example.org", reader), PEOPLE)
    assert problems_in(path) == ()


@pytest.mark.parametrize(
    "old, new, line, said",
    [
        ("ana@example.org", "bob@example.org", 3, "declared"),
        ("ana@example.org", "ANA", 3, "declared"),
        ('for = "ana@example.org"', "", 1, "for is missing"),
        ("users/123", "ana", 4, "not a library"),
        ("users/123", "users/123\\n", 4, "not a library"),
        ('"users/123"', '"users/1"\ncollection = "My papers"', 5, "not the key of a collection"),
        ('"users/123"', '"users/1"\nbase_url = "http://example.org"', 5, "unprotected"),
        ('"users/123"', '"users/1"\napi_key_file = "gone"', 5, "gone cannot be read"),
        ('"users/123"', f'"users/1"\napi_key = "{SECRET}"\napi_key_file = "key"', 5, "both set"),
        ('"users/123"', f'"users/1"\napi_key = "{SECRET}\\n"', 5, "line break"),
        ('"users/123"', '"users/1"\nkollection = ""', 5, "collection"),
    ],
)
def test_what_cannot_be_is_said_at_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    """One problem each, which never repeats a key."""
    (problem,) = problems_in(write_folder(tmp_path, TABLE.replace(old, new), PEOPLE))
    assert problem.line == line
    assert said in f"{problem.message} {problem.fix}"
    assert SECRET not in str(problem)


def test_a_key_that_others_may_read_is_warned_of(tmp_path: Path) -> None:
    """In the table and in a file."""
    (tmp_path / "key").write_text(SECRET)
    (tmp_path / "key").chmod(0o644)
    second = TABLE + 'name = "second"\napi_key_file = "key"\n'
    path = write_folder(tmp_path, f'{TABLE}api_key = "{SECRET}"\n{second}', PEOPLE)
    path.chmod(0o644)
    told = [str(problem) for problem in load_folder(path).warnings if "api_key" in str(problem)]
    assert len(told) == 2
    assert not any(SECRET in text for text in told)


def test_a_local_zotero_may_be_asked_without_protection(tmp_path: Path) -> None:
    """The program on this machine answers like the server."""
    main = TABLE + 'base_url = "http://localhost:23119/api"\nallow_hosts = ["localhost"]\n'
    assert problems_in(write_folder(tmp_path, main, PEOPLE)) == ()


def test_an_unknown_reader_is_told_beside_other_faults(tmp_path: Path) -> None:
    """Unless the subscribers cannot be read, because then nobody knows who is declared."""
    table = TABLE.replace("ana@", "bob@") + 'api_key_file = "gone"\n'
    said = [problem.message for problem in problems_in(write_folder(tmp_path, table, PEOPLE))]
    assert [("declared" in text, "gone" in text) for text in said] == [(True, False), (False, True)]
    (problem,) = problems_in(write_folder(tmp_path, TABLE.replace("ana@", "bob@"), PEOPLE + "every = 1\n"))
    assert problem.line == 4
