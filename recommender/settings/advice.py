"""What is allowed and probably not meant: warnings about configuration that is valid.

Looks at values and at the permissions of files; asks neither the network nor the store.
"""

import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from recommender.domain.announcements import SETTLING, ready_on
from recommender.domain.cadence import latest_slot, slots_before
from recommender.domain.errors import Problem
from recommender.domain.subscribers import After, Cadence, DeclaredSubscriber
from recommender.settings import fields
from recommender.settings.enricher_models import EnricherSection
from recommender.settings.models import ScheduleSection, Settings
from recommender.settings.reading import Document
from recommender.settings.repeats import tables
from recommender.settings.source_models import SourceSection

_WEEKS = tuple(datetime(2026, *day, tzinfo=UTC) for day in ((1, 19), (3, 22), (7, 19), (10, 31)))
"""Ends of weeks in which summer time holds nowhere, on one side only, or on both."""
_EXAMPLE_DOMAINS = ("example.org", "example.com", "example.net", "example")
_PORTS = (80, 443)
Advice = tuple[tuple[str | int, ...], str, str]


def warnings_of_settings(document: Document, settings: Settings) -> Iterator[Problem]:
    """Yield warnings about `paperroute.toml` with the environment laid over it."""
    for path, message, fix in (
        *_about_mail(settings),
        *_about_sign_up(settings),
        *_about_inbox(settings),
        *_about_papers(settings),
        *_about_addresses(settings),
    ):
        yield document.problem(document.positions.value(path), message, fix, severity="warning")
    yield from _readable_secret(document, settings)


def warnings_of_people(documents: Sequence[Document]) -> Iterator[Problem]:
    """Yield warnings about the subscribers of all files."""
    if not any(True for document in documents for _ in tables(document.data, "subscriber")):
        yield from (
            Problem(
                document.shown, 1, 1, "no subscriber is declared", "add a [[subscriber]] table", "warning"
            )
            for document in documents[:1]
        )
    for document in documents:
        for number, subscriber in tables(document.data, "subscriber"):
            path = ("subscriber", number)
            for key, message, fix in _about_subscriber(subscriber):
                place = document.positions.value((*path, key) if key else path)
                yield document.problem(place, message, fix, severity="warning")


def warnings_of_waiting(
    document: Document, people: Sequence[DeclaredSubscriber], schedule: ScheduleSection
) -> Iterator[Problem]:
    """Yield a warning for each subscriber who waits for papers that are fetched too late for that.

    `people` are the subscribers of the document, in its order.
    """
    if schedule.ingest == "arxiv":
        return
    fetch = Cadence(at=fields.parse_time(schedule.ingest), zone=schedule.zone)
    for number, subscriber in enumerate(people):
        if subscriber.cadence.after is After.ARXIV and not _has_seen(subscriber.cadence, fetch):
            yield document.problem(
                document.positions.value(("subscriber", number, "after")),
                f"papers are fetched at {schedule.ingest} ({schedule.zone} time), after this edition",
                'write ingest = "arxiv" under [schedule]',
                severity="warning",
            )


def warnings_of_files(files: Mapping[str, Path]) -> Iterator[Problem]:
    """Yield a warning for each file of secrets (by the key that names it) that others may read."""
    for key, file in files.items():
        if _others_may_read(file):
            yield Problem(
                str(file), 1, 1, f"others may read this file ({key})", f"chmod 600 {file}", "warning"
            )


def _about_mail(settings: Settings) -> Iterator[Advice]:
    mail, web = settings.mail, settings.web
    host = urlsplit(web.public_url).hostname or ""
    if mail.backend == "smtp" and mail.feedback == "web" and fields.is_nowhere(host):
        yield (
            ("web", "public_url"),
            f"the links in the mails would be dead: {web.public_url} opens on this machine only",
            'set public_url to the address that readers can open, like "https://papers.example.org"',
        )
    if web.public_url.startswith("http:") and not fields.is_nowhere(host):
        yield (("web", "public_url"), "votes would travel unprotected over http", "serve it over https")
        if web.admin_password.get_secret_value():
            yield (
                ("web", "admin_password"),
                "/admin asks for no password over http: it opens from this machine alone",
                "serve it over https",
            )
    if mail.backend == "smtp" and not fields.is_loopback(mail.host) and _is_example(mail.sender_address):
        yield (
            ("mail", "sender"),
            f"the sender {mail.sender_address} is the example's",
            "write an address of your own domain",
        )
    if mail.username and mail.backend == "smtp" and not mail.password.get_secret_value():
        yield (
            ("mail", "username"),
            "there is a username and no password",
            "set password_file or PAPERROUTE_MAIL__PASSWORD",
        )
    if not f".{mail.sender_address.rpartition('@')[2]}".endswith(f".{mail.signing_domain}"):
        yield (
            ("mail", "dkim_domain"),
            f"a signature of {mail.signing_domain} does not speak for {mail.sender_address} (DMARC)",
            "leave dkim_domain empty, or name the sender's domain or one above it",
        )


