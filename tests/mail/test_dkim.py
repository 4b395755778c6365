"""Signatures on mail: they verify after a real trip, break when they should, and never change."""

from dataclasses import replace
from pathlib import Path

import dkim
import pytest

from recommender.domain.errors import InputError, MailRejected
from recommender.mail.dkim import SEALED, SIGNED, DkimSigner, key_fault
from recommender.mail.guard import LONGEST_LINE, SIGNED_HEADERS, check_wire
from recommender.mail.smtp import Security, SmtpMailer
from tests.mail.keys import Key, make_key, openssl
from tests.mail.messages import HEADERS, SENDER, a_message, an_envelope
from tests.mail.relays import Relay


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    """Make one key for all tests."""
    return make_key(tmp_path_factory.mktemp("dkim"))


@pytest.fixture
def signer(key: Key) -> DkimSigner:
    """Sign for example.org."""
    return DkimSigner(selector="paperroute", domain="example.org", pem=key.pem)


def _tags(signed: bytes) -> dict[str, str]:
    """Return the tags of the first header, white space gone."""
    line = signed.replace(b"\r\n ", b" ").partition(b"\r\n")[0].decode()
    assert line.startswith("DKIM-Signature: ")
    pairs = (part.partition("=") for part in line.removeprefix("DKIM-Signature: ").split(";"))
    return {name.strip(): "".join(value.split()) for name, _, value in pairs}


def _passes(message: bytes, key: Key) -> bool:
    passed: bool = dkim.verify(message, dnsfunc=key.answer)
    return passed


@pytest.fixture
def arrived(relay: Relay, signer: DkimSigner) -> bytes:
    """Give a signed message as a real relay got it."""
    mailer = SmtpMailer(host="127.0.0.1", port=relay.port, security=Security.PLAIN, timeout=5.0)
    session = mailer.open()
    session.send(an_envelope(), signer.sign(a_message()), lambda: True)
    session.close()
    (received,) = relay.received.messages
    return received[2]


def test_a_signature_verifies_after_a_trip_through_a_real_relay(arrived: bytes, key: Key) -> None:
    """Dot-stuffing and the way do it no harm."""
    assert _passes(arrived, key)


def test_relaxed_signatures_outlive_relays_that_fold_anew(arrived: bytes, key: Key) -> None:
    """White space inside headers and at line ends may change on the way."""
    folded = arrived.replace(b"List-Unsubscribe: <", b"list-unsubscribe:\r\n  <").replace(
        b"Hello Ana,\r\n", b"Hello   Ana,  \r\n"
    )
    assert folded != arrived
    assert _passes(folded, key)


@pytest.mark.parametrize(
    "old,new",
    [
        (b"Hello Ana", b"Hello Bob"),
        (b"From: Paper Route", b"From: Paper Rout"),
        (b"One-Click", b"Two-Click"),
        (b"https://example.org/u/token", b"https://example.net/u/token"),
        (b"Feedback-ID: digest", b"Feedback-ID: spam"),
        (b"From: ", b"From: spy@example.net\r\nFrom: "),
        (b"To: ", b"To: spy@example.net\r\nTo: "),
        (b"Subject: ", b"Subject: buy\r\nSubject: "),
        (b"--=-=--\r\n", b"--=-=--\r\nmore\r\n"),
    ],
)
def test_what_is_covered_cannot_change(arrived: bytes, key: Key, old: bytes, new: bytes) -> None:
    """Changes of a body or a covered header, and a second From, To or Subject, break the signature."""
    changed = arrived.replace(old, new, 1)
    assert changed != arrived
    assert not _passes(changed, key)


def test_the_signature_says_what_it_should(signer: DkimSigner) -> None:
    """RSA with SHA-256, relaxed both ways, no length limit, every header of the list that is there."""
    tags = _tags(signer.sign(a_message()))
    assert (tags["a"], tags["c"], tags["d"], tags["s"]) == (
        "rsa-sha256",
        "relaxed/relaxed",
        "example.org",
        "paperroute",
    )
    assert "l" not in tags
    expected = [name.lower() for name in (*SIGNED, *SEALED) if name in HEADERS]
    assert tags["h"].split(":") == expected
    assert tags["h"].split(":").count("from") == 2


