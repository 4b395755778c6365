"""Papers and names made to break a message: whatever they say, the bytes that go out are a digest.

Real composing, rendering, building and the wire guard; the receiver in `reception` is the oracle.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from recommender.digest.compose import Material
from recommender.digest.links import DigestLinks
from recommender.digest.message import ONE_CLICK
from recommender.digest.render import Renderer
from recommender.domain.errors import MailRejected
from recommender.domain.theme import Theme
from recommender.mail.guard import DIGEST_HEADERS, check_wire
from recommender.services.rendering import EditionRenderer, Identity, Parts
from tests.digest.samples import MAILBOX, links, look, mail_links, material, reader
from tests.faults.reception import Receiver
from tests.faults.scale import Figures, scaled, seed
from tests.faults.strangers import count, materials
from tests.paths import REPOSITORY

SENDER = Identity(sender=f"Paper Route <{MAILBOX}>", address=MAILBOX, domain="example.org")
RECEIVERS = {by_mail: Receiver(links=links(), by_mail=by_mail) for by_mail in (False, True)}
GUARDED = {False: DIGEST_HEADERS, True: DIGEST_HEADERS - {ONE_CLICK}}

HONEST = material(subscriber=reader(email="ana@example.org"))


def _writer(*, by_mail: bool) -> EditionRenderer:
    ways: DigestLinks = mail_links() if by_mail else links()
    theme = Theme(logo="<b>&\"' {{ 7 * 7 }} </td>", footer="</table><script>alert(1)</script>")
    renderer = Renderer([REPOSITORY / "templates"], MAILBOX, theme)
    return EditionRenderer(replace(look(), renderer=renderer, theme=theme), ways, SENDER)


WRITERS = {by_mail: _writer(by_mail=by_mail) for by_mail in (False, True)}


def written(hostile: Material, *, by_mail: bool) -> Parts:
    """Write a message as it would be sent."""
    return WRITERS[by_mail].write(hostile, "<hostile@example.org>")


def test_no_stranger_writes_our_mail(figures: Figures) -> None:
    """Headers, parts, tags, attributes and links are those of a digest, whatever papers and names say."""

    @seeded(seed())
    @settings(
        max_examples=scaled(tiny=200, quick=2_000, full=20_000),
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(materials(), st.booleans())
    def attempt(hostile: Material, by_mail: bool) -> None:  # noqa: FBT001 hypothesis fills it
        figures.most(violations=1)
        parts = written(hostile, by_mail=by_mail)
        check_wire(parts.message, parts.envelope, MAILBOX, headers=GUARDED[by_mail])
        taken = RECEIVERS[by_mail].take(parts.message)
        assert taken.papers == count(hostile.edition)
        figures.add(messages=1, by_mail=by_mail, papers=taken.papers, links=taken.own + taken.foreign)

    attempt()
    figures.counts["violations"] = 0


@pytest.mark.parametrize("by_mail", [False, True])
def test_the_receiver_takes_an_honest_digest(by_mail: bool) -> None:  # noqa: FBT001 pytest fills it
    """The sample edition is in order, with all its links."""
    parts = written(HONEST, by_mail=by_mail)
    check_wire(parts.message, parts.envelope, MAILBOX, headers=GUARDED[by_mail])
    taken = RECEIVERS[by_mail].take(parts.message)
    assert (taken.papers, taken.foreign) == (4, 4)
    assert taken.own == 12 + (2 if by_mail else 7)


def _lines(message: bytes, change: Callable[[str], str]) -> bytes:
    return change(message.decode()).encode()


CRLF = "\r\n"
TAMPERED: dict[str, Callable[[str], str]] = {
    "a header more": lambda raw: raw.replace("\r\nDate:", "\r\nBcc: spy@evil.example\r\nDate:", 1),
    "a header twice": lambda raw: raw.replace("\r\nDate:", "\r\nDate: x\r\nDate:", 1),
    "another recipient": lambda raw: raw.replace("<ana@", "<eve@evil.example>, <ana@", 1),
    "another sender": lambda raw: raw.replace("From: Paper Route <digest@", "From: Paper Route <other@", 1),
    "a bare line feed": lambda raw: raw.replace("\r\nSubject: ", "\r\nSubject: x\n", 1),
    "no end": lambda raw: raw[:-2],
    "a line too long": lambda raw: raw.replace("=\r\n", "", 5),
    "a part more": lambda raw: (
        f"{raw.removesuffix('--' + CRLF)}{CRLF}Content-Type: text/html{CRLF * 2}x{CRLF}"
    ),
    "a tag of another kind": lambda raw: raw.replace("<h1", "<img src=3D'x'><h1", 1),
    "a tag that never ends": lambda raw: raw.replace("<h1", "<p id=3D1><h1", 1),
    "a link to a stranger": lambda raw: raw.replace(
        "https://arxiv.org/abs/2601.00003", "https://evil.example/", 1
    ),
    "a way out to a stranger": lambda raw: raw.replace(
        "List-Help: <", "List-Help: <https://evil.example/?", 1
    ),
}


@pytest.mark.parametrize("by_mail", [False, True])
@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_the_receiver_finds_what_is_wrong(change: Callable[[str], str], by_mail: bool) -> None:  # noqa: FBT001 pytest fills it
    """Each kind of damage is noticed, so that finding none says something."""
    message = written(HONEST, by_mail=by_mail).message
    damaged = _lines(message, change)
    assert damaged != message
    with pytest.raises((AssertionError, ValueError, IndexError)):
        RECEIVERS[by_mail].take(damaged)


@pytest.mark.parametrize("by_mail", [False, True])
def test_the_guard_wants_one_click_where_there_is_a_page_and_only_there(by_mail: bool) -> None:  # noqa: FBT001 see above
    """Each kind of digest is refused by the guard of the other."""
    parts = written(HONEST, by_mail=by_mail)
    with pytest.raises(MailRejected, match=ONE_CLICK):
        check_wire(parts.message, parts.envelope, MAILBOX, headers=GUARDED[not by_mail])
