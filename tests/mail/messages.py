"""Messages as the digest writes them, by hand."""

from recommender.domain.editions import Envelope

SENDER = "digest@example.org"
HEADERS = {
    "From": f"Paper Route <{SENDER}>",
    "To": "Ana <ana@example.org>",
    "Subject": "3 papers: Editing facts in place",
    "Date": "Sat, 21 Nov 2026 06:30:00 +0000",
    "Message-ID": "<0123456789abcdef@example.org>",
    "MIME-Version": "1.0",
    "List-Id": "Paper Route <digest.example.org>",
    "List-Unsubscribe": "<https://example.org/u/token>, <mailto:leave@example.org>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "List-Help": "<https://example.org/help>",
    "Feedback-ID": "digest:daily:x:paperroute",
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "Content-Type": 'multipart/alternative; boundary="=-="',
}
TEXT = "Hello Ana,\r\n.a line that starts with a dot\r\n..and one with two\r\nna=C3=AFve\r\n"
HTML = "<!doctype html>\r\n<p>Hello <b>Ana</b>, na=C3=AFve</p>\r\n"


def an_envelope(rcpt_to: str = "ana@example.org", stem: str = "2026-11-21-ana") -> Envelope:
    """Build the envelope of `a_message`."""
    return Envelope(mail_from="bounce+1@example.org", rcpt_to=rcpt_to, stem=stem)


def a_message(body: str | None = None, **headers: str | None) -> bytes:
    """Build a message that the wire guard takes; `headers` (with _ for -) replace or, None, remove."""
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    fields = HEADERS | changed
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return (head + "\r\n" + (a_body() if body is None else body)).encode()


def a_body() -> str:
    """Build the two parts."""
    parts = "".join(
        f"--=-=\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{text.replace('=-=', '=3D-=3D')}\r\n"
        for kind, text in (("plain", TEXT), ("html", HTML))
    )
    return parts + "--=-=--\r\n"
