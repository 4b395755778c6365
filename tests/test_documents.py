"""Documents that must stay true: the words and the layers."""

import re
import tomllib

from recommender.store.schema import METADATA
from tests.paths import REPOSITORY


def test_every_table_is_a_word_of_the_glossary() -> None:
    """Table names are made of the glossary's terms."""
    glossary = (REPOSITORY / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = {match.lower() for match in re.findall(r"(?m)^\| (\w+) \|", glossary)}
    known = terms | {"alias", "item", "saved", "state", "version", "alembic"}
    words = {word for table in METADATA.tables for word in table.split("_")}
    assert words - known == set()


def test_the_layers_in_the_document_are_those_of_the_contract() -> None:
    """The layer table names the packages in the order that the import contract enforces."""
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    config = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    contract = config["tool"]["importlinter"]["contracts"][0]["layers"]
    enforced = [name.strip() for layer in contract for name in layer.split("|")]
    table = text.split("## From a feed")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = [name.removeprefix("recommender.") for row in rows for name in re.findall(r"`([\w.]+)`", row)]
    assert [name for name in named if name != "jobs"] == enforced
