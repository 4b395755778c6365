"""A reader at the preference page."""

import html
import re
from collections.abc import Mapping

from starlette.testclient import TestClient

from tests.web.browsing import FORM, fields_of, own_path
from tests.web.site import Site


class Reader:
    """Ana at her preference page."""

    def __init__(self, site: Site) -> None:
        """Open nothing yet."""
        self.site = site
        self.client: TestClient = site.client()
        self.path = own_path(site, "preferences")

    def look(self, query: str = "") -> str:
        """Return the page."""
        answer = self.client.get(self.path + query)
        assert answer.status_code == 200
        return answer.text

    def send(self, form: Mapping[str, str], status: int = 200, **changes: str) -> str:
        """Post a form with some of its fields filled in otherwise."""
        answer = self.client.post(self.path, data={**form, **changes})
        assert answer.status_code == status
        self.site.clock.wait(seconds=5)
        return answer.text

    def undo(self, page: str) -> str:
        """Press the button that takes back what a page tells."""
        (form,) = [body for body in FORM.findall(page) if ">Undo<" in body]
        return self.send(fields_of(form))


def said(page: str) -> str:
    """Return what a page tells of an act."""
    found = re.search(r'<div class="happened"[^>]*>(.*?)</div>', page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", found[1] if found else "")).strip()


def facts(reader: Reader, who: str = "ana@example.org") -> object:
    """Return what is declared of somebody, but the address."""
    stored = reader.site.who(who)
    return (stored.name, stored.cadence, stored.papers, stored.floor, stored.interests, stored.locale)
