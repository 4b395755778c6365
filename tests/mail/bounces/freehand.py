"""Bounces in no format: plain words of servers that were never taught one."""

from tests.mail.bounces.sample import (
    AUTOMATIC,
    DELAYED,
    HARD,
    MAIL,
    READER,
    RETURN_PATH,
    SOFT,
    Sample,
    message,
    original,
)

TEXT = "text/plain; charset=us-ascii"


def words(body: str, **headers: str | None) -> bytes:
    """Build a report of plain words with the original quoted below."""
    return message(f"{body}\n\n{original()}\nHello Ana\n", **{"Content_Type": TEXT, **headers})


_QMAIL = f"""Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{READER}>:
{{reason}}

--- Below this line is a copy of the message.
"""
_EXIM = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {READER}
    {{reason}}

------ This is a copy of the message, including all the headers. ------
"""
_POSTFIX = f"""This is the mail system at host mx.example.net.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<{READER}>: {{reason}}
"""

FREEHAND = (
    Sample(
        "qmail: no mailbox",
        HARD,
        words(
            _QMAIL.format(reason="Sorry, no mailbox here by that name. (#5.1.1)"),
            Subject="failure notice",
            From="MAILER-DAEMON@mx.example.net",
        ),
    ),
    Sample(
        "qmail: full",
        SOFT,
        words(_QMAIL.format(reason="552 5.2.2 mailbox is full"), Subject="failure notice"),
    ),
    Sample(
        "exim: unrouteable, by its own header",
        HARD,
        words(
            _EXIM.format(reason="550 5.1.1 unknown user"),
            Subject="Mail delivery failed: returning message to sender",
            X_Failed_Recipients=READER,
            Auto_Submitted="auto-replied",
        ),
    ),
    Sample(
        "exim: still trying",
        DELAYED,
        words(
            f"""This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.net.

The address to which the message has not yet been delivered is:

  {READER}

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals if the message
remains undelivered.
""",
            Subject="Warning: message 1abc delayed 24 hours",
        ),
    ),
    Sample(
        "postfix: words without fields",
        HARD,
        words(_POSTFIX.format(reason="host mx.example.net said: 550 5.1.1 User unknown")),
    ),
    Sample(
        "postfix: a policy, in words",
        SOFT,
        words(_POSTFIX.format(reason="host mx.example.net said: 554 5.7.1 Rejected by policy")),
    ),
    Sample(
        "sendmail of old: a transcript",
        HARD,
        words(
            f"""   ----- The following addresses had permanent fatal errors -----
<{READER}>

   ----- Transcript of session follows -----
... while talking to mx.example.net:
>>> RCPT To:<{READER}>
<<< 550 5.1.1 <{READER}>... User unknown
550 5.1.1 <{READER}>... User unknown
""",
            Subject="Returned mail: see transcript for details",
            From="Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
        ),
    ),
    Sample(
        "a postmaster's own words, with a code",
        HARD,
        words(
            "Your message did not reach its reader. The server said: 550 5.1.1 no such user.",
            From="postmaster@mx.example.net",
            Return_Path="<postmaster@mx.example.net>",
        ),
    ),
    Sample(
        "postfix: words about somebody else's mail, which quotes a digest of ours",
        HARD,
        message(
            _POSTFIX.format(reason="host mx.example.net said: 550 User unknown")
            + f"\nMessage-ID: <forward@example.com>\nSubject: Fwd: papers\n\n{original()}",
            Content_Type=TEXT,
        ),
        known=False,
    ),
    Sample(
        "words with nothing of ours in them, by the tag",
        HARD,
        message("550 5.1.1 user unknown\n", Content_Type=TEXT, To=RETURN_PATH),
    ),
    Sample(
        "words with nothing of ours in them",
        HARD,
        message("550 5.1.1 user unknown\n", Content_Type=TEXT),
        known=False,
    ),
    Sample(
        "a postmaster who only greets",
        AUTOMATIC,
        message("Welcome to your new mailbox.\n", Content_Type=TEXT, From="postmaster@example.org"),
        known=False,
    ),
    Sample(
        "a friend who forwards a bounce as text",
        MAIL,
        words(
            _POSTFIX.format(reason="550 5.1.1 User unknown"),
            From="Bob <bob@example.com>",
            Return_Path="<bob@example.com>",
            Subject="Fwd: Undelivered Mail Returned to Sender",
        ),
    ),
)
