"""Who else is asked about papers, in the configuration: keys, names, and values that cannot be."""

from pathlib import Path

import pytest

from tests.settings.folders import load_folder, problems_in, write_folder

TABLE = '[[enricher]]\ntype = "openalex"\n'
SECRET = "Pq7secretsecret"


def key_of(tmp_path: Path, main: str, **environ: str) -> str:
    """Return the key that the one enricher ends up with."""
    (enricher,) = load_folder(write_folder(tmp_path, main), environ).settings.enricher
    return enricher.api_key.get_secret_value()


def test_there_are_none_unless_written(tmp_path: Path) -> None:
    """Nobody is asked for nothing; a type alone is enough."""
    assert load_folder(write_folder(tmp_path, "")).settings.enricher == ()
    (enricher,) = load_folder(write_folder(tmp_path, TABLE)).settings.enricher
    assert (enricher.days, enricher.again_days, enricher.per_run) == (30, 7, 1_000)
    assert enricher.base_url == "https://api.openalex.org"


@pytest.mark.parametrize("kind", ["semanticscholar", "openalex", "crossref"])
def test_a_key_comes_from_the_table_its_file_or_the_environment(tmp_path: Path, kind: str) -> None:
    """An enricher's own key goes before that of its type."""
    (tmp_path / "key").write_text(f"{SECRET}\n")
    (tmp_path / "key").chmod(0o600)
    table = TABLE.replace("openalex", kind)
    shared = {f"PAPERROUTE_{kind.upper()}__API_KEY": "shared"}
    other = {"PAPERROUTE_ZOTERO__API_KEY": "other"}
    assert key_of(tmp_path, table, **other) == ""
    assert key_of(tmp_path, table, **shared) == "shared"
    assert key_of(tmp_path, table, **{f"PAPERROUTE_{kind.upper()}__API_KEY_FILE": "key"}) == SECRET
    assert key_of(tmp_path, f'[{kind}]\napi_key = "section"\n{table}') == "section"
    assert key_of(tmp_path, table + 'api_key = "own"\n', **shared) == "own"
    assert key_of(tmp_path, table + 'api_key_file = "key"\n', **shared) == SECRET


@pytest.mark.parametrize(
    "old, new, line, said",
    [
        ('"openalex"', '"scholar"', 2, "semanticscholar"),
        ('"openalex"', '"openalex"\ndays = 0', 3, "1"),
        ('"openalex"', '"openalex"\nper_run = 20000', 3, "10000"),
        ('"openalex"', '"openalex"\nagain_days = "7"', 3, "number"),
        ('"openalex"', '"openalex"\nbase_url = "http://example.org"', 3, "unprotected"),
        ('"openalex"', '"openalex"\napi_key_file = "gone"', 3, "gone cannot be read"),
        ('"openalex"', f'"openalex"\napi_key = "{SECRET}"\napi_key_file = "key"', 3, "both set"),
        ('"openalex"', f'"openalex"\napi_key = "{SECRET}\\n"', 3, "line break"),
        ('"openalex"', '"openalex"\napi_kye = "x"', 3, "api_key"),
        (TABLE, f"{TABLE}{TABLE}", 3, "already at"),
        (TABLE, f'[[source]]\ntype = "huggingface"\nname = "openalex"\n{TABLE}', 4, "already at"),
    ],
)
def test_what_cannot_be_is_said_at_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    """One problem each, which never repeats a key."""
    (problem,) = problems_in(write_folder(tmp_path, TABLE.replace(old, new)))
    assert problem.line == line
    assert said in f"{problem.message} {problem.fix}"
    assert SECRET not in str(problem)


def test_a_key_that_others_may_read_is_warned_of(tmp_path: Path) -> None:
    """In the table and in the section of its type."""
    path = write_folder(tmp_path, f'[crossref]\napi_key = "{SECRET}"\n{TABLE}api_key = "{SECRET}"\n')
    path.chmod(0o644)
    told = [str(problem) for problem in load_folder(path).warnings if "api_key" in str(problem)]
    assert len(told) == 2
    assert not any(SECRET in text for text in told)


def test_a_collection_for_nothing_is_a_fault(tmp_path: Path) -> None:
    """Where no saved paper goes there, nothing can go into it."""
    people = '[[subscriber]]\nemail = "ana@example.org"\n'
    table = '[[source]]\ntype = "zotero"\nfor = "ana@example.org"\nlibrary = "users/1"\n'
    own = f'{table}save_collection = "QVK3WHF2"\n'
    (problem,) = problems_in(write_folder(tmp_path, own, people))
    assert (problem.line, "save_to = true" in problem.fix) == (5, True)
    assert problems_in(write_folder(tmp_path, f"{own}save_to = true\n", people)) == ()
