"""Turns what pydantic found into problems with a place, plain words and a fix.

Never repeats the value of a secret.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from recommender.domain.errors import Problem
from recommender.settings.fault import KIND, shown
from recommender.settings.reading import Document

Path = tuple[str | int, ...]
Schema = Mapping[str, object]
Variables = Mapping[tuple[str, str], str]
SECRET_KEYS = frozenset({"password", "keys", "url", "api_key"})
_HIDDEN = object()
"""Stands for a value that is never shown."""
_ABSENT = {"missing": ("missing", "add {}{}"), "too_short": ("empty", "write {1}")}
"""What a key without a value is, and what to do with its name and an example."""
_SYNONYMS = {
    "timezone": ("zone",),
    "time_zone": ("zone",),
    "tz": ("zone",),
    "frequency": ("every",),
    "cadence": ("every",),
    "time": ("at",),
    "hour": ("at",),
    "mail": ("email",),
    "address": ("email",),
    "limit": ("papers",),
    "count": ("papers",),
    "description": ("about",),
    "query": ("about",),
    "topics": ("interest", "keywords"),
    "interests": ("interest",),
    "subscribers": ("subscriber",),
    "sources": ("source",),
    "smtp": ("mail",),
    "database": ("store",),
    "db": ("store",),
    "from": ("sender",),
    "tls": ("security",),
    "user": ("username",),
}


def problems_of(
    error: ValidationError, document: Document, model: type[BaseModel], variables: Variables
) -> Iterator[Problem]:
    """Yield one problem for each fault of `document`, in the order pydantic found them.

    `variables` names the environment variable behind a (section, key); its faults are not the file's.
    """
    schema = model.model_json_schema()
    for detail in error.errors(include_url=False):
        path, at_key = blamed(detail, document.data)
        message, fix = explain(detail, path, schema)
        variable = variables.get((str(path[0]), str(path[1]))) if len(path) > 1 else None
        if variable:
            yield Problem("environment", 1, 1, f"{variable}: {message}", fix)
            continue
        place = document.positions.key(path) if at_key else document.positions.value(path)
        yield document.problem(place, message, fix)


def blamed(detail: ErrorDetails, data: object) -> tuple[Path, bool]:
    """Return the path that is to blame, without union tags, and whether its key is (not its value)."""
    path = _in_data(detail["loc"], data)
    context = detail.get("ctx", {})
    if detail["type"] == "union_tag_invalid":
        return ((*path, "type"), False)
    if detail["type"] == KIND and context.get("at"):
        key = tuple(context["at"].split("."))
        # The table of an array may end in its union tag; a section that is not in the file keeps its name.
        return (_in_data((*detail["loc"], *key), data) if len(path) > 1 else (*path, *key), False)
    return (path, detail["type"] in ("extra_forbidden", "missing", "union_tag_not_found"))


def explain(detail: ErrorDetails, path: Path, schema: Schema) -> tuple[str, str]:
    """Return what is wrong and what to do about it."""
    if detail["type"] == KIND:
        return (detail["ctx"]["text"], detail["ctx"]["fix"])
    name, node = _name(path), _node_at(schema, detail["loc"])
    if detail["type"] == "extra_forbidden":
        return _unknown(path, keys_at(schema, detail["loc"][:-1]), schema)
    if detail["type"] in _ABSENT and detail["input"] != "":
        state, act = _ABSENT[detail["type"]]
        return (f"{name} is {state}", act.format(f"{name} = ", _example(name, node)))
    if detail["type"] == "union_tag_not_found":
        known = _mapping(_mapping(node["discriminator"])["mapping"])
        return ("type is missing", f"add type = {_either(known)}")
    if node.get("writeOnly"):
        detail["input"] = _HIDDEN
    explainer = _EXPLAINERS.get(detail["type"], _other)
    return explainer(name, detail)


def nearest(word: str, known: list[str]) -> str:
    """Return the known word that was probably meant, or nothing."""
    lowered = word.lower().replace("-", "_")
    meant = next((known_word for known_word in _SYNONYMS.get(lowered, ()) if known_word in known), None)
    if meant:
        return meant
    return next(iter(get_close_matches(lowered, known, n=1, cutoff=0.6)), "")


def keys_at(schema: Schema, path: Path) -> list[str]:
    """Return the keys a JSON schema knows at a path (union tags included, as pydantic writes paths)."""
    return list(_mapping(_node_at(schema, path).get("properties")))


def _unknown(path: Path, known: list[str], schema: Schema) -> tuple[str, str]:
    word = str(path[-1])
    message = f"{shown(word)} is not a key here" if len(path) > 1 else f"{shown(word)} is not a section"
    if meant := nearest(word, known):
        return (message, f"did you mean {meant}?")
    if len(path) > 1:
        homes = [name for name in keys_at(schema, ()) if word in keys_at(schema, (name,))]
    else:
        homes = [name for name in known if word in keys_at(schema, (name,))]
    if homes:
        return (message, f"{word} belongs under [{homes[0]}]")
    return (message, f"known here: {', '.join(known)}")


def _in_data(path: Path, data: object) -> Path:
    """Drop the union tags that pydantic writes into paths: names that are no keys of the data."""
    clean: Path = ()
    for number, step in enumerate(path):
        inside = isinstance(data, dict) and step in data
        if inside or isinstance(step, int) or number == len(path) - 1:
            clean += (step,)
            data = _child(data, step)
    return clean


def _child(data: object, step: str | int) -> object:
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list | tuple) and isinstance(step, int) and step < len(data):
        return data[step]
    return None


def _node_at(schema: Schema, path: Path) -> Mapping[str, object]:
    """Return what a JSON schema says at a path; nothing where it knows none."""
    node: object = schema
    for step in path:
        node = _step(_resolve(node, schema), step)
    return _mapping(_resolve(node, schema))


def _resolve(node: object, schema: Schema) -> object:
    reference = _mapping(node).get("$ref")
    if not isinstance(reference, str):
        return node
    return _mapping(schema["$defs"]).get(reference.rsplit("/", 1)[-1])


def _step(node: object, step: str | int) -> object:
    table = _mapping(node)
    if isinstance(step, int):
        return table.get("items")
    if "discriminator" in table:
        tags = _mapping(_mapping(table["discriminator"])["mapping"])
        return {"$ref": tags.get(step, "")}
    return _mapping(table.get("properties")).get(step)


def _mapping(node: object) -> Mapping[str, object]:
    return node if isinstance(node, dict) else {}


def _name(path: Path) -> str:
    words = [str(step) for step in path if isinstance(step, str)]
    return words[-1] if words else "the file"


def _either(words: Iterable[str]) -> str:
    """Return words in quotes, as alternatives."""
    *others, last = [f'"{word}"' for word in words]
    return f"{', '.join(others)} or {last}"


def _example(name: str, node: Mapping[str, object]) -> str:
    """Return a value to begin with: the one that belongs to the key, or one of its kind."""
    own = node.get("examples")
    if isinstance(own, list):
        return str(own[0])
    kinds = {"integer": "1", "number": "1.0", "boolean": "true", "array": '["…"]'}
    examples = {
        "email": '"ana@example.org"',
        "name": '"Model editing"',
    }
    return examples.get(name) or kinds.get(str(node.get("type")), '"…"')


def _value(name: str, detail: ErrorDetails) -> str:
    return "the value" if name in SECRET_KEYS or detail["input"] is _HIDDEN else shown(detail["input"])


def _wrong(kind: str, fix: str) -> Callable[[str, ErrorDetails], tuple[str, str]]:
    """Explain a value of the wrong kind."""

    def explain_kind(name: str, detail: ErrorDetails) -> tuple[str, str]:
        return (f"{name} must be {kind}, not {_value(name, detail)}", _kind_fix(name, detail, fix))

    return explain_kind


def _kind_fix(name: str, detail: ErrorDetails, fix: str) -> str:
    value = detail["input"]
    if detail["type"] == "tuple_type":
        return f"write [[{name}]], with two brackets" if isinstance(value, dict) else fix
    if name in SECRET_KEYS or value is _HIDDEN or isinstance(value, dict | list):
        return fix
    if detail["type"] == "string_type":
        return f'put it in quotes: "{value}"'
    bare = str(value)
    if isinstance(value, str) and bare.replace(".", "", 1).isdecimal() and len(bare) < 12:
        return f"write {bare} without quotes"
    return fix


def _range(words: str, bound: str, fix: str) -> Callable[[str, ErrorDetails], tuple[str, str]]:
    """Explain a number outside its bounds."""

    def explain_range(name: str, detail: ErrorDetails) -> tuple[str, str]:
        limit = detail["ctx"][bound]
        text = f"{limit:g}" if isinstance(limit, int | float) else str(limit)
        return (
            f"{name} must be {words} {text}, not {_value(name, detail)}",
            f"write {fix.format(text)}",
        )

    return explain_range


def _choice(name: str, detail: ErrorDetails) -> tuple[str, str]:
    expected = str(detail["ctx"].get("expected") or detail["ctx"].get("expected_tags"))
    words = expected.replace("'", '"')
    given = detail["ctx"].get("tag", detail["input"])
    known = [word.strip('" ') for word in words.replace(" or ", ", ").split(", ")]
    meant = get_close_matches(str(given).lower(), known, n=1, cutoff=0.6)
    fix = f'did you mean "{meant[0]}"?' if meant else f"write {words}"
    return (f"{name} must be {words}, not {shown(given)}", fix)


def _empty(name: str, _detail: ErrorDetails) -> tuple[str, str]:
    return (f"{name} is empty", "write something between the quotes")


def _other(name: str, detail: ErrorDetails) -> tuple[str, str]:
    return (f"{name} cannot be used: {detail['msg']}", "see docs/configuration.md")


_TABLE = _wrong("a table", "write it as a table in square brackets, or { key = value }")
_EXPLAINERS: Mapping[str, Callable[[str, ErrorDetails], tuple[str, str]]] = {
    "string_type": _wrong("text", "put it in quotes"),
    "int_type": _wrong("a whole number", "write a whole number without quotes"),
    "int_from_float": _wrong("a whole number", "write a whole number without quotes"),
    "float_type": _wrong("a number", "write a number without quotes"),
    "finite_number": _wrong("a finite number", "write an ordinary number"),
    "bool_type": _wrong("true or false", "write true or false, without quotes"),
    "tuple_type": _wrong("a list", 'write it in square brackets, like ["one", "two"]'),
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "literal_error": _choice,
    "union_tag_invalid": _choice,
    "greater_than_equal": _range("at least", "ge", "{} or more"),
    "less_than_equal": _range("at most", "le", "{} or less"),
    "greater_than": _range("more than", "gt", "a number above {}"),
    "less_than": _range("less than", "lt", "a number below {}"),
    "string_too_short": _empty,
    "too_short": _empty,
}
