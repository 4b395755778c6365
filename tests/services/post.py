"""One reader, one edition, and a real maildir in which answers arrive; what is sent goes to a folder."""

import os
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from recommender.digest.links import LinkClaim, Links, claim_of
from recommender.digest.mail_links import MailLinks
from recommender.digest.return_path import ReturnPaths
from recommender.domain.editions import DeliveryState, Edition, Settlement
from recommender.domain.reports import Report
from recommender.domain.subscribers import Subscriber
from recommender.mail.guard import ACKNOWLEDGEMENT_HEADERS, check_wire
from recommender.mail.inbound import may_be_ours, read_mail
from recommender.mail.maildir import MaildirMailbox
from recommender.mail.outbox_dir import OutboxFolder
from recommender.ports import Mailbox, Mailer, Store
from recommender.services.acknowledging import Acknowledging
from recommender.services.answers import Answers
from recommender.services.bouncing import Bouncing
from recommender.services.inbox import Inbox
from recommender.services.rendering import Identity
from recommender.services.returned import Returned
from tests.digest.samples import wording
from tests.services.desk import Desk
from tests.services.mailroom import without_zeros

US, READER = "digest@example.org", "ana@example.org"
KEYS = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210")


class Post:
    """A desk whose answers come by mail."""

    def __init__(self, store: Store, folder: Path) -> None:
        """Make the folders."""
        self.desk = Desk(store)
        self.store = store
        self.clock = self.desk.clock
        self.links = Links(KEYS, "https://papers.example.org")
        self.by_mail = MailLinks(self.links, US)
        self.paths = ReturnPaths(KEYS, US)
        self.bouncing = Bouncing(store, self.clock)
        self.maildir = folder / "Maildir"
        self.sent = folder / "sent"
        for name in ("new", "cur", "tmp"):
            (self.maildir / name).mkdir(parents=True)
        self._count = 0

    def inbox(
        self,
        mailbox: Mailbox | None = None,
        mailer: Callable[[], Mailer] | None = None,
        *,
        acknowledge: bool = True,
    ) -> Inbox:
        """Build the service, as a process of its own would have it."""
        box = mailbox or MaildirMailbox(folder=self.maildir, may_be_ours=may_be_ours, clock=self.clock)
        acknowledging = Acknowledging(
            mailer=mailer or (lambda: OutboxFolder(self.sent)),
            guard=lambda envelope, message: check_wire(
                message, envelope, US, headers=ACKNOWLEDGEMENT_HEADERS
            ),
            links=self.by_mail,
            wording=wording(),
            identity=Identity(sender=f"Paper Route <{US}>", address=US, domain="example.org"),
            reply_to=US,
            clock=self.clock,
        )
        return Inbox(
            store=self.store,
            mailbox=box,
            read=read_mail,
            answers=Answers(links=self.links, by_mail=self.by_mail, wording=wording(), clock=self.clock),
            returned=Returned(links=self.links, paths=self.paths, bouncing=self.bouncing, clock=self.clock),
            clock=self.clock,
            acknowledging=acknowledging if acknowledge else None,
        )

    def read(self) -> dict[str, int]:
        """Read the inbox once; return the counts that are not nought."""
        return without_zeros(self.report().counts)

    def report(self) -> Report:
        """Read the inbox once."""
        return self.inbox().run()

    def claim(self, purpose: str, value: str = "", *, paper: int = 1, epoch: int | None = None) -> LinkClaim:
        """Return what a link about one paper of the edition says."""
        row = self.desk.edition.items[paper - 1].id if purpose in ("vote", "save", "lever") else 0
        who = (self.desk.ana.public_id, self.desk.ana.epoch if epoch is None else epoch, row)
        return claim_of(purpose, who, self.clock.now(), value)

    def act(self, purpose: str, value: str = "", *, paper: int = 1, **headers: str) -> Path:
        """Let the mail of a link arrive."""
        return self.write(self.by_mail.subject(self.claim(purpose, value, paper=paper)), **headers)

    def write(self, subject: str, **headers: str) -> Path:
        """Let a mail with a subject arrive."""
        self._count += 1
        fields = {
            "From": f"Ana <{READER}>",
            "To": US,
            "Subject": subject,
            "Message-ID": f"<own-{self._count}@example.net>",
            "Date": "Fri, 30 Jan 2026 12:00:00 +0000",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return self.arrive(f"{head}\r\nSend this mail as it is.\r\n".encode())

    def arrive(self, content: bytes) -> Path:
        """Let a message arrive now."""
        self._count += 1
        file = self.maildir / "new" / f"{self._count:06d}.host"
        file.write_bytes(content)
        now = self.clock.now().timestamp()
        os.utime(file, (now, now))
        return file

    def unread(self) -> int:
        """Return how many messages nobody has read."""
        return sum(
            ":2,S" not in file.name for name in ("new", "cur") for file in (self.maildir / name).iterdir()
        )

    def answers(self) -> list[EmailMessage]:
        """Return the mail that was sent, oldest first."""
        files = sorted(self.sent.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [message for message in found if isinstance(message, EmailMessage)]

    def who(self) -> Subscriber:
        """Return the reader as stored."""
        with self.store.read() as unit:
            return unit.people.find(READER)

    def reason(self) -> str | None:
        """Return why the reader is not mailed, or None."""
        with self.store.read() as unit:
            return unit.people.suppressions().get(READER)

    def edition(self, day: int, state: DeliveryState = DeliveryState.SENT, reply: str = "250 ok") -> int:
        """Store the edition of a further day, delivered as it says, and move the clock to it."""
        self.clock.time += timedelta(days=1)
        now = self.clock.now()
        key = f"2026-02-{day:02d}"
        with self.store.write() as unit:
            edition = Edition(subscriber=self.desk.ana.id, key=key, created_at=now, due_at=now, considered=0)
            unit.outbox.put(edition, message_id=f"<{key}@example.org>", date=now)
            lease = timedelta(hours=1)
            for row in unit.outbox.claim(worker="w", now=now, lease=lease, limit=9):
                unit.outbox.mark_in_doubt(row, now=now, body_sha256="0")
                wanted = Settlement(state=state, reply=reply) if row.edition_key == key else None
                unit.outbox.settle(row, wanted or Settlement(state=DeliveryState.SENT), now=now)
            return max(row.id for row in unit.outbox.deliveries())
