"""Relays and a throw-away certificate for the mail tests."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mail.keys import openssl
from tests.mail.relays import Relay


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for `localhost`, not for 127.0.0.1."""

    certificate: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        """Return what a relay needs."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def client(self) -> ssl.SSLContext:
        """Return a context that trusts this certificate and checks the name."""
        return ssl.create_default_context(cafile=str(self.certificate))


def _make(folder: Path, days: int) -> Certificate:
    made = Certificate(certificate=folder / "certificate.pem", key=folder / "key.pem")
    key, request = str(made.key), str(folder / "request.pem")
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    openssl("req", "-newkey", "rsa:2048", "-nodes", *names, "-keyout", key, "-out", request)
    signed = ("-signkey", key, "-days", f"{days}", "-copy_extensions", "copy")
    openssl("x509", "-req", "-in", request, *signed, "-out", str(made.certificate))
    return made


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Make a certificate with the openssl command, or skip and say so."""
    return _make(tmp_path_factory.mktemp("certificate"), 2)


@pytest.fixture(scope="session")
def expired(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Make a certificate that ended yesterday."""
    return _make(tmp_path_factory.mktemp("expired"), -1)


@pytest.fixture
def relay() -> Iterator[Relay]:
    """Give a real relay that takes anything."""
    with Relay() as running:
        yield running
