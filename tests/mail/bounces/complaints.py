"""Complaints in the abuse reporting format (RFC 5965), and what looks like one."""

from tests.mail.bounces.sample import (
    AUTOMATIC,
    COMPLAINT,
    ORIGINAL,
    RETURN_PATH,
    TOKEN,
    Sample,
    holding,
    message,
    multipart,
    original,
)

FEEDBACK = 'multipart/report; report-type=feedback-report; boundary="=-arf"'


def arf(kind: str, returned: str | None = None, *, form: str = "message/rfc822", **fields: str) -> bytes:
    """Build a report of a kind about a digest of ours."""
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())
    parts = [
        ("text/plain", "This is an email abuse report for an email message received from you.\n"),
        ("message/feedback-report", f"Feedback-Type: {kind}\nUser-Agent: Loop/1.0\nVersion: 1\n{more}"),
    ]
    parts += [(form, original() if returned is None else returned)] if returned != "" else []
    return message(
        multipart("=-arf", *parts),
        Content_Type=FEEDBACK,
        From="Feedback Loop <fbl@provider.example>",
        Return_Path="<fbl@provider.example>",
        Subject="complaint about message from 192.0.2.1",
    )


COMPLAINTS = (
    Sample("arf: abuse", COMPLAINT, arf("abuse")),
    Sample("arf: abuse, in capitals with a comment", COMPLAINT, arf("ABUSE (spam button)")),
    Sample("arf: fraud", COMPLAINT, arf("fraud")),
    Sample("arf: wants no more", COMPLAINT, arf("opt-out")),
    Sample("arf: headers only", COMPLAINT, arf("abuse", form="text/rfc822-headers")),
    Sample(
        "arf: without a Message-ID, by the unsubscribe link",
        COMPLAINT,
        arf("abuse", original(None)),
    ),
    Sample(
        "arf: without a Message-ID, by the mail that unsubscribes",
        COMPLAINT,
        arf(
            "abuse",
            original(
                None,
                List_Unsubscribe=f"<mailto:digest@example.org?subject=Unsubscribe%20%5Bpr:u:{TOKEN}%5D>",
            ),
        ),
    ),
    Sample(
        "arf: nothing comes back, by the envelope sender",
        COMPLAINT,
        arf("abuse", "", Original_Mail_From=f"<{RETURN_PATH}>"),
    ),
    Sample(
        "arf: about somebody else's mail",
        COMPLAINT,
        arf("abuse", "Message-ID: <other@example.com>\nSubject: x\n"),
        known=False,
    ),
    Sample(
        "arf: about a mail that holds a digest of ours",
        COMPLAINT,
        arf("abuse", holding(), In_Reply_To=ORIGINAL),
        known=False,
    ),
    Sample("arf: not spam after all (RFC 6430)", AUTOMATIC, arf("not-spam")),
    Sample("arf: a failure of authentication (RFC 6591)", AUTOMATIC, arf("auth-failure")),
    Sample("arf: of an unknown type", AUTOMATIC, arf("weather")),
    Sample(
        "a report of DMARC in bulk",
        AUTOMATIC,
        message(
            "UEsDBBQ=\n",
            Content_Type="application/zip",
            From="noreply-dmarc@provider.example",
            Return_Path="<noreply-dmarc@provider.example>",
            Subject="Report domain: example.org Submitter: provider.example",
            Auto_Submitted="auto-generated",
        ),
        known=False,
    ),
)
