"""Pages for a reader of another language: their own texts are English, what is said of papers is not."""

from dataclasses import replace

from tests.builders import a_declaration
from tests.web.browsing import own_path, save
from tests.web.site import Site


def test_dates_cadence_and_authors_follow_the_reader(site: Site) -> None:
    """In German, marked as such; the page itself stays English, and so does the next reader's."""
    save(site, 1)
    with site.store.write() as uow:
        uow.people.change(site.ana.id, replace(a_declaration("ana@example.org"), locale="de-DE"))
    client = site.client()
    listed = client.get(own_path(site, "reading")).text
    assert 'saved <span lang="de">30.01.2026</span>' in listed
    assert '<html lang="en"' in listed
    preferences = client.get(own_path(site, "preferences")).text
    assert '<dd lang="de">täglich um 07:30 Uhr (Zeitzone Europe/Berlin)</dd>' in preferences
    assert '<p class="byline"><span lang="de">' in client.get(own_path(site, "view")).text