def test_headers_that_are_not_there_are_not_named(signer: DkimSigner) -> None:
    """A mail without one-click is signed too."""
    tags = _tags(signer.sign(a_message(List_Unsubscribe_Post=None)))
    assert "list-unsubscribe-post" not in tags["h"].split(":")


def test_a_resend_is_the_same_to_the_byte(
    signer: DkimSigner, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of a signature is that of its message, whatever the clock says."""
    first = signer.sign(a_message())
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert signer.sign(a_message()) == first
    assert _tags(first)["t"] == "1795242600"  # Sat, 21 Nov 2026 06:30:00 +0000
    assert _passes(first, key)
    later = signer.sign(a_message(Date="Sun, 22 Nov 2026 06:30:00 +0000"))
    assert int(_tags(later)["t"]) - int(_tags(first)["t"]) == 86400


def test_the_guard_wants_the_signature_once(signer: DkimSigner) -> None:
    """Signed mail has it once and within the line limits; unsigned mail has none."""
    signed = signer.sign(a_message())
    check_wire(signed, an_envelope(), SENDER, headers=SIGNED_HEADERS)
    head = signed.partition(b"\r\n\r\n")[0]
    signature = head.partition(b"\r\nFrom:")[0].split(b"\r\n")
    assert len(signature) > 3
    assert max(map(len, signature)) <= 78 < LONGEST_LINE
    for bad, headers in (
        (signer.sign(signed), SIGNED_HEADERS),
        (a_message(), SIGNED_HEADERS),
    ):
        with pytest.raises(MailRejected, match="DKIM-Signature"):
            check_wire(bad, an_envelope(), SENDER, headers=headers)
    with pytest.raises(MailRejected, match="unexpected DKIM-Signature"):
        check_wire(signed, an_envelope(), SENDER)


def test_a_message_without_a_date_is_not_signed(signer: DkimSigner) -> None:
    """There would be no time to stamp it with."""
    with pytest.raises(InputError, match="no Date"):
        signer.sign(a_message(Date=None))
    with pytest.raises(InputError):
        signer.sign(b"no header at all\r\n\r\nbody\r\n")


def test_the_record_is_compared_by_its_key(signer: DkimSigner, key: Key, tmp_path: Path) -> None:
    """White space, tags and a trailing semicolon do not matter; another key, a revoked one and rubbish do."""
    spaced = key.record.replace("p=", "p= ").replace("; ", " ;  ") + ";"
    assert signer.is_published_in(key.record)
    assert signer.is_published_in(spaced)
    assert signer.is_published_in(key.record.replace("v=DKIM1; k=rsa; ", ""))
    other = make_key(tmp_path).record
    for record in (other, "v=DKIM1; p=", "v=DKIM1", "", "p=ä", key.record[:-40], "=;=", f"{key.record}; p=x"):
        assert not signer.is_published_in(record)


def test_key_files_are_told_apart(key: Key, tmp_path: Path) -> None:
    """Each kind of file that is no usable RSA key gets words of its own."""
    file = str(key.file)
    assert key_fault(key.pem) is None
    assert key_fault(key.pem.replace(b"\n", b"\r\n")) is None
    assert key_fault(openssl("rsa", "-in", file, "-traditional")) is None
    locked = openssl("rsa", "-in", file, "-aes128", "-passout", "pass:secret")
    curve = openssl("genpkey", "-algorithm", "ed25519")
    faults = {
        "passphrase": locked,
        "public half": openssl("rsa", "-in", file, "-pubout"),
        "512 bits": make_key(tmp_path, 512).pem,
        "not a private RSA key": curve,
    }
    for words, pem in faults.items():
        fault = key_fault(pem)
        assert fault is not None
        assert words in fault[0]
    for rubbish in (b"", b"secret", b"-----BEGIN\nAAAA\n-----", key.pem[:400], key.pem[:400] + key.pem[500:]):
        assert key_fault(rubbish) is not None


def test_a_signer_needs_a_key_that_signs(signer: DkimSigner) -> None:
    """A bad key is refused before the first message, and is never shown."""
    with pytest.raises(InputError, match="not a private RSA key"):
        replace(signer, pem=b"hunter2")
    assert "PRIVATE" not in repr(signer)