def _about_sign_up(settings: Settings) -> Iterator[Advice]:
    host = urlsplit(settings.web.public_url).hostname or ""
    if settings.web.sign_up and settings.mail.backend == "outbox" and not fields.is_nowhere(host):
        yield (
            ("web", "sign_up"),
            "nobody can confirm a sign-up: letters only lie in the outbox folder",
            'set [mail] backend to "smtp"',
        )


def _about_inbox(settings: Settings) -> Iterator[Advice]:
    inbox, mail = settings.inbox, settings.mail
    if inbox.backend == "imap" and not (inbox.username or mail.username):
        yield (
            ("inbox", "backend"),
            "there is no username for the inbox, so nothing can be read",
            "set [inbox] username, or that of [mail]",
        )
    elif inbox.backend == "imap" and not settings.inbox_login[1]:
        yield (
            ("inbox", "username") if inbox.username else ("inbox", "backend"),
            "there is no password for the inbox",
            "set password_file or PAPERROUTE_INBOX__PASSWORD",
        )


def _about_papers(settings: Settings) -> Iterator[Advice]:
    if not settings.source:
        yield ((), "no [[source]] is set: there are only papers you import", 'add [[source]] type = "arxiv"')
    ranking = settings.ranking
    if not any((ranking.weight_content, ranking.weight_keywords, ranking.weight_authors)):
        yield (
            ("ranking",),
            "no weight looks at what a paper says or who wrote it",
            "give weight_content a number above 0",
        )


def _about_addresses(settings: Settings) -> Iterator[Advice]:
    """Yield a warning for each source's address that would be refused before anybody is asked."""
    for number, source in enumerate(settings.source):
        allowed = {host.lower() for host in source.allow_hosts}
        for key in source.addresses:
            names = _inner(getattr(source, key))
            if names and allowed.isdisjoint(names):
                message = f"{names[-1]} is asked only where allow_hosts names it"
                yield (("source", number, key), message, f'add allow_hosts = ["{names[-1]}"]')


def _inner(address: str) -> tuple[str, ...]:
    """Return the names of a host that no public server has, the last with its port; none for all others."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        public = ip_address(host).is_global
    except ValueError:
        public = not fields.is_loopback(host)
    if not host or (public and port in _PORTS):
        return ()
    shown = f"[{host}]" if ":" in host else host
    return (host, shown, f"{shown}:{port}")


def _about_subscriber(subscriber: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    interests = [interest for _, interest in tables(subscriber, "interest")]
    who = subscriber.get("email")
    if not interests:
        yield (
            "",
            f"{who} has no interest: only votes and trends can choose",
            "add a [[subscriber.interest]]",
        )
    elif all(interest.get("paused") is True for interest in interests):
        yield ("", f"every interest of {who} is paused", "write paused = true for the subscriber instead")
    if "on" in subscriber and subscriber.get("every") != "week":
        yield ("on", 'on counts only with every = "week"', 'add every = "week" or leave it out')


@cache
def _has_seen(cadence: Cadence, fetch: Cadence) -> bool:
    """Tell whether, in each sampled week, a fetch lies between the new feeds and the edition due."""
    slots = (slot for end in _WEEKS for slot in slots_before(cadence, end, since=end - timedelta(days=7)))
    for slot in slots:
        zone = ZoneInfo(cadence.zone)
        ready = ready_on(slot.due_at.astimezone(zone).date(), zone)
        if ready and latest_slot(fetch, slot.due_at).due_at < ready - SETTLING:
            return False
    return True


def _readable_secret(document: Document, settings: Settings) -> Iterator[Problem]:
    if not _others_may_read(document.path):
        return
    named = [("mail", "password"), ("inbox", "password"), ("web", "admin_password"), ("secrets", "keys")]
    named += [(name, "api_key") for name in ("zotero", "semanticscholar", "openalex", "crossref")]
    places = [(section, key) for section, key in named if _holds(document.data.get(section), key)]
    listed = (*_secrets("source", settings.source), *_secrets("enricher", settings.enricher))
    own = [
        (kind, number, key)
        for kind, number, key in listed
        if _holds(dict(tables(document.data, kind)).get(number), key)
    ]
    for path in (*places, *own):
        yield document.problem(
            document.positions.value(path),
            f"others may read this file, and {path[-1]} is in it",
            f"chmod 600 {document.shown}, or keep it in a file of its own",
            severity="warning",
        )


def _secrets(kind: str, found: Iterable[SourceSection | EnricherSection]) -> Iterator[tuple[str, int, str]]:
    """Yield the places of the secrets that some tables may hold."""
    for number, table in enumerate(found):
        yield from ((kind, number, key) for key in table.secrets)


def _holds(table: object, key: str) -> bool:
    return isinstance(table, Mapping) and bool(table.get(key))


def _others_may_read(file: Path) -> bool:
    try:
        return bool(file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH))
    except OSError:
        return False


def _is_example(address: str) -> bool:
    return address.rpartition("@")[2].endswith(_EXAMPLE_DOMAINS)
