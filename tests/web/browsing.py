"""Paths of a small site, and what a browser would read off its pages."""

import html
import re
from datetime import timedelta

from recommender.domain.feedback import Act, Feedback
from tests.builders import NOON
from tests.web.site import PAPERS, Site

FORM = re.compile(r"<form[^>]*>(.*?)</form>", re.DOTALL)
FIELD = re.compile(
    r'<input[^>]*?name="(?P<name>[^"]+)"(?: value="(?P<value>[^"]*)")?[^>]*>'
    r'|<select[^>]*?name="(?P<select>[^"]+)".*?</select>'
    r'|<textarea[^>]*?name="(?P<area>[^"]+)"[^>]*>\n?(?P<text>.*?)</textarea>',
    re.DOTALL,
)
CHOSEN = re.compile(r'<option value="([^"]*)" selected>')
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def vote_path(site: Site, number: int = 1, value: str = "up") -> str:
    """Return the path of a thumb of Ana's edition."""
    item = site.edition.items[number - 1].id
    return site.path(site.links.vote(site.ana.public_id, 0, item, value, NOON))


def save_path(site: Site, number: int = 1) -> str:
    """Return the path of a save link of Ana's edition."""
    return site.path(site.links.save(site.ana.public_id, 0, site.edition.items[number - 1].id, NOON))


def lever_path(site: Site, number: int = 1, value: str = "lever") -> str:
    """Return the path of the levers of a paper of Ana's edition."""
    who = (site.ana.public_id, 0, site.edition.items[number - 1].id)
    return site.path(site.links.lever(who, value, "", NOON))


def own_path(site: Site, purpose: str) -> str:
    """Return the path of a link that needs no paper."""
    if purpose == "view":
        return site.path(site.links.view(site.ana.public_id, 0, site.edition.id, NOON))
    builder = {
        "unsubscribe": site.links.unsubscribe,
        "preferences": site.links.preferences,
        "reading": site.links.reading,
    }[purpose]
    return site.path(builder(site.ana.public_id, 0, NOON))


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's first form."""
    form = page.partition("<form")[2].partition("</form>")[0]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


def checked(page: str) -> dict[str, str]:
    """Return the radio buttons and boxes a page preselects, by name."""
    found = re.findall(r'name="([^"]+)" value="([^"]*)" checked', page)
    return dict(found)


def all_paths(site: Site) -> list[str]:
    """Return a path of every kind of page."""
    return [
        vote_path(site),
        save_path(site),
        lever_path(site),
        *(own_path(site, purpose) for purpose in ("view", "unsubscribe", "preferences", "reading")),
    ]


def save(site: Site, *numbers: int) -> None:
    """Put papers on Ana's reading list."""
    with site.store.write() as uow:
        uow.people.record(
            [
                Feedback(
                    subscriber=site.ana.id,
                    paper=PAPERS[number - 1].id,
                    act=Act.SAVE,
                    at=NOON + timedelta(minutes=number),
                )
                for number in numbers
            ]
        )


def forms(page: str) -> list[dict[str, str]]:
    """Return what a browser would send of each form of a page, boxes left as they are."""
    return [fields_of(body) for body in FORM.findall(page)]


def fields_of(body: str) -> dict[str, str]:
    """Return what a browser would send of one form."""
    found = {}
    for match in FIELD.finditer(body):
        if match["select"]:
            chosen = CHOSEN.search(match[0])
            found[match["select"]] = html.unescape(chosen[1] if chosen else "")
        elif match["area"]:
            found[match["area"]] = "\r\n".join(html.unescape(match["text"]).splitlines())
        elif 'type="checkbox"' not in match[0]:
            found[match["name"]] = html.unescape(match["value"] or "")
    return found


def form_with(page: str, **fields: str) -> dict[str, str]:
    """Return the form of a page that has these fields."""
    return next(form for form in forms(page) if fields.items() <= form.items())
