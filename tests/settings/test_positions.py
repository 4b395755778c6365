"""Places of keys and values in every form TOML has for them."""

import pytest

from recommender.settings.positions import Place, Positions

TEXT = """\
# comment
top = 1
[a]
b.c = "x"
"q k" = [1, {z = 2}, [3, # note
 4]]
[[s]]
n = 1 # note
  [[s.i]]
  m = {x.y = 1, w = [1]}
[[s]]
  [[s.i]]
  [[s.i]]
  "é" = "ü"
  "üü"."ö" = 2
[s.t]
k = 3
[a."d e".f]
k = 1
"""


@pytest.mark.parametrize(
    "path, key, value",
    [
        (("top",), (2, 1), (2, 7)),
        (("a", "b", "c"), (4, 3), (4, 7)),
        (("a", "q k", 1, "z"), (5, 14), (5, 18)),
        (("a", "q k", 2, 1), (5, 22), (6, 2)),
        (("s", 0, "n"), (8, 1), (8, 5)),
        (("s", 0, "i", 0, "m", "x", "y"), (10, 10), (10, 14)),
        (("s", 1, "i", 1, "é"), (14, 3), (14, 9)),
        (("s", 1, "i", 1, "üü", "ö"), (15, 8), (15, 14)),
        (("s", 1, "t", "k"), (17, 1), (17, 5)),
        (("a", "d e", "f", "k"), (19, 1), (19, 5)),
    ],
)
def test_key_and_value_are_found(
    path: tuple[str | int, ...], key: tuple[int, int], value: tuple[int, int]
) -> None:
    """Keys and values of tables, arrays, inline tables and dotted keys have their own places."""
    positions = Positions(TEXT)
    assert positions.key(path) == Place(line=key[0], column=key[1])
    assert positions.value(path) == Place(line=value[0], column=value[1])


@pytest.mark.parametrize(
    "path, line, column",
    [
        (("a",), 3, 1),
        (("s", 0), 7, 1),
        (("s", 1), 11, 1),
        (("s", 1, "i", 0, "missing"), 12, 3),
        (("none",), 1, 1),
    ],
)
def test_table_is_its_header_and_what_is_missing_its_table(
    path: tuple[str | int, ...], line: int, column: int
) -> None:
    """A table stands at its header; a key that is not there at the table that lacks it."""
    assert Positions(TEXT).value(path) == Place(line=line, column=column)
    assert Positions(TEXT).key(path) == Place(line=line, column=column)
