"""Styles of a page written onto its elements, for mail programs that ignore style sheets.

The only place that knows the CSS inliner.
"""

import re

import css_inline

_CHARSET = '<meta charset="utf-8">'
_RULES = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_NAME = re.compile(r"\.([A-Za-z][\w-]*)")
_TAG = re.compile(r"<[a-z][a-z0-9]*(?: [^\s\"<>=/]+=\"[^\"]*\")+>")
"""An element as the inliner writes it. In text it writes `<` as an entity, in attributes bare."""
_CLASS = re.compile(r" class=\"([^\"]*)\"")


class Inliner:
    """Inlines style sheets; holds no page."""

    def __init__(self) -> None:
        """Set up; nothing is ever fetched."""
        self._inliner = css_inline.CSSInliner(
            keep_style_tags=False,
            keep_at_rules=True,
            load_remote_stylesheets=False,
            minify_css=True,
        )

    def inline(self, page: str) -> str:
        """Return a page with its styles inlined: at-rules stay in the head, and the classes they name.

        No attribute holds a bare `<` or `>`, which careless mail programs take for a tag.
        """
        inlined = self._inliner.inline(page)
        rules = _RULES.search(inlined)
        named = frozenset(_NAME.findall(rules[1])) if rules else frozenset()

        def tidy(tag: re.Match[str]) -> str:
            inside = tag[0][1:-1]
            if "<" in inside or ">" in inside:
                inside = inside.replace("<", "&lt;").replace(">", "&gt;")
            return f"<{_CLASS.sub(lambda found: _kept(found[1], named), inside, count=1)}>"

        tidied = _TAG.sub(tidy, inlined)
        # The inliner puts the kept rules first, but a browser looks for the charset in 1,024 bytes only.
        return tidied.replace(_CHARSET, "", 1).replace("<head>", f"<head>{_CHARSET}", 1)


def _kept(classes: str, named: frozenset[str]) -> str:
    kept = " ".join(name for name in classes.split() if name in named)
    return f' class="{kept}"' if kept else ""
