"""The `[inbox]` table of `paperroute.toml`: where answers and bounces arrive, and how they are read."""

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from recommender.settings import fields
from recommender.settings.base import Secret, Section
from recommender.settings.fault import fault
from recommender.settings.fields import Line, OptionalAddress, OptionalHost, OptionalPath

_LONGEST_LOCAL = 30
"""Octets of a local part that leave room for a return path's tag: RFC 5321 §4.5.3.1.1 allows 64."""


class InboxSection(Section):
    """Where votes by mail and bounces arrive."""

    backend: Literal["none", "imap", "maildir"] = "none"
    """none reads nothing back; imap asks a server; maildir looks into a folder on this machine."""
    address: OptionalAddress = ""
    """Where answers and bounces are sent; the sender's own when empty."""
    host: OptionalHost = ""
    """IMAP server."""
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    """Port of the IMAP server."""
    security: Literal["tls", "starttls", "plain"] = "tls"
    """plain is for a server on this machine only."""
    username: Line = ""
    """Login at the IMAP server; that of [mail], with its password, when empty."""
    password: Secret = SecretStr("")
    """Better kept in password_file or PAPERROUTE_INBOX__PASSWORD."""
    password_file: Line = ""
    """File whose first line is the password."""
    folder: Annotated[Line, Field(min_length=1)] = "INBOX"
    """Folder on the IMAP server."""
    maildir: OptionalPath = ""
    """The maildir, with its folders new and cur."""
    return_path: Literal["sender", "plus"] = "sender"
    """plus gives each mail its own return address, for providers with plus addresses."""
    acknowledge: bool = True
    """Answer acts that came by mail with a short mail that can take them back."""
    every: Annotated[int, Field(ge=10, le=86400)] = 180
    """Seconds between two looks of the daemon."""
    timeout: Annotated[int, Field(ge=1, le=600)] = 30
    """Seconds to wait for the IMAP server."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.backend == "imap":
            self._check_server()
        if self.backend == "maildir" and not self.maildir:
            raise fault("the inbox has no maildir", 'write maildir = "/home/ana/Maildir"', at="backend")
        if self.password.get_secret_value() and self.password_file:
            raise fault("password and password_file are both set", "keep password_file", at="password")
        if self.return_path == "plus" and self.backend == "none":
            raise fault(
                "nobody would read what comes back to these return addresses",
                'write return_path = "sender", or set backend',
                at="return_path",
            )
        return self

    def _check_server(self) -> None:
        if not self.host:
            raise fault("the inbox has no server", 'write host = "imap.example.org"', at="backend")
        if self.security == "plain" and not fields.is_loopback(self.host):
            raise fault(
                f'"plain" would send the login and the mail unprotected from {self.host}',
                'write security = "tls" (port 993) or "starttls" (port 143)',
                at="security",
            )

    def check_address(self, sender: str) -> None:
        """Raise a fault where tagged return addresses of `address`, or else `sender`, would be too long."""
        local = (self.address or sender).rpartition("@")[0]
        if self.return_path == "plus" and len(local) > _LONGEST_LOCAL:
            raise fault(
                f"what stands before the @ is longer than {_LONGEST_LOCAL} characters: no room for a tag",
                'write a shorter address, or return_path = "sender"',
                at="inbox.return_path",
            )
