"""The table of a source is made from the options that its kind declares."""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from recommender.app.kinds import kinds
from recommender.domain.errors import ConfigError
from recommender.ports.options import (
    Between,
    Category,
    Example,
    Fault,
    FeedUrl,
    Host,
    Key,
    Line,
    Pattern,
    Reader,
    Secret,
    SourceOptions,
    WebUrl,
    Words,
)
from recommender.settings.docstrings import docstrings
from recommender.settings.loader import Loaded, load
from recommender.settings.schema import schema_models, schema_text
from recommender.settings.source_models import section_of
from recommender.sources.kinds import SourceKind
from tests.settings.folders import judge_key, read_lines, write_folder

CODE = Pattern(expression=r"[A-Z]\d", wrong="is not a shelf", fix='write a letter and a digit, like "B4"')
SECRET = "Pq7secretsecret"
PEOPLE = '[[subscriber]]\nemail = "ana@example.org"\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfOptions(SourceOptions):
    """A shelf of papers."""

    code: Annotated[str, CODE, Example('"B4"')]
    """Which shelf."""
    rows: tuple[Words, ...]
    """Which rows of it."""
    owner: Annotated[Reader, Key("from")] = "ana@example.org"
    """Whose it is."""
    order: Literal["new", "old"] = "new"
    """Which come first."""
    fill: Annotated[float, Between(0, 1)] = 0.5
    """How full it is."""
    dusty: bool = False
    """Whether nobody was there."""
    note: Line = ""
    """Anything,
    on two lines."""
    plain: str = "x"
    """One line."""
    levels: tuple[Annotated[int, Between(1, 9)], ...] = (1, 2)
    """Which levels."""
    kinds: tuple[Category, ...] = ()
    """Which categories."""
    feed: FeedUrl = "https://a.example/f?x=1"
    """A feed."""
    near: Host = "localhost"
    """A host."""
    token: Secret = ""
    """What opens it."""
    base_url: WebUrl = "https://shelf.example"
    """Server."""

    def faults(self) -> Iterable[Fault]:
        """Refuse dust on a full shelf."""
        if self.dusty and self.fill == 1:
            yield Fault(message="a full shelf has no dust", fix="write dusty = false", at="dusty")


def never(_options: Any, _client: object, _clock: object) -> Any:
    """Stand where a source is built."""
    raise AssertionError


KIND = SourceKind("shelf", ShelfOptions, never)
TABLE = '[[source]]\ntype = "shelf"\ncode = "B4"\nrows = ["one"]\n'


def loaded(tmp_path: Path, main: str, **environ: str) -> Loaded:
    """Load a folder that may have shelves."""
    path = write_folder(tmp_path, main, PEOPLE)
    return load(path, environ, kinds=(*kinds(), KIND), read_references=read_lines, check_key=judge_key)


def options_of(tmp_path: Path, main: str) -> ShelfOptions:
    """Return the options of the one source."""
    (source,) = loaded(tmp_path, main).settings.source
    options = source.options()
    assert isinstance(options, ShelfOptions)
    return options


def test_a_table_becomes_options(tmp_path: Path) -> None:
    """With the type for a name, defaults, and values as they are written."""
    options = options_of(tmp_path, TABLE)
    assert options == ShelfOptions(name="shelf", code="B4", rows=("one",))
    more = 'name = "mine"\nfill = 1.0\nlevels = [9]\nkinds = ["cs.CL"]\nbase_url = "https://b.example/"\n'
    options = options_of(tmp_path, f"{TABLE}{more}")
    assert (options.name, options.fill, options.levels, options.kinds) == ("mine", 1.0, (9,), ("cs.CL",))
    assert options.base_url == "https://b.example"


