"""What `doctor` learns from DNS, asked of a real name server on loopback."""

from collections.abc import Mapping, Sequence

import dns.resolver
import pytest

from recommender.mail import probes
from recommender.mail.dkim import DkimSigner
from recommender.services.findings import Finding, Health
from tests.mail.keys import Key, make_key
from tests.mail.nameserver import name_server

PLACE = "paperroute._domainkey.example.org"
Texts = Mapping[str, Sequence[str]]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    """Make one key for all tests."""
    return make_key(tmp_path_factory.mktemp("dkim"))


def _ask(monkeypatch: pytest.MonkeyPatch, texts: Texts, key: Key, *, answers: bool = True) -> Finding:
    signer = DkimSigner(selector="paperroute", domain="example.org", pem=key.pem)
    with name_server(texts, answers=answers) as resolver:
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        (finding,) = probes.dkim_probe(signer.place, signer.is_published_in)()
    return finding


def test_our_key_in_dns_is_found(monkeypatch: pytest.MonkeyPatch, key: Key) -> None:
    """A long record in several strings, beside another record, is ours."""
    finding = _ask(monkeypatch, {PLACE: ["something else", key.record]}, key)
    assert (finding.check, finding.health) == ("dns DKIM", Health.OK)
    assert PLACE in finding.detail


@pytest.mark.parametrize(
    "texts,words",
    [
        ({}, "there is no record"),
        ({PLACE: ["v=DKIM1; p="]}, "another key"),
        ({PLACE: ["v=DKIM1; k=rsa; p=AAAA"]}, "another key"),
    ],
)
def test_a_key_that_receivers_cannot_find_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, key: Key, texts: Texts, words: str
) -> None:
    """A missing, revoked or different record means that every signature is void."""
    finding = _ask(monkeypatch, texts, key)
    assert finding.health is Health.FAILED
    assert words in finding.detail
    assert PLACE in finding.detail
    assert "dkim_selector" in finding.fix


def test_a_name_server_that_says_nothing_proves_nothing(monkeypatch: pytest.MonkeyPatch, key: Key) -> None:
    """No answer is no failure of the record."""
    monkeypatch.setattr(probes, "_DNS_SECONDS", 0.05)
    finding = _ask(monkeypatch, {}, key, answers=False)
    assert finding.health is Health.SKIPPED


def test_spf_and_dmarc_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """One record that is there is shown, one that is missing is warned of."""
    with name_server({"example.org": ["v=spf1 mx -all"]}) as resolver:
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        spf, dmarc = probes.dns_probe("example.org")()
    assert (spf.health, spf.detail) == (Health.OK, "v=spf1 mx -all")
    assert dmarc.health is Health.WARNING
    assert "_dmarc.example.org" in dmarc.fix
