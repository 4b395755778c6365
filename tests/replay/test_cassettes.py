"""The small reader of recorded exchanges reads what their writer writes."""

import base64
from pathlib import Path

import pytest

from tests.replay.cassettes import read_cassette, read_yaml

NEWER = f"""interactions:
- request:
    body: '{{"ids": ["a",
      "b"]}}'
    headers:
      accept:
      - '*/*'
    method: POST
    uri: https://api.example.org/batch?fields=title
  response:
    body:
      string: !!binary |
        {base64.b64encode(b"packed")[:4].decode()}
        {base64.b64encode(b"packed")[4:].decode()}
    headers:
      Content-Type:
      - application/json
      - charset=utf-8
    status:
      code: 200
      message: OK
- request:
    body: ''
    headers: {{}}
    method: GET
    uri: https://api.example.org/one
  response:
    body:
      string: Not found.
    headers: {{}}
    status:
      code: 404
      message: Not Found
version: 1
"""
OLDER = """interactions:
- request:
    body: null
    headers: {}
    method: GET
    uri: https://api.example.org/two
  response:
    content: "{\\"a\\": \\"\\xE9 \\u2013\\
      \\ b\\nc\\"}"
    headers: {}
    http_version: HTTP/1.1
    status_code: 403
version: 1
"""


def test_both_ages_of_the_format(tmp_path: Path) -> None:
    """Requests and answers come back as they went over the wire."""
    path = tmp_path / "newer.yaml"
    path.write_text(NEWER, "utf-8")
    first, second = read_cassette(path)
    assert (first.method, first.url, first.status) == (
        "POST",
        "https://api.example.org/batch?fields=title",
        200,
    )
    assert first.asked == b'{"ids": ["a", "b"]}'
    assert (first.body, dict(first.headers)) == (
        b"packed",
        {"content-type": "application/json, charset=utf-8"},
    )
    assert (second.body, second.status) == (b"Not found.", 404)
    path.write_text(OLDER, "utf-8")
    (only,) = read_cassette(path)
    assert (only.body.decode(), only.status, only.asked) == ('{"a": "é – b\nc"}', 403, b"")


@pytest.mark.parametrize(
    "text, value",
    [
        ("a: 'it''s\n  folded'", "it's folded"),
        ("a: 'one\n\n  two'", "one\ntwo"),
        ('a: "one\\\n  \\ two"', "one two"),
        ('a: "\\t\\"q\\" \\\\ \\xe9"', '\t"q" \\ é'),
        ("a: plain words\n  go on", "plain words go on"),
        ("a:\n- 1\n- b: c", ["1", {"b": "c"}]),
        ("a:\n  b:\n    c: []", {"b": {"c": []}}),
        ("a: ''", ""),
    ],
)
def test_values(text: str, value: object) -> None:
    """Scalars fold as they do in YAML."""
    assert read_yaml(text) == {"a": value}


def test_something_else(tmp_path: Path) -> None:
    """A file of another kind is said to be one."""
    path = tmp_path / "other.yaml"
    path.write_text("a: b\n", "utf-8")
    with pytest.raises(ValueError, match="no cassette"):
        read_cassette(path)
