"""Checks of the ways out and in for `doctor`: relay, outbox folder, DNS, inbox."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import dns.exception
import dns.resolver

from recommender.domain.errors import MailboxError, MailError
from recommender.ports import Mailbox, Mailer
from recommender.services.findings import Finding, Health, Probe

_DNS_SECONDS = 3.0


def relay_probe(mailer: Mailer, place: str) -> Probe:
    """Connect, secure and log in as a delivery would, then leave without sending anything."""

    def probe() -> Iterable[Finding]:
        try:
            mailer.open().close()
        except MailError as error:
            fix = "look at [mail] host, port, security, username and password"
            yield Finding(check="relay", health=Health.FAILED, detail=f"{place}: {error.reply}", fix=fix)
        else:
            yield Finding(check="relay", health=Health.OK, detail=f"{place} accepts us")

    return probe


def inbox_probe(mailbox: Mailbox, place: str) -> Probe:
    """Open the inbox as a reading would, then leave without looking at a message."""

    def probe() -> Iterable[Finding]:
        try:
            with mailbox.open():
                pass
        except MailboxError as error:
            fix = "look at [inbox]: votes by mail and bounces are not read"
            yield Finding(check="inbox", health=Health.FAILED, detail=str(error), fix=fix)
        else:
            yield Finding(check="inbox", health=Health.OK, detail=f"{place} can be read")

    return probe


def folder_probe(folder: Path) -> Probe:
    """Look whether the outbox folder, or the nearest parent there is, can be written."""

    def probe() -> Iterable[Finding]:
        place = next(parent for parent in (folder, *folder.parents) if parent.exists())
        if place.is_dir() and os.access(place, os.W_OK):
            yield Finding(check="outbox folder", health=Health.OK, detail=str(folder))
        else:
            fix = "make it writable or change [mail] outbox"
            yield Finding(
                check="outbox folder", health=Health.FAILED, detail=f"{place} is not writable", fix=fix
            )

    return probe


def dns_probe(domain: str) -> Probe:
    """Look for SPF (RFC 7208) and DMARC (RFC 7489) records of the sender's domain."""

    def probe() -> Iterable[Finding]:
        yield _record(domain, "SPF", domain, "v=spf1")
        yield _record(domain, "DMARC", f"_dmarc.{domain}", "v=DMARC1")

    return probe


def dkim_probe(place: str, is_ours: Callable[[str], bool]) -> Probe:
    """Look whether the TXT record at `place` holds the key that we sign with; receivers look there too."""
    check = "dns DKIM"

    def probe() -> Iterable[Finding]:
        try:
            texts = _texts(place)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            texts = []
        except (dns.exception.DNSException, OSError) as error:
            yield _unknown(check, place, error)
            return
        if any(is_ours(text) for text in texts):
            yield Finding(check=check, health=Health.OK, detail=f"{place} shows our key")
            return
        detail = f"{place} shows another key than ours" if texts else f"there is no record at {place}"
        fix = "publish the public half of dkim_key_file there (docs/operations.md), or change dkim_selector"
        yield Finding(check=check, health=Health.FAILED, detail=detail, fix=fix)

    return probe


def _record(domain: str, name: str, place: str, prefix: str) -> Finding:
    check = f"dns {name}"
    try:
        texts = _texts(place)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        texts = []
    except (dns.exception.DNSException, OSError) as error:
        return _unknown(check, place, error)
    for text in texts:
        if text.startswith(prefix):
            return Finding(check=check, health=Health.OK, detail=text)
    fix = f"add a TXT record at {place}; large mailbox providers want one"
    return Finding(check=check, health=Health.WARNING, detail=f"{domain} has no {name} record", fix=fix)


def _unknown(check: str, place: str, error: Exception) -> Finding:
    detail = f"{place} could not be looked up ({type(error).__name__})"
    return Finding(check=check, health=Health.SKIPPED, detail=detail)


def _texts(place: str) -> list[str]:
    answer = dns.resolver.resolve(place, "TXT", lifetime=_DNS_SECONDS)
    return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]
