"""Feeds over HTTP: who may read them, what is asked for, and what is not sent twice."""

import json

import pytest

from tests.builders import NOON
from tests.services.feed_rules import atom_faults, json_feed_faults
from tests.stores import dump
from tests.web.browsing import own_path, save
from tests.web.site import PAPERS, Site


def feed_path(site: Site) -> str:
    """Return the path of Ana's feed without its end."""
    return site.path(site.links.feed(site.ana.public_id, 0, NOON))


def test_both_feeds_are_linked_and_valid(site: Site) -> None:
    """The list's page leads to them; they name themselves by the public address."""
    save(site, 1, 2)
    client, path = site.client(), feed_path(site)
    page = client.get(own_path(site, "reading")).text
    for end, media_type in (("atom", "application/atom+xml"), ("json", "application/feed+json")):
        for query in ("", "?of=editions"):
            assert f'href="{site.public_url}{path}.{end}{query}"' in page
            answer = client.get(f"{path}.{end}{query}")
            assert answer.headers["content-type"].startswith(media_type)
            assert f"{site.public_url}{path}.{end}{query}" in answer.text
            assert not (atom_faults if end == "atom" else json_feed_faults)(answer.text)
    items = json.loads(client.get(f"{path}.json").text)["items"]
    assert [item["title"] for item in items] == [PAPERS[1].title, PAPERS[0].title]


@pytest.mark.parametrize("end", ["atom", "json"])
def test_what_is_unchanged_is_not_sent_again(site: Site, end: str) -> None:
    """The same mark is a 304 without a body, for any day and any weak form; a change is a 200."""
    save(site, 1)
    client, path = site.client(), f"{feed_path(site)}.{end}"
    first = client.get(path)
    assert "set-cookie" not in first.headers
    assert first.headers["cache-control"] == "private, no-cache"
    site.clock.wait(days=40)
    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    save(site, 2)
    assert client.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 200


def test_a_feed_link_reads_and_does_nothing_else(site: Site) -> None:
    """It opens no other page, holds no link that does, takes no POST, and looking changes nothing."""
    save(site, 1)
    client, path = site.client(), feed_path(site)
    token = path.split("/")[2]
    before = dump(site.folder)
    for end in ("atom", "json"):
        text = client.get(f"{path}.{end}").text + client.get(f"{path}.{end}?of=editions").text
        for letter in "vsmudpl":
            assert f"/{letter}/" not in text.replace("/abs/", "")
            assert client.get(f"/{letter}/{token}").status_code == 400
        assert client.post(f"{path}.{end}").status_code == 405
        assert client.head(f"{path}.{end}").status_code == 200
    assert dump(site.folder) == before


def test_voided_links_and_others_tokens(site: Site) -> None:
    """After voiding, and for a token of another purpose, there is nothing to read."""
    client, path = site.client(), feed_path(site)
    other = own_path(site, "reading").split("/")[2]
    assert client.get(f"/f/{other}.atom").status_code == 400
    with site.store.write() as uow:
        uow.people.raise_epoch(site.ana.id)
    assert client.get(f"{path}.atom").status_code == 410


@pytest.mark.parametrize("query", ["?of=all", "?q=words", "?unread=maybe", "?sort=best"])
def test_made_up_queries_are_refused(site: Site, query: str) -> None:
    """Only what the pages link to, or the documentation names."""
    assert site.client().get(f"{feed_path(site)}.atom{query}").status_code == 400


def test_a_feed_can_be_of_a_label(site: Site) -> None:
    """`label` and `unread` choose as they do on the list."""
    save(site, 1, 2)
    client, path = site.client(), feed_path(site)
    assert json.loads(client.get(f"{path}.json?label=none").text)["items"] == []
    assert len(json.loads(client.get(f"{path}.json?unread=1").text)["items"]) == 2
