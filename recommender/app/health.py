"""What `doctor` probes outside the store. Loaded only by that command."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from recommender.app.returning import build_mailbox
from recommender.domain.errors import Problem
from recommender.mail.probes import dkim_probe, dns_probe, folder_probe, inbox_probe, relay_probe
from recommender.ports import Mailer
from recommender.runtime import SystemClock
from recommender.services.findings import Finding, Health, Probe
from recommender.settings.loader import Loaded

if TYPE_CHECKING:
    from recommender.mail.dkim import DkimSigner


def build_probes(loaded: Loaded, mailer: Callable[[], Mailer], signer: "DkimSigner | None") -> list[Probe]:
    """Return the probes that fit the configured way out; `signer` is what signs, if we do."""
    mail = loaded.settings.mail
    advice = [_advice(loaded.warnings, loaded.settings.web.public_url), *_inbox(loaded)]
    if mail.backend == "outbox":
        return [*advice, folder_probe(loaded.outbox)]
    domain = mail.sender_address.rpartition("@")[2]
    probes = [*advice, relay_probe(mailer(), f"{mail.host}:{mail.port}"), dns_probe(domain)]
    return [*probes, dkim_probe(signer.place, signer.is_published_in)] if signer else probes


def _inbox(loaded: Loaded) -> list[Probe]:
    """Return a look into the inbox, if one is configured."""
    inbox = loaded.settings.inbox
    if inbox.backend == "none":
        return []
    place = f"{inbox.host}:{inbox.port}" if inbox.backend == "imap" else str(loaded.maildir)
    return [inbox_probe(build_mailbox(loaded, SystemClock()), place)]


def _advice(warnings: Sequence[Problem], public_url: str) -> Probe:
    """Return what the configuration itself warns of, dead links first of all."""

    def probe() -> Iterator[Finding]:
        dead = any("public_url" in problem.fix for problem in warnings)
        yield Finding(
            check="public url",
            health=Health.WARNING if dead else Health.OK,
            detail=f"links start with {public_url}",
            fix="set [web] public_url to an address that readers can open" if dead else "",
        )
        for problem in warnings:
            place = f"{problem.file}:{problem.line}: {problem.message}"
            yield Finding(check="configuration", health=Health.WARNING, detail=place, fix=problem.fix)
        if not warnings:
            yield Finding(check="configuration", health=Health.OK, detail="no warnings")

    return probe
