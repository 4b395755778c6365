"""A mail scanner: it opens the links of a mail and presses every button that it finds, as it is told."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from tests.builders import NOON
from tests.hostile.whole import Whole

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@dataclass
class Form:
    """One form of a page: where it goes, and what a browser would send of it untouched."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """Reads the forms of a page as a browser would send them, and its links."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._select = ""
        self._area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a form, a link, or a control of the form that is open."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given.get("action", "")))
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif self.forms and tag in {"input", "button", "option", "select", "textarea"}:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        fields, name = self.forms[-1].fields, given.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in fields):
            fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = name
            fields[name] = ""
        elif name and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            fields[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        """Take the words of a text area."""
        if self._area:
            self.forms[-1].fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        """Leave a control."""
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


def links_of(site: Whole) -> list[str]:
    """Return the links of Ana's digest in the order of the mail, the one of the headers at last."""
    who, links = (site.ana.public_id, 0), site.links
    urls = []
    for item in site.edition.items:
        urls += [links.vote(*who, item.id, "up", NOON), links.vote(*who, item.id, "down", NOON)]
        urls += [links.save(*who, item.id, NOON)]
        urls += [links.lever((*who, item.id), value, "", NOON) for value in ("lever", "less") if item.lever]
    more = (links.preferences, links.reading, links.unsubscribe)
    urls += [links.view(*who, site.edition.id, NOON), *(make(*who, NOON) for make in more)]
    return [site.path(url) for url in urls]


def in_order(links: Sequence[str], order: str, dice: random.Random) -> list[str]:
    """Return the links as they stand in the mail, `reverse`, or in `random` order."""
    if order == "reverse":
        return list(reversed(links))
    return dice.sample(links, len(links)) if order == "random" else list(links)


@dataclass
class Scanner:
    """The client; `pace` are the seconds between two links, `thinks` those from a page to its buttons."""

    site: Whole
    pace: float
    thinks: float = 0.0
    agent: str = CHROME
    deep: bool = False
    """Whether it presses the buttons of the answers too."""
    statuses: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Connect."""
        self.client: TestClient = self.site.client()
        self.client.headers["user-agent"] = self.agent

    def look(self, links: Sequence[str], method: str = "GET") -> dict[str, str]:
        """Open links; return their pages."""
        return {link: self._ask(method, link) for link in links}

    def press_all(self, pages: dict[str, str]) -> None:
        """Press every button of pages that were opened before."""
        for link, text in pages.items():
            self._press(link, text, pause=self.pace)

    def walk(self, links: Sequence[str]) -> None:
        """Open each link and press its buttons before the next."""
        for link in links:
            text = self._ask("GET", link, wait=self.thinks)
            self._press(link, text, pause=0.0)
            self.site.clock.wait(seconds=self.pace)

    def _press(self, link: str, text: str, *, pause: float, depth: int = 0) -> None:
        for form in Page(text).forms:
            if form.method == "post":
                where = urlsplit(form.action).path.removeprefix("/route") or link
                answer = self._ask("POST", where, form.fields, wait=pause)
                if self.deep and depth < 2:
                    self._press(where, answer, pause=pause, depth=depth + 1)

    def _ask(
        self, method: str, link: str, fields: dict[str, str] | None = None, *, wait: float | None = None
    ) -> str:
        answer = self.client.request(method, link, data=fields)
        self.statuses.append(answer.status_code)
        self.site.clock.wait(seconds=self.pace if wait is None else wait)
        return answer.text
