"""The `[[source]]` tables of `paperroute.toml`: one model for each kind of source, made from its options.

Which kinds there are is told from outside; what a source does with its options is the business of
`recommender.sources`, which this package does not know.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Annotated, Any, ClassVar, Literal, Self, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import pydantic
from pydantic import AfterValidator, SecretStr, create_model, model_validator

from recommender.ports.options import Between, Example, Form, Key, Kind, Pattern, SourceOptions
from recommender.settings import fields as texts
from recommender.settings.base import Secret, Section
from recommender.settings.docstrings import docstrings
from recommender.settings.fault import fault, shown

_PLAIN = (bool, int, float)
_FORMS: Mapping[Form, Any] = {
    Form.LINE: texts.Line,
    Form.WORDS: texts.Words,
    Form.WEB_URL: texts.WebUrl,
    Form.FEED_URL: texts.FeedUrl,
    Form.HOST: texts.AllowedHost,
    Form.CATEGORY: texts.Category,
    Form.READER: texts.Words,
    Form.SECRET: Secret,
}


class SourceSection(Section):
    """What the table of every kind has."""

    kind: ClassVar[Kind]
    secrets: ClassVar[tuple[str, ...]] = ()
    """Fields that are secret; each has a field for a file beside it."""
    readers: ClassVar[tuple[str, ...]] = ()
    """Fields that name a subscriber."""
    addresses: ClassVar[tuple[str, ...]] = ()
    """Fields that are addresses of servers."""

    type: str
    name: texts.Line = ""
    allow_hosts: tuple[texts.AllowedHost, ...] = ()

    def options(self) -> SourceOptions:
        """Return the values as the source wants them, with a name."""
        values: dict[str, Any] = {
            field.name: _bare(getattr(self, field.name)) for field in fields(self.kind.options)
        }
        return self.kind.options(**{**values, "name": self.name or self.type})

    @model_validator(mode="after")
    def _agree(self) -> Self:
        for key in self.secrets:
            if getattr(self, key).get_secret_value() and getattr(self, f"{key}_file"):
                raise fault(f"{key} and {key}_file are both set", f"keep {key}_file", at=key)
        for address in self.addresses if self.secrets else ():
            parts = urlsplit(getattr(self, address))
            if parts.scheme == "http" and not texts.is_loopback(parts.hostname or ""):
                raise fault("the key would travel unprotected", "write https://", at=address)
        for found in self.options().faults():
            raise fault(found.message, found.fix, at=found.at)
        return self


def section_of(kind: Kind, *, described: bool = False) -> type[SourceSection]:
    """Return the model of a kind's table; `described` adds the docstrings, which only schemas show.

    Raises TypeError where an option is of a type that no table can hold.
    """
    hints = get_type_hints(kind.options, include_extras=True)
    says = docstrings(kind.options) if described else {}
    word: Any = Literal[kind.word]
    own: dict[str, Any] = {"type": (word, ...)}
    for field in fields(kind.options):
        own |= _fields_of(field, hints[field.name], says.get(field.name))
    model = create_model(
        f"{kind.word.capitalize()}Source", __base__=SourceSection, __doc__=kind.options.__doc__, **own
    )
    model.kind = kind
    model.secrets = _with_form(hints, Form.SECRET)
    model.readers = _with_form(hints, Form.READER)
    model.addresses = (*_with_form(hints, Form.WEB_URL), *_with_form(hints, Form.FEED_URL))
    return model


def sections_of(kinds: Iterable[Kind], *, described: bool = False) -> Sequence[type[SourceSection]]:
    """Return the models of all kinds, in their order."""
    return [section_of(kind, described=described) for kind in kinds]


def _fields_of(field: "Field[Any]", hint: object, says: str | None) -> dict[str, Any]:
    """Return the model's field for an option, and the one for a secret's file."""
    alias = next((mark.name for mark in _marks(hint) if isinstance(mark, Key)), None)
    example = next((mark.toml for mark in _marks(hint) if isinstance(mark, Example)), None)
    required = field.default is MISSING
    info: dict[str, Any] = {"alias": alias, "description": says}
    if example:
        info["json_schema_extra"] = {"examples": [example]}
    if required and _is_list(hint):
        info["min_length"] = 1
    if Form.SECRET not in _marks(hint):
        default = ... if required else field.default
        return {field.name: (_translated(hint), pydantic.Field(default, **info))}
    file = pydantic.Field("", description=f"File whose first line is the value of {field.name}.")
    return {
        field.name: (Secret, pydantic.Field(SecretStr(""), **info)),
        f"{field.name}_file": (texts.OptionalPath, file),
    }


def _translated(hint: Any) -> Any:
    """Return the annotation that checks what an option's annotation means."""
    if hint in _PLAIN or get_origin(hint) is Literal:
        return hint
    if hint is str:
        return texts.Line
    if _is_list(hint):
        inner: Any = _translated(get_args(get_args(hint)[0] if get_origin(hint) is Annotated else hint)[0])
        return Annotated[tuple[inner, ...], pydantic.Field(strict=False)]
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{hint} cannot be an option of a source; see recommender.ports.options")
    base, *marks = get_args(hint)
    form = next((mark for mark in marks if isinstance(mark, Form)), None)
    alone = base is str and any(isinstance(mark, Pattern) for mark in marks)
    checked = _FORMS[form] if form else base if alone else _translated(base)
    for mark in marks:
        checked = _narrowed(checked, mark)
    return checked


def _narrowed(checked: Any, mark: object) -> Any:
    """Add one mark's check to an annotation."""
    if isinstance(mark, Between):
        return Annotated[checked, pydantic.Field(ge=mark.least, le=mark.most)]
    if isinstance(mark, Pattern):
        schema: dict[str, Any] = {"pattern": f"^{mark.expression}$"}
        return Annotated[checked, pydantic.Field(json_schema_extra=schema), AfterValidator(_matching(mark))]
    return checked


def _matching(pattern: Pattern) -> Callable[[str], str]:
    def check(text: str) -> str:
        if re.fullmatch(pattern.expression, text, re.ASCII):
            return text
        raise fault(f"{shown(text)} {pattern.wrong}", pattern.fix)

    return check


def _is_list(hint: object) -> bool:
    inner = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return get_origin(inner) is tuple


def _marks(hint: object) -> tuple[object, ...]:
    return get_args(hint)[1:] if get_origin(hint) is Annotated else ()


def _with_form(hints: Mapping[str, object], form: Form) -> tuple[str, ...]:
    return tuple(name for name, hint in hints.items() if form in _marks(hint))


def _bare(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
