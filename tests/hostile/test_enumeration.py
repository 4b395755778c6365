"""Who asks learns nothing of others and gets no more than others: hosts, addresses, limits, paths."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from recommender.digest.links import TOKEN
from recommender.domain.bounces import BOUNCED
from recommender.services.unsubscribing import COMPLAINED, OWN_WISH
from tests.builders import NOON
from tests.hostile.odd_requests import places
from tests.hostile.whole import Whole
from tests.stores import dump
from tests.web.office import FORM

KNOWN = {
    "ben@example.org": "",
    "nobody@example.org": "",
    "left@example.org": OWN_WISH,
    "spam@example.org": COMPLAINED,
    "gone@example.org": f"{BOUNCED}: no such mailbox",
}
"""An address to the reason why it is suppressed, if it is."""


@pytest.fixture
def whole(tmp_path: Path) -> Whole:
    """Return a site where some addresses are suppressed and one was forgotten."""
    site = Whole(tmp_path)
    with site.store.write() as uow:
        for email, reason in KNOWN.items():
            if reason:
                uow.people.suppress(email, reason=reason, at=NOON)
        for trace in site.context().traces("forgotten@example.org"):
            uow.people.suppress(trace, reason=OWN_WISH, at=NOON)
    return site


def test_no_answer_tells_who_is_known(whole: Whole) -> None:
    """Signing up and moving the digest to an address: the same bytes, but for the address as it was typed."""
    for join in (True, False):
        answers = set()
        for email in (*KNOWN, "forgotten@example.org"):
            whole.clock.wait(hours=25)
            path, form = ("/join", FORM) if join else (whole.ask, {"what": "address"})
            answer = whole.stranger().post(path, data=form | {"email": email})
            headers = tuple(sorted((n, v) for n, v in answer.headers.items() if n != "content-length"))
            text = TOKEN.sub("TOKEN", answer.text.replace(email, "ADDRESS"))
            answers.add((answer.status_code, headers, text))
        assert len(answers) == 1
        assert next(iter(answers))[0] == 200


HOSTS = (
    "evil.example",
    "digest.example.org.evil.example",
    "digest.example.org@evil.example",
    "",
    "[::1",
    "a b",
)


@pytest.mark.parametrize("host", HOSTS)
def test_no_other_host_is_believed(whole: Whole, host: str) -> None:
    """Nor named in any answer; nothing is recorded."""
    paths = places(whole)[:9]
    before = dump(whole.folder)
    for path in paths:
        for method in ("GET", "POST"):
            answer = whole.client().request(method, path.partition("?")[0], headers={"host": host})
            assert answer.status_code == 400
            assert "evil" not in answer.text
            whole.clock.wait(seconds=3)
    assert dump(whole.folder) == before


def test_claims_about_the_host_change_no_link(whole: Whole) -> None:
    """X-Forwarded-Host and its like are nothing to us."""
    claims = {
        "x-forwarded-host": "evil.example",
        "forwarded": "host=evil.example",
        "x-original-url": "/admin",
    }
    for path in places(whole):
        answer = whole.client().get(path, headers=claims, follow_redirects=False)
        assert "evil.example" not in answer.text + str(answer.headers)
        whole.clock.wait(seconds=3)


def _until_429(client: TestClient, paths: list[str], headers: list[dict[str, str]]) -> tuple[int, str]:
    for number in range(2_000):
        answer = client.get(paths[number % len(paths)], headers=headers[number % len(headers)])
        if answer.status_code == 429:
            return number, answer.headers["retry-after"]
    return 2_000, ""


@pytest.mark.parametrize(
    "name", ["x-forwarded-for", "forwarded", "x-real-ip", "client-ip", "true-client-ip", "x-client-ip"]
)
def test_made_up_addresses_do_not_raise_a_limit(whole: Whole, name: str) -> None:
    """The limit of an address block holds over all links and whatever a stranger says of itself."""
    headers = [{name: f"for=10.0.{number // 250}.{number % 250}"} for number in range(500)]
    tried, wait = _until_429(whole.stranger(), [f"/v/{'x' * number}" for number in range(1, 150)], headers)
    assert tried == 120
    assert 1 <= int(wait) <= 60


def test_addresses_of_one_ipv6_network_share_a_limit(whole: Whole) -> None:
    """A /64 is one household."""
    statuses = [
        whole.stranger(f"2001:db8:1:2::{number:x}").get(f"/v/{'x' * (number + 1)}").status_code
        for number in range(125)
    ]
    assert statuses.count(429) == 5
    assert whole.stranger("2001:db8:1:3::1").get("/v/x").status_code == 400


def test_a_token_has_one_limit_for_all_pages_and_methods(whole: Whole) -> None:
    """Thirty a minute, from wherever they come; a minute later it is open again."""
    path = f"/l/{whole.links.reading(whole.ana.public_id, 0, NOON).rpartition('/')[2]}"
    ends = ("", ".bib", ".json", "?unread=1")
    asked = [whole.stranger(f"198.51.100.{n}").get(path + ends[n % 4]) for n in range(40)]
    assert {answer.status_code for answer in asked[:10]} == {200}
    late = asked[-1]
    assert (late.status_code, int(late.headers["retry-after"]) > 0) == (429, True)
    whole.clock.wait(minutes=2)
    assert whole.stranger().get(path).status_code == 200


def test_every_route_is_there_below_the_path_of_the_public_address(whole: Whole) -> None:
    """Whether a proxy strips that path or leaves it: the same page, and all links lead below it."""
    client = whole.client()
    for path in places(whole):
        bare = client.get(path, follow_redirects=False)
        whole.clock.wait(seconds=4)
        deep = client.get(f"/route{path}", follow_redirects=False)
        whole.clock.wait(seconds=4)
        if not path.startswith("/metrics"):
            assert (bare.status_code, bare.content) == (deep.status_code, deep.content), path
        for there in ('href="/', 'action="/', 'src="/'):
            outside = [part for part in bare.text.split(there)[1:] if not part.startswith("route")]
            assert outside == [], path


def test_no_answer_is_a_redirect(whole: Whole) -> None:
    """A slash too many is nothing there: a redirect would name a host and a scheme, with a token behind."""
    for path in places(whole):
        answer = whole.client().get(path.partition("?")[0].rstrip("/") + "/", follow_redirects=False)
        assert not 300 <= answer.status_code < 400 or "location" not in answer.headers, path
        whole.clock.wait(seconds=3)
