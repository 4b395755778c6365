"""The strings below the fields of a class, which Python itself forgets."""

import ast
import inspect
import textwrap
from itertools import pairwise


def docstrings(owner: type) -> dict[str, str]:
    """Return field → description of a class and those above it; nothing where there is no source text."""
    found: dict[str, str] = {}
    for one in reversed(owner.__mro__[:-1]):
        found |= _own(one)
    return found


def _own(owner: type) -> dict[str, str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
    except (OSError, TypeError, SyntaxError):
        return {}
    found: dict[str, str] = {}
    statements = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    for field, text in pairwise(statements):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[field.target.id] = inspect.cleandoc(str(text.value.value))
    return found
