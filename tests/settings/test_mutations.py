"""Whatever happens to a good file, loading it succeeds or raises ConfigError."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.paths import REPOSITORY
from tests.settings.folders import problems_in, write_folder

GOOD = {name: (REPOSITORY / "config" / f"{name}.toml").read_bytes() for name in ("paperroute", "subscribers")}
PIECES = [b"[", b"]", b"[[", b'"', b"'", b"=", b"\n", b"\r", b"\0", b"#", b"{", b"}", b".", b"\\", b"\xff"]
VALUES = [
    b" = 1\n",
    b" = -1e99\n",
    b" = [[1]]\n",
    b' = ""\n',
    b" = {}\n",
    b" = nan\n",
    b" = 07:30:00\n",
    b" = true\n",
]


@st.composite
def mutated(draw: st.DrawFn, good: bytes) -> bytes:
    """Cut, insert, repeat or swap a few stretches of a good file."""
    content = good
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        piece = draw(st.sampled_from([*PIECES, *VALUES, content[start:end] * 2]) | st.binary(max_size=8))
        content = content[:start] + piece + content[end:]
    return content


@settings(max_examples=300, deadline=None)
@given(main=mutated(GOOD["paperroute"]), people=mutated(GOOD["subscribers"]))
def test_mutated_files_load_or_raise_config_errors(main: bytes, people: bytes) -> None:
    """Each problem of a mutated file is one line with a place inside the file and a fix."""
    with tempfile.TemporaryDirectory() as name:
        found = problems_in(write_folder(Path(name), main, people))
    for problem in found:
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.fix
        assert str(problem).isprintable(), repr(str(problem))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_value_at_any_key_loads_or_raises_config_errors(data: st.DataObject) -> None:
    """One line of a good file with another value is valid or refused, never a crash."""
    name = data.draw(st.sampled_from(sorted(GOOD)))
    lines = GOOD[name].decode().split("\n")
    number = data.draw(st.sampled_from([n for n, line in enumerate(lines) if " = " in line]))
    value = data.draw(
        st.sampled_from(VALUES).map(bytes.decode) | st.text(max_size=12).map(lambda text: f' = "{text}"')
    )
    lines[number] = lines[number].split(" = ")[0].lstrip("# ") + value
    files = {**GOOD, name: "\n".join(lines).encode("utf-8", "replace")}
    with tempfile.TemporaryDirectory() as folder:
        found = problems_in(write_folder(Path(folder), files["paperroute"], files["subscribers"]))
    assert all("cannot be used" not in problem.message for problem in found), found
