"""JSON Schemas of both files, for editors. `python -m recommender.app.schema FOLDER` writes them."""

import json
from collections.abc import Mapping
from pathlib import Path

from recommender.ports.options import Kind
from recommender.settings.base import Section
from recommender.settings.models import settings_of
from recommender.settings.people import SubscribersFile

NAMES = ("paperroute.schema.json", "subscribers.schema.json")


def schema_models(kinds: tuple[Kind, ...]) -> Mapping[str, type[Section]]:
    """Return the model behind each schema file; `kinds` are the sources that may be configured."""
    return dict(zip(NAMES, (settings_of(kinds, described=True), SubscribersFile), strict=True))


def schema_text(model: type[Section]) -> str:
    """Return the schema of a model as it is kept in the repository: indented, one closing line break."""
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", **model.model_json_schema()}
    return json.dumps(_plain(schema), indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path, kinds: tuple[Kind, ...]) -> list[Path]:
    """Write both schemas into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, model in schema_models(kinds).items():
        path = folder / name
        path.write_text(schema_text(model), encoding="utf-8")
        paths.append(path)
    return paths


def _plain(node: object) -> object:
    """Drop the titles pydantic derives from names and OpenAPI words that draft 7 does not know."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    noise = ("title", "discriminator")
    return {
        key: _plain(value)
        for key, value in node.items()
        if key not in noise or not isinstance(value, str | dict)
    }


if __name__ == "__main__":
    raise SystemExit("the kinds of sources are known elsewhere; run: python -m recommender.app.schema FOLDER")
