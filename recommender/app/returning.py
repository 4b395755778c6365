"""What reads the mail that comes back, made from the configuration."""

from collections.abc import Callable
from dataclasses import dataclass

from recommender.digest.links import Links
from recommender.digest.mail_links import MailLinks
from recommender.digest.return_path import ReturnPaths
from recommender.digest.words import Wording
from recommender.mail.guard import ACKNOWLEDGEMENT_HEADERS, check_wire
from recommender.mail.smtp import Security
from recommender.ports import Clock, Mailbox, Mailer, Store
from recommender.services.acknowledging import Acknowledging
from recommender.services.answers import Answers
from recommender.services.bouncing import Bouncing
from recommender.services.inbox import Inbox
from recommender.services.rendering import Identity
from recommender.services.returned import Returned
from recommender.settings.loader import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an inbox shares with the rest of the application."""

    store: Store
    clock: Clock
    links: Links
    by_mail: MailLinks
    paths: ReturnPaths
    wording: Wording
    identity: Identity
    mailer: Callable[[], Mailer]


def build_inbox(loaded: Loaded, parts: Parts) -> Inbox:
    """Return the configured inbox; its `backend` is not `none`."""
    from recommender.mail.inbound import read_mail  # noqa: PLC0415 flufl.bounce is not always needed

    return Inbox(
        store=parts.store,
        mailbox=build_mailbox(loaded, parts.clock),
        read=read_mail,
        answers=Answers(links=parts.links, by_mail=parts.by_mail, wording=parts.wording, clock=parts.clock),
        returned=Returned(
            links=parts.links,
            paths=parts.paths,
            bouncing=Bouncing(parts.store, parts.clock),
            clock=parts.clock,
        ),
        clock=parts.clock,
        acknowledging=_acknowledging(loaded, parts) if loaded.settings.inbox.acknowledge else None,
    )


def build_mailbox(loaded: Loaded, clock: Clock) -> Mailbox:
    """Return the configured mailbox; its `backend` is not `none`."""
    from recommender.mail.inbound import may_be_ours  # noqa: PLC0415 see above
    from recommender.mail.mailbox import ImapMailbox  # noqa: PLC0415 see above
    from recommender.mail.maildir import MaildirMailbox  # noqa: PLC0415 see above

    inbox = loaded.settings.inbox
    if inbox.backend == "maildir":
        return MaildirMailbox(folder=loaded.maildir, may_be_ours=may_be_ours, clock=clock)
    username, password = loaded.settings.inbox_login
    return ImapMailbox(
        host=inbox.host,
        port=inbox.port,
        username=username,
        password=password,
        may_be_ours=may_be_ours,
        clock=clock,
        security=Security(inbox.security),
        folder=inbox.folder,
        timeout=inbox.timeout,
    )


def _acknowledging(loaded: Loaded, parts: Parts) -> Acknowledging:
    sender = parts.identity.address
    signed = frozenset({"DKIM-Signature"}) if parts.identity.sign else frozenset()
    headers = ACKNOWLEDGEMENT_HEADERS | signed
    return Acknowledging(
        mailer=parts.mailer,
        guard=lambda envelope, message: check_wire(message, envelope, sender, headers=headers),
        links=parts.by_mail,
        wording=parts.wording,
        identity=parts.identity,
        reply_to=loaded.settings.inbox_address,
        clock=parts.clock,
    )
