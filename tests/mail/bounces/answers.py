"""Automatic answers (RFC 3834) of every make, people's own mail, and plain junk."""

from tests.mail.bounces.sample import (
    AUTOMATIC,
    MAIL,
    ORIGINAL,
    RETURN_PATH,
    TOKEN,
    Sample,
    message,
    multipart,
    original,
)

TEXT = "text/plain; charset=utf-8"
VOTE = f"Useful [pr:v:{TOKEN}]"


def mail(
    subject: str = VOTE, *, body: str | None = "Send this mail as it is.\n", **headers: str | None
) -> bytes:
    """Build a mail of a person, or of a machine that plays one."""
    fields: dict[str, str | None] = {
        "Return_Path": "<ana@example.net>",
        "From": "Ana <ana@example.net>",
        "Subject": subject,
        "Message_ID": "<own-1@example.net>",
        "Content_Type": TEXT,
    }
    return message(body or "", **(fields | headers))


def answer(name: str, **headers: str | None) -> Sample:
    """Build an automatic answer whose subject even holds a token."""
    known = headers.get("In_Reply_To") is not None
    return Sample(f"automatic: {name}", AUTOMATIC, mail(f"Re: {VOTE}", **headers), known=known)


def subject(words: str) -> Sample:
    """Build an automatic answer that only its subject tells."""
    return Sample(f"automatic: {words[:20]}", AUTOMATIC, mail(f"{words} {VOTE}"), known=False)


_FIELDS = "Reporting-MTA: dns; x\n\nAction: failed\nStatus: 5.1.1\n"
_REPORT = (
    original()
    + 'Content-Type: multipart/report; report-type=delivery-status; boundary="=-in"\n\n'
    + multipart("=-in", ("message/delivery-status", _FIELDS), ("message/rfc822", original()))
)
_COMPLAINT = 'Content-Type: multipart/report; report-type=feedback-report; boundary="=-in"\n\n' + multipart(
    "=-in", ("message/feedback-report", "Feedback-Type: abuse\n"), ("message/rfc822", original())
)


