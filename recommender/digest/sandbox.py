"""Where templates are filled: a sandbox that knows a few names and lets nothing else through.

A template may come from the operator's own folder, or from somebody they had it from. It reaches the fields
of what it is given, a few methods of text, and the filters below; it cannot open a file, reach into Python,
print without escaping, or include a template by a name that is not written out.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import Environment, TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import BlockReference, Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from recommender.digest.folders import Templates
from recommender.digest.words import Words

SHIPPED = "!"
"""Before a name: the template that ships, whatever the operator's folder has under that name."""
MAX_RANGE = 1_000
MAX_REPEATED = 10_000
"""Characters that `*` and fillers may make of text."""
_WIDE = re.compile(r"\d{4}|\{[^{}]*\{|%[^%a-zA-Z]*\*")
_FILTERS = frozenset(
    """
    abs capitalize count d default dictsort e escape first float groupby int items join last length list
    lower map max min reject rejectattr replace reverse select selectattr sort string sum title trim truncate
    unique upper wordcount
    """.split()  # noqa: SIM905 a list of words reads better as one
)
_TEXT = frozenset(
    """
    capitalize casefold count endswith find isdigit lower lstrip partition removeprefix removesuffix replace
    rpartition rsplit rstrip split splitlines startswith strip title upper
    """.split()  # noqa: SIM905 a list of words reads better as one
)
_WORDS = frozenset(
    """
    say number listed day date time cadence slot match signals language direction
    """.split()  # noqa: SIM905 a list of words reads better as one
)
_LOOP = frozenset(
    """
    index index0 revindex revindex0 first last length depth depth0 cycle changed previtem nextitem
    """.split()  # noqa: SIM905 a list of words reads better as one
)
_METHODS: Mapping[type, frozenset[str]] = {
    Words: _WORDS,
    str: _TEXT,
    dict: frozenset({"get", "items", "keys", "values"}),
    date: frozenset({"strftime", "year", "month", "day"}),
    LoopContext: _LOOP,
    BlockReference: frozenset({"super"}),
}
"""What templates reach beside the fields and properties of dataclasses."""


class Sandbox(ImmutableSandboxedEnvironment):
    """The one kind of environment there is."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, own: Templates, shipped: Templates, filters: Mapping[str, Callable[..., Any]]) -> None:
        """Search `own` before `shipped`; `filters` are added to the few that Jinja brings."""
        super().__init__(
            loader=_Loader(own, shipped),
            autoescape=escapes,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self.code_generator_class = _Generator
        self.globals = {"range": _range, "namespace": Namespace}
        self.filters = {name: FILTERS[name] for name in _FILTERS} | {"format": _format, "round": _round}
        self.filters |= filters

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 Jinja's own
        """Let through what is named above."""
        if attr.startswith("_"):
            return False
        if isinstance(obj, TemplateModule | Namespace):
            return True
        return attr in _reachable(type(obj))  # type: ignore[arg-type]  # every type is hashable

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Wrap `str.format`, and refuse patterns that could fill the memory."""
        wrapped = super().wrap_str_format(value)
        if wrapped is not None:
            _narrow(value.__self__)
        return wrapped

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse what makes much of little: repeated text, powers, wide patterns."""
        if operator == "**":
            raise SecurityError("templates have no powers")
        if operator == "%" and isinstance(left, str):
            _narrow(left)
        if operator == "*":
            for one, other in ((left, right), (right, left)):
                wide = isinstance(one, str | list | tuple) and isinstance(other, int)
                if wide and len(one) * other > MAX_REPEATED:
                    raise SecurityError(f"repeated to more than {MAX_REPEATED:,} characters")
        return super().call_binop(context, operator, left, right)


class _Loader(BaseLoader):
    """Gives templates that were read before."""

    def __init__(self, own: Templates, shipped: Templates) -> None:
        self._own = own
        self._shipped = shipped

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 Jinja's own
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return text, file name and that it never changes."""
        asked = template.removeprefix(SHIPPED)
        found = self._shipped.get(asked)
        if asked == template:
            found = self._own.get(asked, found)
        if found is None:
            raise TemplateNotFound(template)
        return found.text, found.shown, lambda: True

    def list_templates(self) -> list[str]:
        """Return the names there are."""
        return sorted(self._own.keys() | self._shipped.keys())


class _Generator(CodeGenerator):
    """Compiles templates, and refuses what goes round the escaping."""

    def visit_ScopedEvalContextModifier(self, node: nodes.ScopedEvalContextModifier, _frame: Frame) -> None:  # noqa: N802 Jinja's name
        """Refuse `autoescape`."""
        self.fail("escaping cannot be switched off", node.lineno)

    def visit_Extends(self, node: nodes.Extends, frame: Frame) -> None:  # noqa: N802 Jinja's name
        """Look at what is extended."""
        self._look(node)
        super().visit_Extends(node, frame)

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:  # noqa: N802 Jinja's name
        """Look at what is included."""
        self._look(node)
        super().visit_Include(node, frame)

    def visit_Import(self, node: nodes.Import, frame: Frame) -> None:  # noqa: N802 Jinja's name
        """Look at what is imported."""
        self._look(node)
        super().visit_Import(node, frame)

    def visit_FromImport(self, node: nodes.FromImport, frame: Frame) -> None:  # noqa: N802 Jinja's name
        """Look at what is imported."""
        self._look(node)
        super().visit_FromImport(node, frame)

    def _look(self, node: nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport) -> None:
        names = named(node.template)
        if names is None:
            self.fail("the name of a template must be written out, in quotes", node.lineno)
        for name in names:
            if escapes(self.name) and not escapes(name):
                self.fail(f"{name} is not escaped and cannot be part of this template", node.lineno)


def escapes(name: str | None) -> bool:
    """Tell whether a template is escaped: all are but those that are plainly text."""
    lowered = (name or "").lower()
    return ".html" in lowered or not lowered.endswith(".txt")


def named(node: nodes.Expr) -> Sequence[str] | None:
    """Return the names of templates that an expression may come to; None where they are not written out."""
    if isinstance(node, nodes.Const):
        return [node.value] if isinstance(node.value, str) else None
    if isinstance(node, nodes.CondExpr):
        parts: Sequence[nodes.Expr | None] = (node.expr1, node.expr2)
    elif isinstance(node, nodes.List | nodes.Tuple):
        parts = node.items
    else:
        return None
    found: list[str] = []
    for part in parts:
        inside = named(part) if part is not None else None
        if inside is None:
            return None
        found += inside
    return found


@cache
def _reachable(kind: type) -> frozenset[str]:
    """Return the attributes of a type that templates reach."""
    for known, names in _METHODS.items():
        if issubclass(kind, known):
            return names
    if not is_dataclass(kind):
        return frozenset()
    properties = {
        name for base in kind.__mro__ for name, value in vars(base).items() if isinstance(value, property)
    }
    return frozenset({field.name for field in fields(kind)} | properties)


def _range(*bounds: int) -> range:
    made = range(*bounds)
    if len(made) > MAX_RANGE:
        raise SecurityError(f"a range of more than {MAX_RANGE:,} numbers")
    return made


def _format(pattern: str, *values: object) -> str:
    _narrow(pattern)
    return str(pattern) % values


def _round(number: float, digits: int = 0) -> float:
    return round(number, max(0, min(digits, 9)))


def _narrow(pattern: str) -> None:
    """Refuse a pattern that pads to a thousand characters or more, or to a width that is a value."""
    if _WIDE.search(pattern):
        raise SecurityError("a pattern this wide")
