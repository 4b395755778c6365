"""What relays have been known to say, and some things they have not: one reply script a row.

Each script is said once, to the first message or the first connection; afterwards the relay is good.
"""

from dataclasses import dataclass

from recommender.domain.editions import DeliveryState
from tests.faults.raw import Say

SENT, DEFERRED, FAILED = DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED
HELD, READY = DeliveryState.HELD, DeliveryState.READY

_LONG = b"x" * 10_000
_ENDLESS = b"x" * 200_000
_DOT = "dot"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyCase:
    """A script and how the first row stands after it.

    `words` is a pattern for the start of the row's reply or, for a relay that then rests, of the
    report's. A row that is `ready` was not touched at all.
    """

    name: str
    says: dict[str, Say]
    state: DeliveryState
    words: str
    rests: bool = False
    starttls: bool = False


def _case(phase: str, said: bytes, state: DeliveryState, words: str, **more: bool) -> ReplyCase:
    hang_up = more.pop("hang_up", False)
    takes = True if more.pop("takes", False) else None
    say = Say(said, hang_up=hang_up, takes=takes)
    shown = said[:40].decode("latin-1").encode("unicode_escape").decode()
    name = f"{phase}: {shown}{' and hangs up' if hang_up else ''}{' (taken)' if takes else ''}"
    return ReplyCase(name=name, says={phase: say}, state=state, words=words, **more)


def _refusals() -> list[ReplyCase]:
    """List every common refusal at every phase of a message."""
    later = (b"450 4.2.1 mailbox busy", b"451 4.3.0 local error", b"452 4.2.2 full")
    never = (
        b"550 5.1.1 unknown",
        b"551 not local",
        b"552 too much",
        b"553 bad name",
        b"554 no",
        b"555 no such",
    )
    refused = [
        _case(phase, words + b"\r\n", state, words[:3].decode() + " ")
        for phase in ("RCPT", "DATA", _DOT)
        for state, replies in ((DEFERRED, later), (FAILED, never))
        for words in replies
    ]
    refused += [_case("MAIL", words + b"\r\n", DEFERRED, words[:3].decode() + " ") for words in later]
    # At MAIL nobody is named but ourselves: only a size is about this message.
    return refused + [
        _case("MAIL", words + b"\r\n", FAILED, "552 ")
        if words.startswith(b"552")
        else _case("MAIL", words + b"\r\n", DEFERRED, f"the sender is refused: {words.decode()}", rests=True)
        for words in never
    ]


def _verdicts() -> list[ReplyCase]:
    """List forms of a 250 after the dot that are one."""
    taken = {
        b"250 2.0.0 Ok: queued as 4XYZ\r\n": "250 2.0.0 Ok: queued as 4XYZ$",
        b"250-queued\r\n250 for good\r\n": "250 queued for good$",
        b"250\r\n": "250 $",
        b"250 a bare end\n": "250 a bare end$",
        b"251 forwarded\r\n": "251 ",
        b"252 will try\r\n": "252 ",
        b"250 5.7.1 rejected, says the text\r\n": "250 5.7.1",
        b"250 \x00 and \xff\xfe and \x1b[31m\r\n": "250 \ufffd and ",
        b"250 " + _LONG + b"\r\n": "250 x{396}$",
        b"250 queued\r\n250 queued again\r\n": "250 queued$",
        b"250 ok for <ana@example.org>\r\n": "250 ok for <\\(address\\)>$",
    }
    known = [_case(_DOT, said, SENT, words) for said, words in taken.items()]
    return [*known, _case(_DOT, b"250 and gone\r\n", SENT, "250 and gone$", hang_up=True)]


def _no_verdicts() -> list[ReplyCase]:
    """List what is no answer to a message, although some of it looks like one."""
    odd = (b"abc", b"", b"2x0 ok", b"999 ok", b"0", b"-250 ok", b"+25 ok", b"2_5 ok", b" 250 ok", b"250ok")
    more = (
        b"2500 ok",
        b"250\tok",
        b"\xef\xbb\xbf250 ok",
        b"100 wait",
        b"\x00250 ok",
        b"250 ok\r250 ok\x00\r",
    )
    other = (b"354 go on", b"334 VXNlcm5hbWU6", b"220 ready", b"221 bye", b"235 welcome", b"200 fine")
    malformed = [
        _case(_DOT, said + b"\r\n", HELD, "in doubt: no usable answer after the message: ")
        for said in (*odd, *more[:-1], *other)
    ]
    lost = "in doubt: no answer after the message: "
    differ = f"{'in doubt: no usable answer after the message: '}malformed reply: codes that differ"
    return [
        *malformed,
        _case(_DOT, b"250-one\r\n550 two\r\n", HELD, differ),
        _case(_DOT, b"550-one\r\n250 two\r\n", HELD, differ),
        _case(_DOT, b"250-one\r\n", HELD, lost, hang_up=True, takes=True),
        _case(_DOT, b"250 half a li", HELD, lost + ".*half line", hang_up=True, takes=True),
        _case(_DOT, b"250", HELD, lost, hang_up=True, takes=True),
        _case(_DOT, b"25", HELD, lost, hang_up=True),
        _case(_DOT, b"", HELD, lost, hang_up=True),
        _case(_DOT, b"250 " + _ENDLESS + b"\r\n", HELD, lost + "a reply longer than", takes=True),
        _case(_DOT, b"250-more\r\n" * 10_000, HELD, lost + "a reply longer than", takes=True),
    ]


