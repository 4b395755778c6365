"""Who may see the operator's page: every mix of public URL, client, host, proxy and password."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from recommender.web.admin_access import TRIES
from recommender.web.server import build_server
from tests.web.operators import HERE, Office, basic
from tests.web.site import PUBLIC, Site

PASSWORD = "a long and secret wörd"
LAN = "http://papers.lan:8321"
AFAR = "203.0.113.7"
PROXIES: tuple[Mapping[str, str], ...] = (
    {"x-forwarded-for": "127.0.0.1"},
    {"x-forwarded-for": AFAR},
    {"forwarded": "for=127.0.0.1"},
    {"x-real-ip": "127.0.0.1"},
    {"x-forwarded-host": "127.0.0.1"},
    {"x-forwarded-proto": "http"},
    {"via": "1.1 proxy"},
)
PAGES = ("/admin", "/admin/deliveries", "/admin/subscribers")


def office(folder: Path, public_url: str, password: str = "") -> Office:
    """Return the page of a site with a public URL."""
    return Office(Site(folder, public_url=public_url), password=password)


@pytest.mark.parametrize("public_url", [HERE, "http://localhost:8321", "http://[::1]:8321/route"])
def test_without_a_password_it_is_there_on_this_machine(tmp_path: Path, public_url: str) -> None:
    """Under every name of this machine, from every address of it."""
    own = office(tmp_path, public_url)
    for host, address in (("127.0.0.1:8321", "127.0.0.1"), ("localhost", "::1"), ("[::1]:8321", "127.0.0.9")):
        for path in PAGES:
            assert own.client(host, address).get(path).status_code == 200


@dataclass(frozen=True, slots=True)
class Visit:
    """From where somebody asks under which name, what a proxy adds, and the status they get."""

    host: str
    address: str
    headers: Mapping[str, str]
    status: int = 404


@pytest.mark.parametrize(
    "public_url,visits",
    [
        (
            HERE,
            [
                *(Visit("127.0.0.1", address, {}) for address in (AFAR, "10.0.0.1", "::ffff:10.0.0.1", "x")),
                *(Visit(host, "127.0.0.1", {}, 400) for host in ("papers.example.org", "0.0.0.0", "127.1")),
                *(Visit("127.0.0.1", "127.0.0.1", added) for added in PROXIES),
                Visit("localhost.", "127.0.0.1", {}),
            ],
        ),
        (
            PUBLIC,
            [
                Visit("127.0.0.1", "127.0.0.1", {}),
                Visit("digest.example.org", "127.0.0.1", {}),
                Visit("digest.example.org", AFAR, {}),
                Visit("digest.example.org", AFAR, basic("")),
            ],
        ),
        (LAN, [Visit("127.0.0.1", "127.0.0.1", {}), Visit("papers.lan", "192.168.1.9", {})]),
    ],
)
def test_without_a_password_it_is_there_for_nobody_else(
    tmp_path: Path, public_url: str, visits: list[Visit]
) -> None:
    """Least of all through a proxy on the same machine that asks with this machine's name."""
    own = office(tmp_path, public_url)
    for visit in visits:
        client = own.client(visit.host, visit.address)
        answers = [client.get(path, headers=visit.headers) for path in PAGES]
        answers.append(client.post("/admin/do", headers=visit.headers))
        assert {answer.status_code for answer in answers} == {visit.status}, visit
        assert not any("www-authenticate" in answer.headers for answer in answers)


