"""The tables of `make mail-gates`."""

import pytest

from tests.clients import gates


def test_columns_are_as_wide_as_their_cells() -> None:
    """Numbers and words stand under their headings."""
    assert [*gates.lines([("papers", "HTML"), (5, "16,894")])] == ["papers  HTML", "5       16,894"]


def test_a_tool_that_is_not_here_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left out of the tables in silence."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PAPERROUTE_NPM", "/nowhere")
    monkeypatch.delitem(gates.GATES, "Octets")
    gates.main()
    told = capsys.readouterr().out
    assert set(gates.GATES) <= set(told.splitlines())
    missing = [line for line in told.splitlines() if line.startswith("not looked at: ")]
    assert [line.split()[3:5] for line in missing] == [
        ["no", "Chromium"],
        ["npm", "package"],
        ["no", "spamassassin"],
        ["npm", "package"],
    ]
