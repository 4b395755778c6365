"""Throw-away DKIM keys, made with the openssl command, and what DNS would show of them."""

import base64
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


def openssl(*arguments: str) -> bytes:
    """Run openssl and return what it printed; skip the test, and say so, where there is none."""
    command = shutil.which("openssl")
    if command is None:
        pytest.skip("no openssl command to make a throw-away key with")
    return subprocess.run((command, *arguments), check=True, capture_output=True).stdout


@dataclass(frozen=True)
class Key:
    """A private key in a file, and its public half."""

    file: Path
    public: bytes

    @property
    def pem(self) -> bytes:
        """The private half."""
        return self.file.read_bytes()

    @property
    def record(self) -> str:
        """The TXT record of the public half, made by the recipe of docs/operations.md."""
        return f"v=DKIM1; k=rsa; p={base64.b64encode(self.public).decode()}"

    def answer(self, name: bytes, timeout: float = 5) -> bytes | None:
        """Stand in for DNS when a signature is checked: one selector of one domain."""
        return self.record.encode() if name == b"paperroute._domainkey.example.org." else None


def make_key(folder: Path, bits: int = 2048) -> Key:
    """Make a key as the manual says; the file is its owner's alone."""
    file = folder / "dkim.pem"
    openssl("genrsa", "-out", str(file), str(bits))
    file.chmod(0o600)
    return Key(file, openssl("rsa", "-in", str(file), "-pubout", "-outform", "DER"))
