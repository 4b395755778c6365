"""What holds for every page: HTML, links that are too old, errors, health."""

import re
from pathlib import Path

import html5lib

from recommender.digest.links import UNDO
from recommender.domain.subscribers import SubscriberState
from tests.builders import NOON
from tests.web.browsing import all_paths, own_path, save, vote_path
from tests.web.site import PAPERS, Site


def test_pages_are_valid_html(site: Site) -> None:
    """A strict HTML 5 parser finds no fault, on pages and on the pages that follow a POST."""
    save(site, 2)
    client = site.client()
    for path in all_paths(site):
        for answer in (client.get(path), client.post(path), client.get(path)):
            assert answer.status_code == 200
            html5lib.HTMLParser(strict=True).parse(answer.text)
    html5lib.HTMLParser(strict=True).parse(client.get("/v/nonsense").text)


def test_pages_have_no_script_no_cookie_and_nothing_foreign(site: Site) -> None:
    """Pages load one style sheet of their own and nothing else, and style nothing inline."""
    client = site.client()
    for path in all_paths(site):
        answer = client.get(path)
        assert "set-cookie" not in answer.headers
        assert not re.search(r"<script|<img|<iframe|style=|\son[a-z]+=\"", answer.text)
        assert re.findall(r'<link rel="stylesheet" href="([^"]+)"', answer.text) == ["/route/style.css"]


def test_every_input_has_a_label_of_its_own(site: Site) -> None:
    """Each visible input is named by a label tied to its id, and ids are unique."""
    save(site, 1)
    client = site.client()
    for path in (vote_path(site), own_path(site, "reading")):
        page = client.get(path).text
        fields = re.findall(r'<(?:input(?! type="hidden")|select|textarea) [^>]*>', page)
        ids = [found[1] for found in (re.search(r' id="([^"]+)"', field) for field in fields) if found]
        assert ids
        assert len(ids) == len(set(ids)) == len(fields)
        assert set(re.findall(r'<label [^>]*for="([^"]+)"', page)) == set(ids)


def test_expired_links_say_where_to_go(site: Site) -> None:
    """A year later thumbs are a 410 with a way forward, and unsubscribing still works."""
    site.clock.wait(days=400)
    client = site.client()
    answer = client.post(vote_path(site))
    assert answer.status_code == 410
    assert "fresh links" in answer.text
    assert client.post(own_path(site, "unsubscribe")).status_code == 200
    assert site.votes() == {}


def test_voided_links_expire_except_unsubscribe(site: Site) -> None:
    """A link of another epoch is a 410; the unsubscribe link works whatever the epoch."""
    item = site.edition.items[0].id
    client = site.client()
    assert client.post(site.path(site.links.vote(site.ana.public_id, 1, item, "up", NOON))).status_code == 410
    assert client.post(site.path(site.links.unsubscribe(site.ana.public_id, 1, NOON))).status_code == 200


def test_links_of_people_who_are_gone(site: Site) -> None:
    """After an erasure thumbs are a 410 and unsubscribing is quietly done."""
    client = site.client()
    assert client.get(site.path(site.links.preferences("nobody", 0, NOON))).status_code == 410
    path = site.path(site.links.unsubscribe("nobody", 0, NOON))
    assert [client.get(path).status_code, client.post(path).status_code] == [200, 200]


def test_an_undo_that_travels_by_mail_opens_no_page(site: Site) -> None:
    """What an answer by mail may take back, a page refuses as it refuses any other text; nothing changes."""
    client, links = site.client(), site.links
    who, item = (site.ana.public_id, site.ana.epoch), site.edition.items[0].id
    client.post(site.path(links.vote(*who, item, "up", NOON)))
    client.post(site.path(links.save(*who, item, NOON)))
    client.post(site.path(links.unsubscribe(*who, NOON)))
    for url in (
        links.vote(*who, item, UNDO, NOON),
        links.save(*who, item, NOON, undo=True),
        links.unsubscribe(*who, NOON, undo=True),
    ):
        assert client.get(site.path(url)).status_code == 400
        assert client.post(site.path(url)).status_code == 400
    assert site.votes() == {PAPERS[0].id: True}
    assert site.saved() == [(PAPERS[0].id, False)]
    assert site.who("ana@example.org").state is SubscriberState.UNSUBSCRIBED


def test_health_ready_robots_and_style(site: Site) -> None:
    """The plain pages answer and say nothing of the store's contents."""
    client = site.client()
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ready\n"
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    style = client.get("/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "max-age" in style.headers["cache-control"]
    assert "prefers-color-scheme: dark" in style.text


def test_errors_have_plain_pages(site: Site) -> None:
    """404 and 405 are our own pages, and 405 names what is allowed."""
    client = site.client()
    missing = client.get("/nothing/here")
    assert (missing.status_code, "There is nothing here" in missing.text) == (404, True)
    wrong = client.delete(own_path(site, "view"))
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["allow"]


def test_malformed_forms_are_refused(site: Site) -> None:
    """A broken multipart body, too many fields or an upload is a 400 or is passed over, never a 500."""
    client, path = site.client(), own_path(site, "view")
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post(path, content=b"--y\r\nnonsense", headers=broken).status_code == 400
    assert client.post(path, content=b"x", headers={"content-type": "multipart/form-data"}).status_code == 400
    assert client.post(path, data={f"vote-{n}": "up" for n in range(2000)}).status_code == 400
    assert client.post(path, files={"vote-1": ("a.txt", b"up")}).status_code == 400
    assert client.post(path, content=b"\xff\xfe%ff=%00&&==&vote-%C3=1").status_code == 200


def test_head_answers_like_get_without_a_body(site: Site) -> None:
    """HEAD works on every page."""
    client = site.client()
    for path in [*all_paths(site), "/healthz", "/readyz", "/robots.txt", "/style.css"]:
        answer = client.head(path)
        assert answer.status_code == 200


def test_a_store_that_is_gone_asks_readers_to_come_again(site: Site, tmp_path: Path) -> None:
    """A reader's click is not called a bad link because our disk is: 503, and when to try again."""
    path = vote_path(site)
    site.store.close()  # type: ignore[attr-defined]  # it is the real one
    for file in tmp_path.glob("paperroute.db*"):
        file.unlink()
    (tmp_path / "paperroute.db").mkdir()
    for answer in (site.client().get(path), site.client().post(path)):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert "Nothing was recorded" in answer.text
