"""Delivery status notifications (RFC 3464)."""

from tests.mail.bounces.sample import (
    AUTOMATIC,
    DELAYED,
    HARD,
    ORIGINAL,
    READER,
    RETURN_PATH,
    SOFT,
    Sample,
    holding,
    message,
    multipart,
    original,
)

BOUNDARY = "=-report"
REPORT = f'multipart/report; report-type=delivery-status; boundary="{BOUNDARY}"'


def block(action: str, status: str, diagnostic: str, reader: str = READER) -> str:
    """Return the fields about one recipient; empty ones are left out."""
    fields = {
        "Final-Recipient": f"rfc822; {reader}",
        "Action": action,
        "Status": status,
        "Remote-MTA": "dns; mx.example.net",
        "Diagnostic-Code": diagnostic,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)


def dsn(*blocks: str, returned: str | None = None, kind: str = "message/rfc822", **headers: str) -> bytes:
    """Build a report: words, fields, what is returned."""
    parts = [
        ("text/plain; charset=us-ascii", "I'm sorry to have to inform you that your message was not sent.\n"),
        ("message/delivery-status", "Reporting-MTA: dns; mx.example.net\n\n" + "\n".join(blocks)),
    ]
    back = original() + "\nHello Ana\n" if returned is None else returned
    if back:
        parts.append((kind, back))
    return message(multipart(BOUNDARY, *parts), Content_Type=REPORT, **headers)


def failed(status: str, diagnostic: str = "", action: str = "failed") -> bytes:
    """Build the plainest report of one failure."""
    return dsn(block(action, status, diagnostic))


_CODES = (
    (
        "no such user",
        HARD,
        "5.1.1",
        "smtp; 550 5.1.1 <ana@example.net>: Recipient address rejected: User unknown",
    ),
    ("no such domain", HARD, "5.1.2", "smtp; 550 5.1.2 bad destination host"),
    ("address without sense", HARD, "5.1.3", "smtp; 501 5.1.3 bad recipient address syntax"),
    ("moved away", HARD, "5.1.6", "smtp; 551 5.1.6 has moved and left no address"),
    ("the domain takes no mail", HARD, "5.1.10", "smtp; 556 5.1.10 recipient address has null MX"),
    ("switched off", HARD, "5.2.1", "smtp; 550 5.2.1 the account is inactive"),
    ("denied at the edge", HARD, "5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied"),
    ("no host", HARD, "5.4.4", "X-Postfix; Host or domain name not found"),
    ("full", SOFT, "5.2.2", "smtp; 552 5.2.2 The mailbox is over quota"),
    ("full, as temporary", SOFT, "4.2.2", "smtp; 452 4.2.2 mailbox full"),
    ("too large", SOFT, "5.3.4", "smtp; 552 5.3.4 Message size exceeds fixed limit"),
    ("loop", SOFT, "5.4.6", "smtp; 554 5.4.6 Too many hops"),
    ("time is up", SOFT, "4.4.7", "smtp; 450 4.4.7 delivery time expired"),
    ("nobody answers, given up", SOFT, "4.4.1", "X-Postfix; connect to mx.example.net: Connection timed out"),
    ("called spam", SOFT, "5.7.1", "smtp; 550 5.7.1 message content rejected as spam"),
    ("blocked", SOFT, "5.7.1", "smtp; 554 5.7.1 Service unavailable; client host blocked using a list"),
    (
        "dmarc",
        SOFT,
        "5.7.26",
        "smtp; 550 5.7.26 unauthenticated mail is not accepted due to the DMARC policy",
    ),
    ("our own address", SOFT, "5.1.8", "smtp; 553 5.1.8 sender address does not exist"),
    ("our manners", SOFT, "5.5.2", "smtp; 500 5.5.2 syntax error"),
    ("our words", SOFT, "5.6.0", "smtp; 554 5.6.0 message has a bare newline"),
    ("a broken disk", SOFT, "5.3.0", "smtp; 554 5.3.0 could not store the message"),
)

