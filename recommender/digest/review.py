"""Reading the operator's templates before they are filled: what cannot be compiled, what is not there.

Finds faults in branches that no sample reaches; what a template makes of a sample is `inspection`'s.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from recommender.digest.blame import blame
from recommender.digest.catalogue import Catalogue, gaps
from recommender.digest.folders import Templates
from recommender.digest.sandbox import SHIPPED, Sandbox, named
from recommender.domain.errors import Problem

_GIVEN = frozenset({"digest", "words", "theme"})
Reference = nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport
_LISTED = "docs/theming.md names what templates are given"


def review(own: Templates, shipped: Templates, sandbox: Sandbox, english: Catalogue) -> Iterator[Problem]:
    """Yield what is wrong with each template of `own`; `sandbox` is the one that both are filled in."""
    trees: dict[str, nodes.Template] = {}
    for name, file in own.items():
        try:
            trees[name] = sandbox.parse(file.text, name, file.shown)
            sandbox.get_template(name)
        except Exception as error:  # noqa: BLE001 - whatever the parser makes of it is to be told
            yield blame(error, frozenset({file.shown}), file.shown)
            trees.pop(name, None)
    ours = {name: sandbox.parse(file.text) for name, file in shipped.items()}
    known = _known(list(ours.values()), list(trees.values()))
    for name, tree in trees.items():
        shown = own[name].shown
        yield from _strange_names(tree, known, shown)
        yield from _missing_templates(tree, own.keys() | shipped.keys(), shown)
        yield from _missing_texts(tree, english, shown)
        yield from _circles(name, trees, ours, shown)
    yield from _idle(own, shipped, trees)


def _known(shipped: Sequence[nodes.Template], own: Sequence[nodes.Template]) -> frozenset[str]:
    """Return the names that the templates that ship are given, and those that any makes for another."""
    made = {
        node.name
        for tree in (*shipped, *own)
        for node in tree.find_all(nodes.Name)
        if node.ctx in {"store", "param"}
    }
    return _GIVEN.union(made, *(find_undeclared_variables(tree) for tree in shipped))


def _strange_names(tree: nodes.Template, known: frozenset[str], shown: str) -> Iterator[Problem]:
    strange = find_undeclared_variables(tree) - known
    for node in tree.find_all(nodes.Name):
        if node.name in strange:
            strange.discard(node.name)
            yield Problem(
                shown, node.lineno, 1, f"{node.name} is not known here", _meant(node.name, known) or _LISTED
            )


def _missing_templates(tree: nodes.Template, names: AbstractSet[str], shown: str) -> Iterator[Problem]:
    for node in _references(tree):
        for name in named(node.template) or ():
            if name.removeprefix(SHIPPED) not in names and not getattr(node, "ignore_missing", False):
                fix = _meant(name, names) or "write the name of a file in the folder, or of one that ships"
                yield Problem(shown, node.lineno, 1, f"there is no template {name}", fix)


def _missing_texts(tree: nodes.Template, english: Catalogue, shown: str) -> Iterator[Problem]:
    for call in tree.find_all(nodes.Call):
        match call.node, call.args:
            case (
                nodes.Getattr(node=nodes.Name(name="words"), attr="say"),
                [nodes.Const(value=str(key)), *_],
            ):
                yield from _text_faults(key, call, english, shown)


def _text_faults(key: str, call: nodes.Call, english: Catalogue, shown: str) -> Iterator[Problem]:
    if key not in english.entries:
        fix = _meant(key, english.entries) or "the texts are named in templates/words/en.toml"
        yield Problem(shown, call.lineno, 1, f"there is no text {key}", fix)
        return
    lacking = sorted(gaps(english.entries[key]) - {given.key for given in call.kwargs})
    if lacking and call.dyn_kwargs is None:
        yield Problem(
            shown, call.lineno, 1, f"{key} needs a value for {{{lacking[0]}}}", f"add {lacking[0]}=…"
        )


def _circles(
    name: str, trees: Mapping[str, nodes.Template], ours: Mapping[str, nodes.Template], shown: str
) -> Iterator[Problem]:
    """Yield each line of a template from which there is a way back to it."""
    for node in _references(trees[name]):
        seen: set[str] = set()
        ahead = list(named(node.template) or ())
        while ahead:
            at = ahead.pop()
            if at == name:
                yield Problem(shown, node.lineno, 1, f"{name} includes itself without end", "leave this out")
                break
            tree = trees.get(at) or ours.get(at.removeprefix(SHIPPED))
            if at not in seen and tree is not None:
                seen.add(at)
                ahead += [found for inner in _references(tree) for found in named(inner.template) or ()]


def _idle(own: Templates, shipped: Templates, trees: Mapping[str, nodes.Template]) -> Iterator[Problem]:
    """Warn of files that nothing asks for: their names are probably misspelt."""
    used = {
        name for tree in trees.values() for node in _references(tree) for name in named(node.template) or ()
    }
    for name, file in own.items():
        if name not in shipped and name not in used:
            fix = _meant(name, shipped) or "name it like the template it is to replace"
            yield Problem(file.shown, 1, 1, "no template of this name is asked for", fix, "warning")


def _references(tree: nodes.Template) -> Iterator[Reference]:
    yield from tree.find_all(nodes.Extends)
    yield from tree.find_all(nodes.Include)
    yield from tree.find_all(nodes.Import)
    yield from tree.find_all(nodes.FromImport)


def _meant(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near else ""
