"""docs/configuration.md lists every key with its default, and nothing else."""

import json
import re
import tomllib
from typing import cast

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from recommender.app.kinds import kinds
from recommender.settings.digest_models import DarkTable, LightTable
from recommender.settings.enricher_models import (
    CrossrefEnricher,
    OpenalexEnricher,
    SemanticscholarEnricher,
)
from recommender.settings.environment import sections
from recommender.settings.people import InterestTable, SubscriberTable
from recommender.settings.source_models import sections_of
from tests.paths import REPOSITORY

TEXT = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8")
TABLES = {f"[{name}]": model for name, model in sections().items()} | {
    "[digest.light]": LightTable,
    "[digest.dark]": DarkTable,
    "[[subscriber]]": SubscriberTable,
    "[[subscriber.interest]]": InterestTable,
}


def documented(title: str) -> dict[str, str]:
    """Return key and default of each row under a heading."""
    part = TEXT.split(f"### `{title}`\n", 1)[1].split("\n#", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \|(.*?)\|", part, re.MULTILINE)
    return {key: value.strip() for key, value in rows}


def default(model: type[BaseModel], key: str) -> str | None:
    """Return a key's default as TOML in backticks, nothing for a required one, None for a table."""
    value = model.model_fields[key].default
    if value is PydanticUndefined:
        return ""
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if isinstance(value, BaseModel):
        return None
    return (
        None if key == "interest" else f"`{json.dumps(list(value) if isinstance(value, tuple) else value)}`"
    )


def test_every_section_lists_its_keys_with_their_defaults() -> None:
    """A key that is added, removed or changed must be so in the manual too."""
    for title, model in TABLES.items():
        expected = {key: default(model, key) or "" for key in model.model_fields}
        assert documented(title) == expected, title


def test_every_source_key_is_listed() -> None:
    """The sources share one table."""
    models = sections_of(kinds())
    keys = {info.alias or key for model in models for key, info in model.model_fields.items()}
    assert set(documented("[[source]]")) == keys


def test_every_enricher_key_is_listed() -> None:
    """With the defaults that all of them have."""
    models = (SemanticscholarEnricher, OpenalexEnricher, CrossrefEnricher)
    rows = documented("[[enricher]]")
    assert all(set(rows) == set(model.model_fields) for model in models)
    shared = ("days", "again_days", "per_run", "api_key", "api_key_file", "allow_hosts")
    assert all(rows[key] == default(model, key) for model in models for key in shared)


def test_shipped_files_hold_no_key_the_manual_lacks() -> None:
    """The commented-out lines of the example files are documented keys as well."""
    known = {key for title in (*TABLES, "[[source]]", "[[enricher]]") for key in documented(title)}
    for name in ("paperroute.toml", "subscribers.toml"):
        shipped = (REPOSITORY / "config" / name).read_text(encoding="utf-8")
        assert set(re.findall(r"^#? ?(\w+) = ", shipped, re.MULTILINE)) <= known
        assert cast("dict[str, object]", tomllib.loads(shipped))
