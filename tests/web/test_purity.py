"""Looking changes nothing: every link, every harmless method, and every token that is not ours."""

import base64
import random
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from recommender.digest.links import TOKEN
from tests.builders import NOON
from tests.stores import dump
from tests.web.site import PUBLIC, Site

EXPORTS = ("", ".bib", ".ris", ".csl.json", ".json", "?unread=1&sort=title")
FEEDS = (".atom", ".json", ".atom?of=editions", ".json?of=editions")


def links_of_a_digest(site: Site) -> list[str]:
    """Return every path that a digest of Ana's edition carries, and the pages beside it."""
    who = (site.ana.public_id, 0)
    links = site.links
    urls = [
        *(links.vote(*who, item.id, value, NOON) for item in site.edition.items for value in ("up", "down")),
        *(links.save(*who, item.id, NOON) for item in site.edition.items),
        *(
            links.lever((*who, item.id), value, "", NOON)
            for item in site.edition.items
            for value in ("lever", "less")
        ),
        links.view(*who, site.edition.id, NOON),
        links.unsubscribe(*who, NOON),
        links.preferences(*who, NOON),
        *(links.reading(*who, NOON) + end for end in EXPORTS),
        *(links.feed(*who, NOON) + end for end in FEEDS),
        *(f"{PUBLIC}/{page}" for page in ("healthz", "readyz", "metrics", "robots.txt", "style.css", "")),
    ]
    return [site.path(url) for url in urls]


def test_looking_at_every_link_changes_nothing(site: Site) -> None:
    """GET, HEAD and OPTIONS on every link of a digest, twice, leave every table as it was."""
    before = dump(site.folder)
    client = site.client()
    for path in links_of_a_digest(site) * 2:
        for method in ("GET", "HEAD", "OPTIONS"):
            assert client.request(method, path).status_code in {200, 404, 405}
        site.clock.wait(seconds=10)
    assert dump(site.folder) == before


def test_other_methods_are_refused(site: Site) -> None:
    """PUT, PATCH, DELETE and made-up methods are 405 on every page and change nothing."""
    before = dump(site.folder)
    client = site.client()
    for path in links_of_a_digest(site)[:-1]:
        for method in ("PUT", "PATCH", "DELETE", "BREW"):
            assert client.request(method, path).status_code == 405
        site.clock.wait(seconds=10)
    assert dump(site.folder) == before


def bent(token: str, *, seed: int) -> Iterator[str]:
    """Yield what is not the token: bit flips, cuts, additions, swaps of its parts, other alphabets."""
    dice = random.Random(seed)
    raw = token.encode()
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << dice.randrange(7)
        text = flipped.decode("latin-1")
        if text.isprintable() and not set(text) & set("/?#%"):
            yield text
    yield from (token[:length] for length in range(1, len(token), 3))
    payload, _, tag = token.partition(".")
    yield from (f"{token}=", f"{token}A", f"{token}.", f"A{token}", f"{tag}.{payload}", f"{payload}..{tag}")
    yield from (
        payload,
        tag,
        f"{payload}.",
        f".{tag}",
        token.upper(),
        token.replace("-", "+"),
        "é" * 40,
        "A" * 1500,
    )
    yield base64.urlsafe_b64encode(raw).decode()


def _post(site: Site, client: TestClient, path: str) -> int:
    site.clock.wait(seconds=3)
    return client.post(path, data={"vote-1": "up"}).status_code


@pytest.mark.parametrize("seed", range(3))
def test_bent_tokens_are_refused(site: Site, seed: int) -> None:
    """No flip, cut or swap of a good token is taken, whatever the page, and nothing changes."""
    before = dump(site.folder)
    client = site.client()
    paths = links_of_a_digest(site)
    for path in (paths[seed], paths[12 + seed], paths[18 + seed], paths[30 + seed]):
        _, letter, token = path.split("/")
        others = (other for other in bent(token, seed=seed) if other != token)
        taken = [other for other in others if _post(site, client, f"/{letter}/{other}") != 400]
        assert taken == []
    assert dump(site.folder) == before


def test_a_token_works_for_its_own_purpose_only(site: Site) -> None:
    """Each kind of token on each other kind of page is a 400."""
    before = dump(site.folder)
    client = site.client()
    found = (re.match(f"/([a-z])/({TOKEN.pattern})", path) for path in links_of_a_digest(site))
    tokens = {match[1]: match[2] for match in found if match}
    assert tokens.keys() >= set("vsmduplf")
    for letter in tokens:
        for other, token in tokens.items():
            if other != letter and letter == "f":
                assert client.get(f"/f/{token}.atom").status_code == 400
            elif other != letter:
                assert _post(site, client, f"/{letter}/{token}") == 400
    assert dump(site.folder) == before


def test_parts_of_two_readers_tokens_do_not_mix(site: Site) -> None:
    """A payload of one reader with the tag of another is a 400."""
    ana = site.path(site.links.unsubscribe(site.ana.public_id, 0, NOON))
    ben = site.path(site.links.unsubscribe(site.ben.public_id, 0, NOON))
    mixed = f"{ana.rpartition('.')[0]}.{ben.rpartition('.')[2]}"
    assert _post(site, site.client(), mixed) == 400
    assert site.who("ana@example.org").mailable


def test_random_paths_never_fail(site: Site) -> None:
    """Two thousand made-up requests are answered below 500 and change nothing."""
    before = dump(site.folder)
    client = site.client()
    dice = random.Random(7)
    letters = "abcdlmpsuv/.%-_~!$&'()*+,;=:@é\u202e0"
    for _ in range(2000):
        path = "/" + "".join(dice.choice(letters) for _ in range(dice.randrange(40)))
        method = dice.choice(("GET", "POST", "HEAD", "OPTIONS"))
        body = bytes(dice.randrange(256) for _ in range(dice.randrange(30)))
        kind = dice.choice(("application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "text/x"))
        answer = client.request(
            method, f"http://127.0.0.1{path}", content=body, headers={"content-type": kind}
        )
        assert answer.status_code < 500, (method, path)
        site.clock.wait(seconds=3)
    assert dump(site.folder) == before
