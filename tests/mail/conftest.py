"""Relays and a throw-away certificate for the mail tests."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Make a certificate with the openssl command, or skip and say so."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl command to make a throw-away certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    made = Certificate(certificate=folder / "certificate.pem", key=folder / "key.pem")
    options = ("-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")
    names = ("-addext", "subjectAltName=DNS:localhost")
    files = ("-keyout", str(made.key), "-out", str(made.certificate))
    subprocess.run((openssl, "req", "-x509", *options, *names, *files), check=True, capture_output=True)
    return made


@pytest.fixture
def relay() -> Iterator[Relay]:
    """Give a real relay that takes anything."""
    with Relay() as running:
        yield running