@pytest.mark.parametrize(
    "more, place, said",
    [
        ("rowz = 1", "5:1", "'rowz' is not a key here (did you mean rows?)"),
        ('order = "newest"', "5:9", 'order must be "new" or "old", not \'newest\' (did you mean "new"?)'),
        ("fill = 1.5", "5:8", "fill must be at most 1, not 1.5 (write 1 or less)"),
        (
            'dusty = "no"',
            "5:9",
            "dusty must be true or false, not 'no' (write true or false, ",
        ),
        ("fill = 1.0\ndusty = true", "6:9", "a full shelf has no dust (write dusty = false)"),
        ("levels = [1, 10]", "5:14", "levels must be at most 9, not 10 (write 9 or less)"),
        ('levels = "1"', "5:10", "levels must be a list, not '1'"),
        ('kinds = ["CS CL"]', "5:10", "'CS CL' is not a category code"),
        ('note = "a\\tb"', "5:8", "control character (U+0009)"),
        ('plain = "a\\nb"', "5:9", "the text holds a line break"),
        ('near = "http://x"', "5:8", "is not a host name"),
        ('feed = "x"', "5:8", "is not a web address"),
        ('from = "bob@example.org"', "5:8", "nobody with this address or id is declared"),
        ('owner = "x"', "5:1", "'owner' is not a key here"),
        (f'token = "{SECRET}"\ntoken_file = "t"', "5:9", "token and token_file are both set"),
        ('token_file = "gone"', "5:14", "the key file gone cannot be read"),
        ("token = 12345678", "5:9", "token must be text, not the value (put it in quotes)"),
        ('base_url = "http://b.example"', "5:12", "the key would travel unprotected (write https://)"),
    ],
)
def test_faults_have_place_and_fix(tmp_path: Path, more: str, place: str, said: str) -> None:
    """Like those of all other tables; a secret is never repeated."""
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, f"{TABLE}{more}\n")
    (line,) = str(caught.value).splitlines()
    assert f"paperroute.toml:{place}: " in line
    assert said in line
    assert SECRET not in line
    assert "12345678" not in line


@pytest.mark.parametrize(
    "table, said",
    [
        ('code = "B4"', 'rows is missing (add rows = ["…"])'),
        ('rows = ["one"]', 'code is missing (add code = "B4")'),
        ('code = "b4"\nrows = ["one"]', "'b4' is not a shelf (write a letter and a digit"),
        ('code = "B4"\nrows = []', 'rows is empty (write ["…"])'),
        ('code = ""\nrows = ["one"]', "'' is not a shelf"),
    ],
)
def test_what_must_be_there(tmp_path: Path, table: str, said: str) -> None:
    """An option without a default; a list without one holds something."""
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, f'[[source]]\ntype = "shelf"\n{table}\n')
    assert said in str(caught.value)


def test_a_secret_comes_from_its_file(tmp_path: Path) -> None:
    """And is not shown with the settings."""
    (tmp_path / "t").write_text(f"{SECRET}\n")
    (tmp_path / "t").chmod(0o644)
    found = loaded(tmp_path, f'{TABLE}token_file = "t"\n')
    options = found.settings.source[0].options()
    assert isinstance(options, ShelfOptions)
    assert options.token == SECRET
    assert SECRET not in repr(found.settings)
    assert any("others may read" in str(warning) for warning in found.warnings)


def test_the_schema_describes_it() -> None:
    """With the strings below the options; keys have their names of the file."""
    text = schema_text(schema_models((*kinds(), KIND))["paperroute.schema.json"])
    assert '"A shelf of papers."' in text
    assert '"Anything,\\non two lines."' in text
    assert '"from": {' in text
    assert f'"pattern": "^{CODE.expression}$"'.replace("\\", "\\\\") in text
    assert docstrings(ShelfOptions)["allow_hosts"].startswith("Hosts that may be asked")


def test_an_option_of_another_type_is_an_error_of_the_source() -> None:
    """Found when the program starts, not when somebody uses it."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Odd(SourceOptions):
        """Nothing that TOML can hold."""

        places: dict[str, int]

    with pytest.raises(TypeError, match=r"dict\[str, int\] cannot be an option"):
        section_of(SourceKind("odd", Odd, never))


def test_every_kind_has_its_own_word() -> None:
    """And tables with the keys that every source has."""
    words = [kind.word for kind in kinds()]
    assert len(set(words)) == len(words)
    for kind in kinds():
        keys = section_of(kind).model_json_schema()["properties"]
        assert {"type", "name", "allow_hosts", "base_url"} <= set(keys), kind.word


def test_knowing_the_kinds_loads_neither_http_client_nor_feedparser() -> None:
    """Every command reads the configuration, and only some fetch."""
    loaded = "sorted({'httpx', 'feedparser'} & set(sys.modules))"
    code = f"import sys; from recommender.app.kinds import kinds; kinds(); print({loaded})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_text_of_no_source_has_no_docstrings() -> None:
    """What was not written in a file is without descriptions."""
    made = type("Made", (), {"__annotations__": {"x": int}})
    assert docstrings(made) == {}