ANSWERS = (
    answer("auto-replied", Auto_Submitted="auto-replied", In_Reply_To=ORIGINAL),
    answer("auto-generated", Auto_Submitted="auto-generated"),
    answer("auto-notified, with a parameter", Auto_Submitted="auto-notified; owner-email=a@example.net"),
    answer("capitals and a comment", Auto_Submitted=" Auto-Replied (vacation)"),
    answer("precedence bulk", Precedence="bulk"),
    answer("precedence auto_reply", Precedence="auto_reply"),
    answer("precedence junk", Precedence="Junk"),
    answer("x-autoreply", X_Autoreply="yes"),
    answer("x-autorespond", X_Autorespond="away"),
    answer("x-auto-response-suppress", X_Auto_Response_Suppress="All"),
    answer("an empty return path", Return_Path="<>"),
    answer("an empty return path with a blank", Return_Path="< >"),
    answer("through a list", List_Id="<papers.example.net>"),
    Sample(
        "automatic: away, with a telephone number, to the return address",
        AUTOMATIC,
        mail(
            "Out of office: Paper Route",
            body="I am away until 5 April. In urgent cases call +49 30 552 1234.\n",
            Return_Path="<>",
            To=RETURN_PATH,
            Auto_Submitted="auto-replied (vacation)",
        ),
    ),
    Sample(
        "automatic: away, not marked, a code at the beginning of a line",
        AUTOMATIC,
        mail("I am away", body="Call me:\n552 1234\n", Return_Path="<>", To=RETURN_PATH),
    ),
    Sample(
        "automatic: a postmaster is away and tells of a failure",
        AUTOMATIC,
        mail(
            "Away",
            body="I am on leave.\n550 5.1.1 was our last error.\n",
            From="postmaster@example.net",
            Auto_Submitted="auto-replied",
        ),
        known=False,
    ),
    Sample(
        "automatic: a postmaster gives a telephone number",
        AUTOMATIC,
        mail("Hours", body="Call +49 30 552 1234.\n", From="postmaster@example.net"),
        known=False,
    ),
    subject("Automatic reply:"),
    subject("Auto-Reply:"),
    subject("Out of Office:"),
    subject("Abwesenheitsnotiz:"),
    subject("Automatische Antwort:"),
    subject("Réponse automatique :"),
    subject("=?utf-8?Q?R=C3=A9ponse_automatique?= :"),
    subject("Respuesta automática:"),
    subject("自動応答"),
    Sample(
        "automatic: a receipt (RFC 8098)",
        AUTOMATIC,
        message(
            multipart(
                "=-mdn",
                ("text/plain", "This is a receipt for the mail you sent.\n"),
                (
                    "message/disposition-notification",
                    f"Final-Recipient: rfc822; x\nOriginal-Message-ID: {ORIGINAL}\nDisposition: x; read\n",
                ),
            ),
            Content_Type='multipart/report; report-type=disposition-notification; boundary="=-mdn"',
            From="Ana <ana@example.net>",
            Return_Path="<ana@example.net>",
            Subject="Read: 3 papers",
        ),
        known=False,
    ),
    # People
    Sample("person: a vote", MAIL, mail(), known=False),
    Sample("person: an answer", MAIL, mail(f"Re: {VOTE}", In_Reply_To=ORIGINAL)),
    Sample("person: auto-submitted no", MAIL, mail(Auto_Submitted="no"), known=False),
    Sample("person: a subject in another language", MAIL, mail(f"AW: WG: {VOTE}"), known=False),
    Sample("person: writes of automatic replies", MAIL, mail("On automatic replies: a survey"), known=False),
    Sample(
        "person: answers, with a report of somebody else's mail attached",
        MAIL,
        mail(
            f"Re: {VOTE}",
            body=multipart("=-mixed", (TEXT, "See what I got.\n"), ("message/rfc822", _REPORT)),
            Content_Type='multipart/mixed; boundary="=-mixed"',
            In_Reply_To=ORIGINAL,
        ),
    ),
    Sample(
        "person: answers, with a complaint attached",
        AUTOMATIC,
        mail(
            body=multipart("=-mixed", (TEXT, "See what I got.\n"), ("message/rfc822", _COMPLAINT)),
            Content_Type='multipart/mixed; boundary="=-mixed"',
        ),
    ),
    Sample("person: in HTML", MAIL, mail(body="<p>Hi</p>\n", Content_Type="text/html"), known=False),
    # Junk
    Sample("junk: nothing", MAIL, b"", known=False),
    Sample("junk: one line", MAIL, b"hello\r\n", known=False),
    Sample("junk: no headers", MAIL, b"\r\n\r\nhello\r\n", known=False),
    Sample("junk: zero bytes", MAIL, b"Subject: a\0b\r\n\0\0\r\n\r\n\0\0\0", known=False),
    Sample(
        "junk: a charset nobody has",
        MAIL,
        mail("=?x-martian?B?SGVsbG8=?=", Content_Type="text/plain; charset=x-martian"),
        known=False,
    ),
    Sample("junk: raw bytes in headers", MAIL, mail().replace(b"Ana", b"\xff\xfe\x80"), known=False),
    Sample(
        "junk: base64 that is none",
        MAIL,
        mail("=?utf-8?B?!!!?= =?utf-8?B?a?=", Content_Transfer_Encoding="base64"),
        known=False,
    ),
    Sample("junk: a multipart without a boundary", MAIL, mail(Content_Type="multipart/mixed"), known=False),
    Sample("junk: a thousand headers", MAIL, b"X-A: b\r\n" * 1000 + mail(), known=False),
    Sample("junk: a subject without end", MAIL, mail("x" * 500_000), known=False),
)