STATUS = (
    *(Sample(f"dsn: {name}", label, failed(status, words)) for name, label, status, words in _CODES),
    # How they say it
    Sample("dsn: vague status, plain words", HARD, failed("5.0.0", "smtp; 550 5.1.1 no such user here")),
    Sample("dsn: vague status, words alone", HARD, failed("5.0.0", "smtp; 550 User unknown")),
    Sample("dsn: vague status, nobody knows", SOFT, failed("5.0.0", "smtp; 550 Requested action not taken")),
    Sample("dsn: no diagnostic", HARD, failed("5.1.1")),
    Sample("dsn: no status", HARD, failed("", "smtp; 550 5.1.1 unknown user")),
    Sample("dsn: action error", HARD, failed("5.1.1", "", action="error")),
    Sample("dsn: action with a comment", HARD, failed("5.1.1", "", action="failed (giving up)")),
    Sample("dsn: status with a comment", HARD, failed("5.1.1 (bad destination mailbox address)")),
    Sample("dsn: no action, only a status", HARD, failed("5.1.1", "smtp; 550 5.1.1 unknown", action="")),
    Sample(
        "dsn: folded words",
        HARD,
        failed("5.1.1", "smtp; 550-5.1.1 The account you tried\n to reach\n\tis gone"),
    ),
    Sample("dsn: capital letters", HARD, failed("5.1.1", "SMTP; 550 5.1.1 USER UNKNOWN", action="FAILED")),
    # Not final, or no failure
    Sample("dsn: delayed", DELAYED, failed("4.4.1", "smtp; connection timed out", action="delayed")),
    Sample("dsn: delayed, full", DELAYED, failed("4.2.2", "smtp; 452 4.2.2 over quota", action="delayed")),
    Sample("dsn: delivered", AUTOMATIC, failed("2.0.0", "smtp; 250 2.0.0 ok", action="delivered")),
    Sample("dsn: relayed", AUTOMATIC, failed("2.0.0", "", action="relayed")),
    Sample("dsn: expanded", AUTOMATIC, failed("2.0.0", "", action="expanded")),
    # What they return
    Sample(
        "dsn: only headers come back",
        HARD,
        dsn(block("failed", "5.1.1", ""), returned=original(), kind="text/rfc822-headers"),
    ),
    Sample(
        "dsn: nothing comes back, a tagged address tells",
        HARD,
        dsn(block("failed", "5.1.1", ""), returned="", To=RETURN_PATH),
    ),
    Sample(
        "dsn: a tag in Delivered-To, in capitals",
        HARD,
        dsn(block("failed", "5.1.1", ""), returned="", Delivered_To=RETURN_PATH.upper()),
    ),
    Sample(
        "dsn: nothing tells whose",
        HARD,
        dsn(block("failed", "5.1.1", ""), returned=""),
        known=False,
    ),
    Sample(
        "dsn: the original by In-Reply-To alone",
        HARD,
        dsn(block("failed", "5.1.1", ""), returned="", In_Reply_To=ORIGINAL),
        known=False,
    ),
    Sample(
        "dsn: the original by References alone",
        HARD,
        dsn(block("failed", "5.1.1", ""), returned="", References=f"<a@example.com> {ORIGINAL}"),
        known=False,
    ),
    Sample(
        "dsn: somebody else's mail",
        HARD,
        dsn(block("failed", "5.1.1", ""), returned=original("<other@example.com>")),
        known=False,
    ),
    Sample(
        "dsn: somebody else's mail, which holds a digest of ours and answers it",
        HARD,
        dsn(block("failed", "5.1.1", ""), returned=holding(), In_Reply_To=ORIGINAL, References=ORIGINAL),
        known=False,
    ),
    Sample(
        "dsn: two messages come back, the second is ours",
        HARD,
        dsn(
            block("failed", "5.1.1", ""),
            returned=f"{holding()}\n--{BOUNDARY}\nContent-Type: message/rfc822\n\n{original()}",
        ),
        known=False,
    ),
    Sample(
        "dsn: with a footer that a gateway has put below",
        HARD,
        message(
            multipart(
                "=-outer",
                (
                    REPORT,
                    multipart(
                        BOUNDARY,
                        ("message/delivery-status", block("failed", "5.1.1", "")),
                        ("message/rfc822", original()),
                    ),
                ),
                ("text/plain", "Checked.\n"),
            ),
            Content_Type='multipart/mixed; boundary="=-outer"',
        ),
    ),
    Sample(
        "dsn: several readers, one of them ours",
        HARD,
        dsn(
            block("failed", "5.1.1", "smtp; 550 5.1.1 unknown"),
            block("delivered", "2.0.0", "", "bob@example.net"),
        ),
    ),
    Sample(
        "dsn: relayed first, failed behind it",
        HARD,
        dsn(block("relayed", "2.0.0", "", "bob@example.net"), block("failed", "5.1.1", "smtp; 550 gone")),
    ),
    Sample(
        "dsn: internationalised (RFC 6533)",
        HARD,
        message(
            multipart(
                BOUNDARY,
                ("text/plain; charset=utf-8", "nicht zustellbar: größe\n"),
                (
                    "message/global-delivery-status",
                    "Reporting-MTA: dns; x\n\nFinal-Recipient: utf-8; ö@x\nAction: failed\nStatus: 5.1.1\n",
                ),
                ("message/global-headers", original()),
            ),
            Content_Type='multipart/report; report-type=global-delivery-status; boundary="=-report"',
        ),
    ),
    Sample(
        "dsn: with the marks of an automatic answer",
        HARD,
        dsn(block("failed", "5.1.1", ""), Auto_Submitted="auto-replied", Precedence="bulk"),
    ),
    Sample(
        "dsn: its subject holds a token of ours",
        HARD,
        dsn(block("failed", "5.1.1", ""), Subject="Undeliverable: Useful [pr:v:abc]"),
    ),
    Sample(
        "dsn: from an exchange server with a long name",
        HARD,
        dsn(
            block("failed", "5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found"),
            From="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.net>",
            Subject="Undeliverable: 3 papers: Editing facts in place",
            Auto_Submitted="auto-replied",
        ),
    ),
    Sample(
        "dsn: with a return path that is not empty",
        HARD,
        dsn(block("failed", "5.1.1", ""), Return_Path="<bounces@mx.example.net>", From="robot@example.net"),
    ),
    Sample(
        "dsn: cut off in the returned message",
        HARD,
        dsn(block("failed", "5.1.1", ""))[:-60],
    ),
    Sample(
        "dsn: no closing boundary, bare line feeds",
        HARD,
        dsn(block("failed", "5.1.1", "")).replace(b"--=-report--\r\n", b"").replace(b"\r\n", b"\n"),
    ),
)
