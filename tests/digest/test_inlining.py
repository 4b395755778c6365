"""Styles on elements, in pages of a few lines."""

from recommender.digest.inlining import Inliner

PAGE = (
    '<html><head><meta charset="utf-8"><title>x</title><style>p {{ color:red; }} .a {{ margin:0; }} '
    "@media screen {{ .b {{ color:blue; }} }}</style></head><body>{}</body></html>"
)


def inlined(body: str) -> str:
    """Return the body of a page after inlining."""
    return Inliner().inline(PAGE.format(body)).partition("<body>")[2].partition("</body>")[0]


def test_rules_stand_on_elements() -> None:
    """A class that no kept rule names is gone; one that is named stays."""
    assert inlined('<p class="a b">x</p><i class="a">y</i>') == (
        '<p class="b" style="color:red;margin:0">x</p><i style="margin:0">y</i>'
    )


def test_attributes_hold_no_brackets() -> None:
    """Brackets in attributes are written as entities."""
    assert inlined('<a title="&lt;b class=&#34;a&#34;&gt;">x</a>') == (
        '<a title="&lt;b class=&quot;a&quot;&gt;">x</a>'
    )


def test_text_stays_as_it_is() -> None:
    """Text that looks like an attribute or an element is left alone."""
    text = 'x class="a" &lt;p class="a"&gt;'
    assert inlined(f"<b>{text}</b>") == f"<b>{text}</b>"


def test_the_charset_comes_first() -> None:
    """A browser looks for it at the start."""
    page = Inliner().inline(PAGE.format("<p>x</p>"))
    assert page.startswith('<html><head><meta charset="utf-8"><style>')
    assert page.count("charset") == 1