def _before_the_dot() -> list[ReplyCase]:
    """List what is no answer to a command: the row waits, nothing of the body was spoken."""
    malformed = [
        _case(phase, said + b"\r\n", DEFERRED, "malformed reply: ")
        for phase in ("MAIL", "RCPT", "DATA")
        for said in (b"abc", b"", b"999 what", b"2x0 ok")
    ]
    odd = [
        _case("MAIL", b"235 welcome\r\n", DEFERRED, "235 "),
        _case("MAIL", b"503 hello first\r\n", DEFERRED, "503 "),
        _case("RCPT", b"220 ready\r\n", DEFERRED, "220 "),
        _case("RCPT", b"334 junk\r\n", DEFERRED, "334 "),
        _case("DATA", b"250 ok\r\n", DEFERRED, "250 ok"),
        _case("DATA", b"334 junk\r\n", DEFERRED, "334 "),
        _case("RCPT", b"251 forwarded\r\n", SENT, "250 "),
        _case("RCPT", b"252 will try\r\n", SENT, "250 "),
        _case("RCPT", b"250-two\r\n250 lines\r\n", SENT, "250 "),
        _case("RCPT", b"250-one\r\n550 two\r\n", DEFERRED, "malformed reply: codes that differ"),
        _case("RCPT", b"250-one\r\n", DEFERRED, "no answer to RCPT: ", hang_up=True),
        _case("MAIL", b"250 ok\r\n", DEFERRED, "no answer to RCPT: ", hang_up=True),
        _case("MAIL", b"250 ok", DEFERRED, "no answer to MAIL: .*half line", hang_up=True),
        _case("RCPT", b"250 " + _ENDLESS, DEFERRED, "no answer to RCPT: a reply longer than"),
        _case("RCPT", b"550 " + _LONG + b"\r\n", FAILED, "550 x{396}$"),
        _case("RCPT", b"550 <ana@example.org>: unknown\r\n", FAILED, "550 <\\(address\\)>: unknown$"),
        _case("RCPT", b"550 a\x00b\x1b[2J\r\n", FAILED, "550 a\ufffdb\ufffd"),
    ]
    return malformed + odd


def _out_of_turn() -> list[ReplyCase]:
    """Answer one command twice: the second is never the answer to the next, least of all to the message."""
    unasked = "250 (said without being asked|ok$)"
    return [
        _case("DATA", b"354 go on\r\n250 queued as LIE\r\n", DEFERRED, "not sent: it spoke before"),
        _case("DATA", b"354 go on\r\n550 no\r\n", DEFERRED, "not sent: it spoke before"),
        _case("MAIL", b"250 ok\r\n250 ok\r\n", DEFERRED, unasked),
        _case(
            "RCPT", b"250 ok\r\n354 go on\r\n", DEFERRED, "354 said without being asked|not sent: it spoke"
        ),
        _case("RCPT", b"250 ok\r\n250 ok\r\n250 ok\r\n", DEFERRED, unasked),
        _case("RCPT", b"550 no\r\n250 ok\r\n", FAILED, "550 no$"),
        _case("MAIL", b"250 ok\r\n421 closing\r\n", DEFERRED, "421 ", rests=True),
        _case("greeting", b"220 ready\r\n220 ready\r\n", READY, "relay .* 220 said", rests=True),
        _case("EHLO", b"250 relay\r\n250 ok\r\n", DEFERRED, unasked),
    ]


def _doors() -> list[ReplyCase]:
    """List what keeps the whole queue out, and the old relay that does not."""
    shut = "relay 127.0.0.1:[0-9]+ cannot be used: "
    closed: dict[bytes, str] = {
        b"250 hello\r\n": "250 hello",
        b"554 nobody\r\n": "554 nobody",
        b"521 no mail here\r\n": "521 no mail",
        b"450 later\r\n": "450 later",
        b"abc\r\n": "malformed reply: abc",
        b"\r\n": "malformed reply",
    }
    helo = Say(b"502 what\r\n")
    return [
        *(_case("greeting", said, READY, shut + words, rests=True) for said, words in closed.items()),
        _case("greeting", b"", READY, shut, rests=True, hang_up=True),
        _case("greeting", b"220 half", READY, shut + ".*half line", rests=True, hang_up=True),
        _case("EHLO", b"502 what\r\n", SENT, "250 "),
        _case("EHLO", b"abc\r\n", SENT, "250 "),
        _case("EHLO", b"", READY, shut, rests=True, hang_up=True),
        _case("EHLO", b"250 relay\r\n", READY, shut + "STARTTLS", rests=True, starttls=True),
        _case("STAR", b"454 not now\r\n", READY, shut + "454", rests=True, starttls=True),
        ReplyCase(
            name="neither EHLO nor HELO",
            says={"EHLO": helo, "HELO": helo},
            state=READY,
            words=shut + "502",
            rests=True,
        ),
        _case("MAIL", b"530 log in first\r\n", DEFERRED, "530 ", rests=True),
    ]


CASES = (
    *_refusals(),
    *_verdicts(),
    *_no_verdicts(),
    *_before_the_dot(),
    *_out_of_turn(),
    *_doors(),
)