@pytest.mark.parametrize(
    "public_url,host,address",
    [
        (PUBLIC, "digest.example.org", AFAR),
        (PUBLIC, "digest.example.org", "127.0.0.1"),
        (PUBLIC, "127.0.0.1", "127.0.0.1"),
        (HERE, "127.0.0.1", "127.0.0.1"),
        (LAN, "127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_password_is_asked_for_wherever_there_is_one(
    tmp_path: Path, public_url: str, host: str, address: str
) -> None:
    """On this machine too; whatever the name before it."""
    client = office(tmp_path, public_url, PASSWORD).client(host, address)
    for headers in ({}, {"authorization": "Bearer word"}, {"authorization": "word"}):
        answer = client.get("/admin", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic realm=")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    for name in ("anybody", "", "admin"):
        assert client.get("/admin", headers=basic(PASSWORD, name)).status_code == 200


def test_a_wrong_password_opens_nothing(tmp_path: Path) -> None:
    """However it is written."""
    own = office(tmp_path, PUBLIC, PASSWORD)
    client = own.client("digest.example.org", AFAR)
    wrong = ("", PASSWORD + "x", PASSWORD[:-1], PASSWORD.upper(), f"x:{PASSWORD}", "A" * 3000)
    bearer = basic(PASSWORD)["authorization"].replace("Basic", "Bearer")
    written = (
        bearer,
        "Basic",
        "Basic ",
        "Basic %%%",
        "Basic /////w==",
        *(basic(word)["authorization"] for word in wrong),
    )
    for authorization in written:
        answer = client.get("/admin", headers={"authorization": authorization})
        assert (answer.status_code, "www-authenticate" in answer.headers) == (401, True)
        own.site.clock.wait(minutes=1)


def test_over_http_no_password_is_asked_for(tmp_path: Path) -> None:
    """A page says why, and what to do instead; not even the right one helps."""
    own = office(tmp_path, LAN, PASSWORD)
    for address in ("192.168.1.9", "127.0.0.1"):
        for headers in ({}, basic(PASSWORD)):
            answer = own.client("papers.lan", address).get("/admin", headers=headers)
            assert answer.status_code == 403
            assert "https" in answer.text
            assert "www-authenticate" not in answer.headers


def test_who_tries_too_often_waits_even_with_the_right_one(tmp_path: Path) -> None:
    """An address block at a time, an IPv6 network of 64 bits being one; a minute later all is well."""
    own = office(tmp_path, PUBLIC, PASSWORD)
    guesser, neighbour = (own.client("digest.example.org", f"2001:db8::{end}") for end in "12")
    for _ in range(TRIES):
        assert guesser.get("/admin", headers=basic("a wrong guess")).status_code == 401
    for client in (guesser, neighbour):
        answer = client.get("/admin", headers=basic(PASSWORD))
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 13
    assert own.client("digest.example.org", AFAR).get("/admin", headers=basic(PASSWORD)).status_code == 200
    own.site.clock.wait(minutes=1)
    assert guesser.get("/admin", headers=basic(PASSWORD)).status_code == 200


def test_right_passwords_and_none_are_no_tries(tmp_path: Path) -> None:
    """Who works with the page is not locked out of it."""
    client = office(tmp_path, PUBLIC, PASSWORD).client("digest.example.org", AFAR)
    for _ in range(TRIES + 2):
        assert client.get("/admin").status_code == 401
        assert client.get("/admin/deliveries", headers=basic(PASSWORD)).status_code == 200


def test_a_password_that_is_changed_counts_at_once(tmp_path: Path) -> None:
    """A reload of the configuration closes the door to the old one."""
    own = office(tmp_path, PUBLIC, PASSWORD)
    client = own.client("digest.example.org", AFAR)
    own.password = "another long and secret word"
    assert client.get("/admin", headers=basic(PASSWORD)).status_code == 401
    own.password = ""
    assert client.get("/admin", headers=basic(PASSWORD)).status_code == 404


def test_the_server_s_own_reading_of_proxies_opens_nothing(tmp_path: Path) -> None:
    """With what uvicorn makes of `X-Forwarded-For` before the application sees the request."""
    own = office(tmp_path, HERE)
    config = build_server(own.app, "127.0.0.1:0").config
    config.load()
    client = TestClient(config.loaded_app, base_url="http://127.0.0.1", client=("127.0.0.1", 5555))
    assert client.get("/admin").status_code == 200
    for forwarded in (AFAR, "127.0.0.1", f"{AFAR}, 127.0.0.1", "::1", "unknown", ""):
        for more in ({}, {"x-forwarded-proto": "https"}):
            headers = {"x-forwarded-for": forwarded, **more}
            assert client.get("/admin", headers=headers).status_code == 404


def test_behind_a_proxy_tries_count_for_whom_it_asks(tmp_path: Path) -> None:
    """Not for the proxy, so that a guesser locks out nobody else."""
    own = office(tmp_path, PUBLIC, PASSWORD)
    config = build_server(own.app, "127.0.0.1:0").config
    config.load()
    client = TestClient(config.loaded_app, base_url="http://digest.example.org", client=("127.0.0.1", 5555))
    for _ in range(TRIES):
        client.get("/admin", headers={"x-forwarded-for": AFAR} | basic("a wrong guess"))
    found = [
        client.get("/admin", headers={"x-forwarded-for": address} | basic(PASSWORD)).status_code
        for address in (AFAR, "198.51.100.1")
    ]
    assert found == [429, 200]


def test_a_site_without_the_page_has_none(site: Site) -> None:
    """As for any address that is not there."""
    assert site.client().get("/admin").status_code == 404
