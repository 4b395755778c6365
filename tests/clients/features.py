"""Which features of HTML and CSS a rendered mail uses, named as caniemail names them where it has a name."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

CLIENTS = {
    "gmail": ("desktop-webmail", "ios", "android", "mobile-webmail"),
    "outlook": ("windows", "outlook-com", "macos", "ios", "android"),
    "apple-mail": ("macos", "ios"),
    "yahoo": ("desktop-webmail", "ios", "android"),
    "samsung-email": ("android",),
    "thunderbird": ("macos", "windows"),
}
"""The mail programs that must show the mail well, by the families and platforms of the data."""
_ELEMENTS = {f"h{level}": "html-h1-h6" for level in range(1, 7)} | {
    "ul": "html-lists",
    "ol": "html-lists",
    "li": "html-lists",
    "tr": "html-table",
    "td": "html-table",
    "th": "html-table",
    "b": "html-strong",
}
_PLAIN = frozenset({"html", "head", "title", "br", "a", "tbody"})
"""Elements that the data has no line for because mail without them is none."""
_SIDES = re.compile(
    r"^(padding|margin|border)-(top|right|bottom|left)(-\w+)?$|^(border)-(color|style|width)$"
)
_UNITS = re.compile(r"(?<![\w#.-])-?(?:\d+\.)?\d+(px|em|rem|pt|vw|vh|ch|ex|%)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_MEDIA = re.compile(r"@media\s*\(([\w-]+)")
_MEDIA_NAMES = {"prefers-color-scheme": "css-at-media-prefers-color-scheme"}


def used(page: str) -> frozenset[str]:
    """Return the features of a page: slugs of the data, or `attribute x`, `property x` where it has none."""
    tree: Element = html5lib.HTMLParser(namespaceHTMLElements=False).parse(page)
    found = {"html-doctype"} if page.lstrip().lower().startswith("<!doctype html>") else set()
    found |= {"html-comments"} if "<!--" in page else set()
    for element in tree.iter():
        if isinstance(element.tag, str):
            found |= set(_of_element(element))
    for sheet in tree.iter("style"):
        found |= set(_of_sheet(sheet.text or ""))
    return frozenset(found)


def _of_element(element: Element) -> Iterator[str]:
    if element.tag not in _PLAIN:
        yield _ELEMENTS.get(element.tag, f"html-{element.tag}")
    for name, value in element.attrib.items():
        if name == "style":
            yield from _of_declarations(value)
        elif name == "href":
            yield from ["html-mailto-links"] * value.startswith("mailto:")
        elif name == "class":
            continue
        elif element.tag == "meta":
            yield from ["html-meta-color-scheme"] * (value == "color-scheme")
        else:
            yield f"attribute {name}"


def _of_sheet(sheet: str) -> Iterator[str]:
    for feature in _MEDIA.findall(sheet):
        yield _MEDIA_NAMES.get(feature, "css-at-media")
    inner = re.sub(r"@media[^{]*\{", "", sheet)
    for selectors, declarations in _RULE.findall(inner):
        yield from _of_declarations(declarations)
        yield from _of_selector(selectors)


def _of_selector(selectors: str) -> Iterator[str]:
    if "," in selectors:
        yield "css-selector-grouping"
    for selector in (part.strip() for part in selectors.split(",")):
        kinds = {"#": "css-selector-id", "[": "css-selector-attribute", ">": "css-selector-child"}
        yield from (name for sign, name in kinds.items() if sign in selector)
        yield "css-selector-class" if "." in selector else "css-selector-type"
        yield from ["css-selector-descendant"] * (" " in selector)
        yield from (f"pseudo {name}" for name in re.findall(r":+([\w-]+)", selector))


def _of_declarations(text: str) -> Iterator[str]:
    for declaration in text.split(";"):
        name, colon, value = declaration.partition(":")
        if not colon:
            continue
        name, value = name.strip().lower(), value.strip().lower()
        yield "property " + _SIDES.sub(lambda match: match[1] or match[4], name)
        yield from ["css-important"] * ("!important" in value)
        yield from ["css-display-none"] * (name == "display" and value.startswith("none"))
        yield from (f"css-unit-{'percent' if unit == '%' else unit}" for unit in _UNITS.findall(value))
        yield from (f"function {called}" for called in re.findall(r"([\w-]+)\(", value))


def named(feature: str, data: dict[str, Any]) -> str:
    """Return the slug that the data has for a feature, or the feature as it is."""
    kind, _, name = feature.partition(" ")
    slug = {"attribute": f"html-{name}", "property": f"css-{name}", "pseudo": f"css-pseudo-class-{name}"}.get(
        kind
    )
    return slug if slug in data else feature


def weak(entry: dict[str, Any]) -> dict[str, str]:
    """Return the clients that do not wholly support a feature in their newest tested version, and how."""
    found: dict[str, str] = {}
    for family, platforms in CLIENTS.items():
        for platform in platforms:
            versions: dict[str, str] = entry["stats"].get(family, {}).get(platform, {})
            newest = list(versions.values())[-1] if versions else "y"
            if not newest.startswith("y"):
                found[f"{family} {platform}"] = newest
    return found
