"""The figures of the mail as tables: sizes, contrast, points of the spam filter, what axe and vnu say.

`make mail-gates` runs the tests first and prints this then; a tool that is not here is named, not left out.
"""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

import pytest

from tests.clients import spam, vnu
from tests.clients.chrome import browser, executable
from tests.clients.sizes import KINDS, NUMBERS, WAYS, size
from tests.clients.states import SHOWN, STATES, mail, pages
from tests.clients.test_axe import faults
from tests.clients.test_caniemail import ALLOWED
from tests.clients.test_colours import pairs
from tests.clients.tools import package

Row = Sequence[object]


def sizes() -> Iterator[Row]:
    """Walk octets by number of papers and way of answering."""
    yield ("papers", "cut", "kind", "answers", "HTML", "text", "message")
    for kind, way, number in product(KINDS, WAYS, NUMBERS):
        found = size(number, way, kind)
        octets = (f"{number:,}" for number in (found.html, found.text, found.message))
        yield (number, found.cut, kind, way, *octets)


def colours() -> Iterator[Row]:
    """Walk the contrast of every pair of colours of the rich digest, as it is and inverted."""
    yield ("scheme", "ink", "on", "contrast", "inverted", "for example")
    if executable() is None:
        pytest.skip("no Chromium here")
    with browser() as page:
        for dark in (False, True):
            for pair in sorted(pairs(page, mail("rich").html, dark=dark), key=lambda pair: pair.ratio()):
                ratios = (f"{pair.ratio():.1f}", f"{pair.ratio(inverted=True):.1f}")
                yield ("dark" if dark else "light", pair.ink, pair.ground, *ratios, pair.words[:30])


def accessibility() -> Iterator[Row]:
    """Walk what axe finds, of any weight."""
    yield ("state", "scheme", "faults")
    script = package("axe-core/axe.min.js").read_text(encoding="utf-8")
    if executable() is None:
        pytest.skip("no Chromium here")
    with browser() as page:
        for state, dark in product(SHOWN, (False, True)):
            found = []
            for html in pages(state):
                page.show(html, width=375, dark=dark)
                found += [f"{fault[0]} {fault[1]}" for fault in faults(page, script)]
            yield (state, "dark" if dark else "light", ", ".join(found) or "none")


def points() -> Iterator[Row]:
    """Walk the verdicts of SpamAssassin."""
    yield ("state", "points", "rules")
    if shutil.which("spamassassin") is None:
        pytest.skip("no spamassassin here")
    verdicts = spam.judge({state: mail(state).message for state in STATES})
    for state in STATES:
        yield (state, f"{verdicts[state].score + 0:.1f}", " ".join(verdicts[state].rules))


def validity() -> Iterator[Row]:
    """Walk what vnu says after what is meant."""
    yield ("state", "vnu")
    jar = package("vnu-jar/build/dist/vnu.jar")
    if shutil.which("java") is None:
        pytest.skip("no java here")
    shown = {f"{state} {place}": html for state in SHOWN for place, html in enumerate(pages(state), 1)}
    for name, said in vnu.judge(shown, jar).items():
        yield (name, "; ".join(said) or "nothing")


def support() -> Iterator[Row]:
    """Count the features of HTML and CSS by how they are supported."""
    yield ("features", "number")
    for kind in ("supported", "fallback", "unlisted"):
        yield (kind, len(ALLOWED[kind]))


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """Lay rows out in columns of their own width."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


GATES: dict[str, Callable[[], Iterator[Row]]] = {
    "Octets": sizes,
    "Contrast of the rich digest": colours,
    "axe": accessibility,
    "SpamAssassin, local rules": points,
    "Nu Html Checker": validity,
    "caniemail": support,
}


def main() -> None:
    """Print every table, or why there is none."""
    for title, gate in GATES.items():
        try:
            told = [*lines([*gate()])]
        except pytest.skip.Exception as missing:
            told = [f"not looked at: {missing.msg}"]
        sys.stdout.write("\n".join([title, "-" * len(title), *told, "", ""]))


if __name__ == "__main__":
    main()
