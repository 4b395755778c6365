"""When a failure is the mailbox's, when ours, and when it is enough."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.domain.bounces import (
    BOUNCED,
    BouncePolicy,
    Event,
    Outcome,
    Verdict,
    suppression_reason,
    verdict,
)
from tests.builders import NOON

POLICY = BouncePolicy()
H, S, A = Outcome.HARD, Outcome.SOFT, Outcome.ARRIVED


@pytest.mark.parametrize(
    "words, status, expected",
    [
        ("550 5.1.1 unknown", "", Verdict(hard=True, status="5.1.1")),
        ("", "5.1.1", Verdict(hard=True, status="5.1.1")),
        ("550 5.2.2 full", "5.0.0", Verdict(hard=False, status="5.2.2")),
        ("550 5.1.1 unknown", "5.2.2", Verdict(hard=False, status="5.2.2")),
        ("550 no such user here", "", Verdict(hard=True, status="550")),
        ("451 no such user here, try later", "", Verdict(hard=False, status="451")),
        ("552 mailbox is full, user unknown to quota", "", Verdict(hard=False, status="552")),
        ("550 rejected as spam: user unknown", "", Verdict(hard=False, status="550", ours=True)),
        ("550 5.7.1 relaying denied", "", Verdict(hard=False, status="5.7.1", ours=True)),
        ("553 5.1.8 sender", "", Verdict(hard=False, status="5.1.8", ours=True)),
        ("550 requested action not taken", "", Verdict(hard=False, status="550")),
        ("connection to 10.5.1.1 refused", "", Verdict(hard=False)),
        ("version 5.1.1.3 of the software", "", Verdict(hard=False)),
        ("", "", Verdict(hard=False)),
    ],
)
def test_verdicts(words: str, status: str, expected: Verdict) -> None:
    """By the code where there is one, else by words that leave no doubt."""
    assert verdict(words, status) == expected


def run(*outcomes: Outcome, days: float = 1.0, status: str = "5.1.1") -> list[Event]:
    """Build events some days apart."""
    return [
        Event(outcome=outcome, at=NOON + number * timedelta(days=days), status=status)
        for number, outcome in enumerate(outcomes)
    ]


@pytest.mark.parametrize(
    "events, ends",
    [
        ((), False),
        ((H,), False),
        ((H, H), True),
        ((H, A, H), False),
        ((H, H, A), True),
        ((H, S, H), True),
        ((H, H, S), False),
        ((S, S, S, S, S), False),
        ((A, A), False),
    ],
)
def test_hard_bounces_in_a_row(events: tuple[Outcome, ...], ends: bool) -> None:  # noqa: FBT001 - the expected answer
    """Two, the later of them the latest news of a failure; what arrives after it proves nothing yet."""
    assert (suppression_reason(run(*events), POLICY) is not None) is ends


@pytest.mark.parametrize("days, ends", [(3.4, False), (3.5, True), (7.0, True)])
def test_soft_bounces_over_a_fortnight(days: float, ends: bool) -> None:  # noqa: FBT001 - the expected answer
    """Five, from the first to the last."""
    assert (suppression_reason(run(S, S, S, S, S, days=days), POLICY) is not None) is ends


def test_hard_bounces_of_a_weekly_reader_add_up() -> None:
    """Within thirty days."""
    assert suppression_reason(run(H, H, days=7), POLICY)
    assert not suppression_reason(run(H, H, days=31), POLICY)


@given(st.lists(st.sampled_from([H, S, A]), max_size=12), st.floats(0.1, 20))
def test_no_bounce_no_reason(outcomes: list[Outcome], days: float) -> None:
    """Whatever the order: a reason needs at least two bounces after the last arrival before the latest."""
    reason = suppression_reason(run(*outcomes, days=days), POLICY)
    assert reason is None or reason.startswith(BOUNCED)
    if reason:
        latest = max(number for number, outcome in enumerate(outcomes) if outcome is not A)
        assert A not in outcomes[latest - 1 : latest]
    else:
        assert not (outcomes[-2:] == [H, H] and days <= 30)


@given(st.text(max_size=300), st.text(max_size=12))
def test_any_words_have_a_verdict(words: str, status: str) -> None:
    """And what is hard is never ours."""
    found = verdict(words, status)
    assert not (found.hard and found.ours)
