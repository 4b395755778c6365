"""Which addresses are public."""

import pytest

from recommender.sources.guard import Forbidden, is_public, target


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public(address: str) -> None:
    """Addresses of the open internet are public."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "nonsense",
    ],
)
def test_not_public(address: str) -> None:
    """Inner, shared, group and wrapped inner addresses are not."""
    assert not is_public(address)


def test_odd_ports_need_permission() -> None:
    """Ports other than 80 and 443 are for listed hosts."""
    with pytest.raises(Forbidden, match="allow_hosts"):
        target("http://example.org:8080/", ())
    assert target("http://example.org:8080/", ["example.org"]).port == 8080


def test_listed_host_may_carry_its_port() -> None:
    """An entry with a port allows that port only."""
    assert target("http://[::1]:8080/", ["[::1]:8080"]).host == "::1"
    with pytest.raises(Forbidden):
        target("http://[::1]:8081/", ["[::1]:8080"])


@pytest.mark.parametrize("stop", ["\u3002", "\uff0e", "\uff61"])
def test_a_host_has_one_name_whatever_its_dots(stop: str) -> None:
    """Else a redirect could ask a host besides the pace that it is owed."""
    assert target(f"http://export{stop}arxiv{stop}org/", ()).host == "export.arxiv.org"
