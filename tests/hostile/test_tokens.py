"""Tokens that were not made here, for this, for them, are never accepted; and no answer says why."""

import base64
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from recommender.digest.links import CODES, LinkClaim, Links
from recommender.domain.errors import LinkError, LinkInvalid
from tests.builders import NOON
from tests.faults.scale import amount, chance, scaled
from tests.hostile.whole import Whole
from tests.services.clerk import KEYS
from tests.stores import dump

TOKENS = 50
ALPHABET = string.ascii_letters + string.digits + "-_"
ROTATED = ("newest-key-of-sufficient-length-0001", "middle-key-of-sufficient-length-0002", *KEYS)


@pytest.fixture
def whole(tmp_path: Path) -> Whole:
    """Return a site with everything on."""
    return Whole(tmp_path)


def some(whole: Whole, count: int = TOKENS) -> list[LinkClaim]:
    """Return genuine claims of all purposes, drawn by chance, each purpose in turn."""
    dice = chance("claims")
    claims = sorted(whole.claims(), key=repr)
    dice.shuffle(claims)
    seen: dict[str, int] = {}
    turns = []
    for claim in claims:
        seen[claim.purpose] = seen.get(claim.purpose, 0) + 1
        turns.append((seen[claim.purpose], claim.purpose, claim))
    chosen = [claim for _, _, claim in sorted(turns, key=lambda turn: turn[:2])][:count]
    assert len(chosen) == count
    assert {claim.purpose for claim in chosen} == CODES.keys()
    return chosen


