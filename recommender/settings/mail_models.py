"""The `[mail]` table of `paperroute.toml`: how digests leave."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from recommender.settings import fields
from recommender.settings.base import Secret, Section
from recommender.settings.fault import fault, shown
from recommender.settings.fields import FilePath, Host, Line, Mailbox, OptionalHost, OptionalPath

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_SELECTOR = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


def _selector(text: str) -> str:
    """Check a DKIM selector (RFC 6376 §3.1); empty is fine."""
    if not text or _SELECTOR.fullmatch(text):
        return text
    raise fault(
        f"{shown(text)} is not a DKIM selector", 'write the name before ._domainkey, like "paperroute"'
    )


class MailSection(Section):
    """How digests leave."""

    backend: Literal["outbox", "smtp"] = "outbox"
    """outbox writes .eml, .html and .txt files; smtp sends."""
    outbox: FilePath = "var/outbox"
    """Folder of the outbox backend."""
    sender: Mailbox = "Paper Route <digest@example.org>"
    """The From of every digest."""
    host: Host = "127.0.0.1"
    """Mail server."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """Port of the mail server."""
    security: Literal["starttls", "tls", "plain"] = "starttls"
    """plain is for a server on this machine only."""
    username: Line = ""
    """Login at the mail server; empty for none."""
    password: Secret = SecretStr("")
    """Better kept in password_file or PAPERROUTE_MAIL__PASSWORD."""
    password_file: Line = ""
    """File whose first line is the password."""
    feedback: Literal["web", "mail"] = "web"
    """How thumbs come back: web (links to public_url) or mail (written mails, read from the inbox)."""
    timeout: Annotated[int, Field(ge=1, le=600)] = 30
    """Seconds to wait for the mail server."""
    connections: Annotated[int, Field(ge=1, le=16)] = 1
    """Connections to the mail server at once; also the most mails one crash can leave in doubt."""
    per_minute: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Most mails a minute over all connections; 0 sets no limit."""
    retry_in_doubt: Annotated[int, Field(ge=0, le=1)] = 0
    """A mail whose answer never came: 0 risks losing an edition, 1 risks two copies."""
    dkim_selector: Annotated[Line, AfterValidator(_selector)] = ""
    """Name of the DKIM key in DNS; empty when the mail server signs."""
    dkim_key_file: OptionalPath = ""
    """File of the private RSA key that signs."""
    dkim_domain: OptionalHost = ""
    """Domain that signs; the sender's own when empty."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.backend == "smtp" and self.security == "plain" and not fields.is_loopback(self.host):
            raise fault(
                f'"plain" would send the login and the mail unprotected to {self.host}',
                'write security = "starttls" (port 587) or "tls" (port 465)',
                at="security",
            )
        if self.password.get_secret_value() and self.password_file:
            raise fault("password and password_file are both set", "keep password_file", at="password")
        self._check_dkim()
        return self

    def _check_dkim(self) -> None:
        """Refuse half a signature."""
        if self.dkim_selector and not self.dkim_key_file:
            raise fault(
                "a DKIM selector without a key signs nothing",
                "set dkim_key_file, or leave dkim_selector empty",
                at="dkim_selector",
            )
        if self.dkim_key_file and not self.dkim_selector:
            raise fault(
                "a DKIM key without a selector cannot be found in DNS",
                'set dkim_selector, like "paperroute", or leave dkim_key_file empty',
                at="dkim_key_file",
            )
        if self.dkim_domain and not self.dkim_selector:
            raise fault(
                "dkim_domain alone signs nothing", "set dkim_selector and dkim_key_file", at="dkim_domain"
            )

    @property
    def sender_address(self) -> str:
        """The bare address of the sender."""
        return fields.mailbox_parts(self.sender)[1]

    @property
    def signing_domain(self) -> str:
        """The domain that signs, or would."""
        return self.dkim_domain or self.sender_address.rpartition("@")[2]
