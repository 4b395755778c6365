"""One message with its label, and the pieces that messages are made of."""

from dataclasses import dataclass

READER = "ana@example.net"
ORIGINAL = "<kq3xv7n5zr2m4c6t8w1y9b0d@example.org>"
RETURN_PATH = "digest+b-1f-abcdefghij234567@example.org"
TOKEN = "W2M1LDEsInYiXQabcdefgh.abcdefghijklmnopqrstuvwxyz012345"

HARD, SOFT, DELAYED = "hard", "soft", "delayed"
COMPLAINT, AUTOMATIC, MAIL = "complaint", "automatic", "mail"


@dataclass(frozen=True, slots=True)
class Sample:
    """A message. `known`: it can be told which mail of ours it is about."""

    name: str
    label: str
    content: bytes
    known: bool = True


def message(body: str | bytes, **headers: str | None) -> bytes:
    """Build a message to us; `headers` (with _ for -) replace or, None, remove."""
    fields: dict[str, str | None] = {
        "Return-Path": "<>",
        "From": "Mail Delivery System <MAILER-DAEMON@mx.example.net>",
        "To": "digest@example.org",
        "Subject": "Undelivered Mail Returned to Sender",
        "Date": "Sat, 21 Nov 2026 06:31:07 +0000 (UTC)",
        "Message-ID": "<20261121063107.1A2B3C@mx.example.net>",
        "MIME-Version": "1.0",
    }
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    content = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode()
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + content


def original(message_id: str | None = ORIGINAL, **more: str) -> str:
    """Return the headers of a digest of ours, as a report returns them."""
    fields = {
        "From": "Paper Route <digest@example.org>",
        "To": f"Ana <{READER}>",
        "Subject": "3 papers: Editing facts in place",
        "List-Unsubscribe": f"<https://papers.example.org/u/{TOKEN}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    } | {name.replace("_", "-"): value for name, value in more.items()}
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"Message-ID: {message_id}\n{head}" if message_id else head


def holding() -> str:
    """Return a mail of a reader's that has a digest of ours attached, as a report about it returns it."""
    body = multipart(
        "=-forward", ("text/plain", "have a look\n"), ("message/rfc822", original() + "\nHello\n")
    )
    kind = 'multipart/mixed; boundary="=-forward"'
    return f"From: {READER}\nMessage-ID: <forward@example.net>\nContent-Type: {kind}\n\n{body}"


def multipart(report: str, *parts: tuple[str, str]) -> str:
    """Return a body of parts, each (content type, content), with `report` in the place of a boundary."""
    inner = "".join(f"--{report}\nContent-Type: {kind}\n\n{content}\n" for kind, content in parts)
    return f"{inner}--{report}--\n"