def flips(token: str) -> Iterator[str]:
    """Yield the token with each single bit of its text flipped, and of what its text stands for."""
    raw = token.encode()
    for place in range(len(raw)):
        for bit in range(8):
            bent = bytearray(raw)
            bent[place] ^= 1 << bit
            yield bent.decode("latin-1")
    for part, text in enumerate(token.split(".")):
        told = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        for place in range(len(told) * 8):
            turned = bytearray(told)
            turned[place // 8] ^= 1 << (place % 8)
            parts = token.split(".")
            parts[part] = base64.urlsafe_b64encode(turned).decode().rstrip("=")
            yield ".".join(parts)


def made_up(dice: random.Random, genuine: str) -> str:
    """Return a token of chance: of any letters, or formed as ours are, or with half of a genuine one."""
    payload, _, tag = genuine.partition(".")
    kind = dice.randrange(4)
    if kind == 0:
        return "".join(chr(dice.randrange(1, 0x250)) for _ in range(dice.randrange(120)))
    own = "".join(dice.choices(ALPHABET, k=dice.choice((len(payload), dice.randrange(8, 200)))))
    return f"{own if kind != 2 else payload}.{''.join(dice.choices(ALPHABET, k=32)) if kind != 3 else tag}"


def respelt(token: str) -> Iterator[str]:
    """Yield other spellings of a token: cut, longer, quoted, of another case, padded, of another alphabet."""
    payload, _, tag = token.partition(".")
    yield from (token[:cut] for cut in range(len(token)))
    yield from (token[cut:] for cut in range(1, len(token)))
    yield from (f"{token}{end}" for end in ("=", "==", "A", ".", "\n", "\0", " ", "%00", "%0a", ".json", "/"))
    yield from (f"{start}{token}" for start in ("=", "A", ".", "\n", " ", "\ufeff", "%20"))
    yield from (f"{payload}={dot}{tag}" for dot in (".", "=.", "..", "%2E", "\uff0e"))
    yield from (token.upper(), token.lower(), token.swapcase(), token[::-1], f"{tag}.{payload}")
    yield from (quote(token.replace(".", "%2E")), "".join(f"%{ord(letter):02x}" for letter in token))
    yield token.replace("-", "+").replace("_", "/") + "+"
    yield base64.b64encode(token.encode()).decode()
    wide = {ord(letter): ord(letter) + 0xFEE0 for letter in string.ascii_letters + string.digits}
    yield token.translate(wide)


def accepted(links: Links, purpose: str, tokens: Iterator[str]) -> list[str]:
    """Return the tokens that are taken for this purpose; there should be none."""
    found = []
    for token in tokens:
        try:
            links.genuine(purpose, token)
        except LinkInvalid:
            continue
        found.append(token)
    return found


def test_no_flipped_bit_is_accepted(whole: Whole) -> None:
    """Of fifty tokens of all purposes, in their text and in what it stands for."""
    tried = 0
    for claim in some(whole):
        token = whole.links.token(claim)
        assert whole.links.genuine(claim.purpose, token) == claim
        tokens = [bent for bent in flips(token) if bent != token]
        assert accepted(whole.links, claim.purpose, iter(tokens)) == []
        tried += len(tokens)
    assert tried > TOKENS * 600


def test_no_token_of_chance_is_accepted(whole: Whole) -> None:
    """A hundred thousand in the full run, for every purpose."""
    dice, claims = chance("tokens"), some(whole)
    for number in range(scaled(tiny=4_000, quick=20_000, full=100_000)):
        claim = claims[number % len(claims)]
        token = made_up(dice, whole.links.token(claim))
        for purpose in CODES if amount() == "full" else (claim.purpose,):
            assert accepted(whole.links, purpose, iter([token])) == []


def test_no_purpose_stands_for_another(whole: Whole) -> None:
    """All pairs, also where the letter of the purpose is put into the payload, signed for another."""
    for claim in some(whole):
        token = whole.links.token(claim)
        for purpose in CODES.keys() - {claim.purpose}:
            assert accepted(whole.links, purpose, iter([token])) == []
            parts = whole.links.token(replace(claim, purpose=purpose)).split(".")
            assert accepted(whole.links, purpose, iter([f"{parts[0]}.{token.split('.')[1]}"])) == []


def test_no_other_spelling_is_accepted(whole: Whole) -> None:
    """One claim is one text."""
    for claim in some(whole):
        token = whole.links.token(claim)
        spellings = (bent for bent in respelt(token) if bent != token)
        assert accepted(whole.links, claim.purpose, spellings) == []


def test_keys_rotate_and_retire(whole: Whole) -> None:
    """Three keys verify; one that was retired, is new, or is another installation's does not."""
    fresh, rotated = Links(ROTATED[:1], whole.public_url), Links(ROTATED, whole.public_url)
    retired = Links(ROTATED[:2], whole.public_url)
    other = Links(("of somebody else, as long as ours is",), whole.public_url)
    for claim in some(whole):
        old = whole.links.token(claim)
        assert rotated.genuine(claim.purpose, old) == claim
        assert rotated.genuine(claim.purpose, fresh.token(claim)) == claim
        assert rotated.token(claim) == fresh.token(claim) != old
        for links in (retired, fresh, other):
            assert accepted(links, claim.purpose, iter([old])) == []
        assert accepted(whole.links, claim.purpose, iter([other.token(claim), fresh.token(claim)])) == []


def answer(whole: Whole, claim: LinkClaim, token: str, *, post: bool = False) -> tuple[int, bytes]:
    """Ask the real application; return status and page."""
    whole.clock.wait(seconds=3)
    path = whole.place(claim, quote(token, safe=""))
    post = post and claim.purpose != "feed"
    client = whole.client()
    answer = client.post(path, data={"undo": "1"}) if post else client.get(path)
    return answer.status_code, answer.content


def test_pages_refuse_what_was_not_made_here_and_do_not_say_why(whole: Whole) -> None:
    """Whatever is wrong with a token: one status and one page, by GET and by POST, and nothing changes."""
    claims = some(whole)[:: scaled(tiny=5, quick=2, full=1)]
    dice, other = chance("pages"), Links(("of somebody else, as long as ours is",), whole.public_url)
    before = dump(whole.folder)
    refused, tried = set(), 0
    for claim in claims:
        token = whole.links.token(claim)
        bent = [*flips(token), *respelt(token), *(made_up(dice, token) for _ in range(40))]
        tokens = [text for text in bent if text != token and text.strip(".") and "/" not in text]
        # The client of the tests unquotes twice; a real server is asked in test_raw_bytes.
        tokens = [text for text in tokens if text != f"{token}.json" and "%" not in text]
        chosen = tokens if amount() == "full" else dice.sample(tokens, 30)
        others = [other.token(claim), whole.links.token(replace(claim, purpose=_next(claim.purpose)))]
        for number, text in enumerate([*chosen, *others]):
            got = answer(whole, claim, text, post=number % 2 == 1)
            assert got[0] in {400, 414}, (claim.purpose, text)
            refused.add(got)
            tried += 1
    assert len({page for status, page in refused if status == 400}) == 1
    assert tried > 300
    assert dump(whole.folder) == before


def _next(purpose: str) -> str:
    names = list(CODES)
    return names[(names.index(purpose) + 1) % len(names)]


def _erased(whole: Whole) -> None:
    with whole.store.write() as uow:
        uow.people.erase(whole.ana.id)


def _voided(whole: Whole) -> None:
    with whole.store.write() as uow:
        uow.people.raise_epoch(whole.ana.id)


@pytest.mark.parametrize("void", [_erased, _voided], ids=["erased", "voided"])
def test_tokens_of_who_is_gone_are_expired(whole: Whole, void: Callable[[Whole], None]) -> None:
    """Genuine and no longer good is 410 on every page, but one never loses the way to unsubscribe."""
    claims = [claim for claim in whole.claims() if claim.public_id == whole.ana.public_id]
    void(whole)
    before = dump(whole.folder)
    gone: dict[str, set[int]] = {}
    for claim in claims:
        if claim.purpose != "unsubscribe":
            for post in (False, True):
                gone.setdefault(claim.purpose, set()).add(
                    answer(whole, claim, _token(whole, claim), post=post)[0]
                )
    assert gone == {purpose: {410} for purpose in CODES.keys() - {"unsubscribe", "confirm"}}
    assert dump(whole.folder) == before
    leave = next(claim for claim in claims if claim.purpose == "unsubscribe")
    assert answer(whole, leave, _token(whole, leave))[0] == 200


def _token(whole: Whole, claim: LinkClaim) -> str:
    return whole.links.token(claim)


@pytest.mark.parametrize("what", ["public_id", "row", "epoch"])
def test_a_genuine_signature_over_what_is_not_there_opens_nothing(whole: Whole, what: str) -> None:
    """Unknown readers, rows beyond all, epochs of another time: 400 or 410, and nothing changes."""
    claims = some(whole, 27)
    before = dump(whole.folder)
    wrong: dict[str, list[Any]] = {
        "public_id": ["f" * 16, "", "x", whole.ben.public_id + " ", "é"],
        "row": [0, -1, 10**6, 2**63 - 1],
        "epoch": [1, -1, 2**31],
    }
    for claim in claims:
        ours = {"row": claim.purpose in {"unsubscribe", "preferences", "reading", "feed"}}
        ours["epoch"] = claim.purpose in {"unsubscribe", "confirm"}
        if ours.get(what):
            continue
        for value in wrong[what]:
            forged = replace(claim, **{what: value})
            for post in (False, True):
                status, _ = answer(whole, forged, whole.links.token(forged), post=post)
                gone = forged.purpose == "unsubscribe"
                assert status in ({200} if gone else {400, 410}), (forged, status)
    assert dump(whole.folder) == before


def test_links_of_one_reader_never_lead_to_another(whole: Whole) -> None:
    """A signature over Ana's name with the number of Ben's item or edition is nobody's."""
    claims = list(whole.claims())
    before = dump(whole.folder)
    for claim in claims:
        if claim.public_id == whole.ana.public_id and claim.purpose in {"vote", "save", "lever", "view"}:
            item = whole.bens_edition.items[0].id if claim.purpose != "view" else whole.bens_edition.id
            mixed = replace(claim, row=item)
            assert answer(whole, mixed, whole.links.token(mixed), post=True)[0] == 400
    assert dump(whole.folder) == before


def test_what_is_not_read_is_an_error_of_links(whole: Whole) -> None:
    """Payloads that were signed and say nonsense are refused as links, not as faults of ours."""
    claim = next(iter(whole.claims()))
    signer = whole.links._signers[claim.purpose]  # what no maker of links would sign
    for said in (b"[]", b"{}", b"null", b'["1c",1,2,3,4,5]', b'["1c","x",0,0,"",1e99]', b"\xff", b"[" * 200):
        token = signer.sign(base64.urlsafe_b64encode(said).rstrip(b"=").ljust(8, b"A")).decode()
        with pytest.raises(LinkError):
            whole.links.read(claim.purpose, token, NOON)
