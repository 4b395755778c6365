"""SpamAssassin's local rules on whole messages."""

import re
import shutil

import pytest

from tests.clients.spam import Verdict, judge
from tests.clients.states import STATES, mail

ALLOWED = 1.5
"""Points at most; a message is called spam at 5. No rule that asks the network is among them."""
HARMLESS = {"HTML_MESSAGE", "NO_RECEIVED", "NO_RELAYS"}
"""Said of every HTML message that has not been sent yet; worth nothing."""


@pytest.fixture(name="verdicts", scope="module")
def verdicts_fixture() -> dict[str, Verdict]:
    """Return the verdict on every state, and on one that is spoilt, from one run."""
    if shutil.which("spamassassin") is None:
        pytest.skip("no spamassassin here: the score of a message is not tested")
    messages = {state: mail(state).message for state in STATES}
    spoilt = re.sub(rb"(?m)^Date: .*\r\n", b"", mail("empty").message, count=1)
    return judge(messages | {"spoilt": spoilt.replace(b"text/plain", b"text/html", 1)})


@pytest.mark.parametrize("state", STATES)
def test_score(verdicts: dict[str, Verdict], state: str) -> None:
    """No rule but the harmless ones is hit; above all text and HTML say the same."""
    assert set(verdicts[state].rules) <= HARMLESS
    assert verdicts[state].score <= ALLOWED


def test_a_spoilt_message_scores(verdicts: dict[str, Verdict]) -> None:
    """A message without a date and without a text part is charged for both."""
    assert {"MISSING_DATE", "MIME_HTML_ONLY"} <= set(verdicts["spoilt"].rules)
    assert verdicts["spoilt"].score > ALLOWED
