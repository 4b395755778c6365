"""Tests of lies, drips and stalls over TLS: what `tests/faults` shows in the open holds there too."""

import time

import pytest

from recommender.domain.errors import MailDeferred, MailError, MailInDoubt
from recommender.mail.smtp import Security, SmtpMailer
from tests.faults.raw import Moment, RawRelay, Say
from tests.mail.conftest import Certificate
from tests.mail.messages import a_message, an_envelope

PATIENCE = 0.3
SLACK = 8.0


def _send(certificate: Certificate, say: dict[str, Say], message: bytes) -> MailError:
    def script(moment: Moment) -> Say | None:
        return say.get(moment.phase)

    with RawRelay(script, receive_buffer=4096, tls=certificate.server()) as relay:
        mailer = SmtpMailer(
            host="localhost",
            port=relay.port,
            security=Security.TLS,
            timeout=SLACK,
            reply_timeout=PATIENCE,
            tls_context=certificate.client(),
        )
        session = mailer.open()
        with pytest.raises(MailError) as caught:
            session.send(an_envelope(), message, lambda: True)
        session.close()
        assert relay.accepted == []
    return caught.value


def test_a_reply_before_the_body_is_no_verdict_over_tls(certificate: Certificate) -> None:
    """Whether it waits in our buffer or in that of the TLS layer."""
    error = _send(certificate, {"DATA": Say(b"354 go on\r\n250 queued as LIE\r\n")}, a_message())
    assert isinstance(error, MailDeferred)
    assert "spoke before" in error.reply


def test_a_body_that_nobody_reads_ends_in_time_over_tls(certificate: Certificate) -> None:
    """One limit for all records together; without its end the message is not in doubt."""
    began = time.monotonic()
    error = _send(certificate, {"body": Say(stall=True)}, a_message(("x" * 70 + "\r\n") * 100_000))
    assert isinstance(error, MailDeferred), error
    assert error.silent
    assert time.monotonic() - began < PATIENCE + SLACK


def test_a_drip_over_tls_ends_in_time(certificate: Certificate) -> None:
    """After the message it leaves a doubt."""
    drip = Say(b"250-" + b"x" * 2000 + b"\r\n", drip=0.01, takes=False)
    began = time.monotonic()
    assert isinstance(_send(certificate, {"dot": drip}, a_message()), MailInDoubt)
    assert time.monotonic() - began < PATIENCE + SLACK
