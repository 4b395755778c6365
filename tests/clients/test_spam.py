"""SpamAssassin's local rules on whole messages."""

import re
import shutil

import pytest

from tests.clients.spam import judge
from tests.clients.states import STATES, mail

ALLOWED = 1.5
"""Points at most; a message is called spam at 5. No rule that asks the network is among them."""
HARMLESS = {"HTML_MESSAGE", "NO_RECEIVED", "NO_RELAYS"}
"""Said of every HTML message that has not been sent yet; worth nothing."""


def test_score() -> None:
    """No rule but the harmless ones is hit: text and HTML say the same, nothing is hidden. One run.

    A message without a date and without a text part is charged for both.
    """
    if shutil.which("spamassassin") is None:
        pytest.skip("no spamassassin here: the score of a message is not tested")
    messages = {state: mail(state).message for state in STATES}
    spoilt = re.sub(rb"(?m)^Date: .*\r\n", b"", mail("empty").message, count=1)
    verdicts = judge(messages | {"spoilt": spoilt.replace(b"text/plain", b"text/html", 1)})
    bad = verdicts.pop("spoilt")
    assert {"MISSING_DATE", "MIME_HTML_ONLY"} <= set(bad.rules)
    assert bad.score > ALLOWED
    assert {name: verdict for name, verdict in verdicts.items() if set(verdict.rules) - HARMLESS} == {}
    assert max(verdict.score for verdict in verdicts.values()) <= ALLOWED
