"""Folders of templates: what is read, what is refused."""

import os
from pathlib import Path

import pytest

from recommender.digest.folders import LARGEST, MOST, files_within, read_folder
from recommender.digest.render import Renderer
from recommender.domain.errors import ConfigError


def write(folder: Path, **files: str) -> Path:
    """Write templates; `pages__save` is `pages/save.html`."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_templates_are_named_by_their_place(tmp_path: Path) -> None:
    """Folders inside count; what editors leave, and the texts, do not."""
    write(tmp_path, digest="a", pages__save="b", words__x="c", _hidden="d")
    for name in (".digest.html.swp", "digest.html~"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    found, problems = read_folder(tmp_path, "mine")
    assert sorted(found) == ["_hidden.html", "digest.html", "pages/save.html"]
    assert found["pages/save.html"].shown == "mine/pages/save.html"
    assert not problems


def test_what_cannot_be_used_is_told(tmp_path: Path) -> None:
    """Links that lead out, what is no file, what is too large, what is not UTF-8: with file and line."""
    folder = write(tmp_path / "own", fine="x")
    (tmp_path / "outside.html").write_text("secret", encoding="utf-8")
    (folder / "out.html").symlink_to(tmp_path / "outside.html")
    (folder / "in.html").symlink_to(folder / "fine.html")
    (folder / "gone.html").symlink_to(folder / "nowhere.html")
    (folder / "around.html").symlink_to(folder / "around.html")
    (folder / "pages").symlink_to(tmp_path)
    (folder / "large.html").write_bytes(b"x" * (LARGEST + 1))
    (folder / "latin.html").write_bytes("one\ntwo é".encode("latin-1"))
    (folder / "nul.html").write_bytes(b"one\ntwo\0")
    os.mkfifo(folder / "pipe.html")
    found, problems = read_folder(folder, "own")
    assert sorted(found) == ["fine.html", "in.html"]
    told = {problem.file: f"{problem.line}: {problem.message}" for problem in problems}
    assert told["own/out.html"] == "1: the link leads out of the folder"
    assert told["own/pages"] == "1: the link leads out of the folder"
    assert told["own/large.html"] == "1: the template is larger than 256 KiB"
    assert told["own/latin.html"] == "2: byte 0xE9 is not UTF-8"
    assert told["own/nul.html"] == "2: the file holds a NUL character"
    assert told["own/pipe.html"] == "1: this is not a regular file"
    assert set(told) >= {"own/gone.html", "own/around.html"}
    with pytest.raises(ConfigError):
        Renderer([folder])


def test_texts_are_read_in_the_folder_alone(tmp_path: Path) -> None:
    """A link that leads out of it is told of, for one file and for the folder of texts as a whole."""
    outside, own = tmp_path / "outside", tmp_path / "own"
    for folder in (outside, own / "words"):
        folder.mkdir(parents=True)
    (outside / "de.toml").write_text("secret", encoding="utf-8")
    (own / "en.toml").write_text("", encoding="utf-8")
    (own / "words" / "de.toml").symlink_to(outside / "de.toml")
    (own / "words" / "en.toml").symlink_to(own / "en.toml")
    found, problems = files_within(own / "words", "words")
    assert [path.name for path in found] == ["en.toml"]
    assert [(own.file, own.message) for own in problems] == [
        ("words/de.toml", "the link leads out of the folder")
    ]
    (own / "more").symlink_to(outside)
    found, problems = files_within(own / "more", "more")
    assert (found, [own.file for own in problems]) == ([], ["more"])
    assert len(files_within(own / "gone", "gone")[1]) == 1


def test_a_folder_has_a_bound(tmp_path: Path) -> None:
    """Somebody who names their home folder is told soon."""
    for number in range(MOST + 1):
        (tmp_path / f"{number}.html").touch()
    found, problems = read_folder(tmp_path)
    assert len(found) == MOST
    assert [problem.message for problem in problems] == [
        f"the folder holds {MOST + 1} files, at most {MOST} are read"
    ]


def test_what_was_read_is_what_is_filled(tmp_path: Path) -> None:
    """A file that changes or goes after it was read changes nothing."""
    write(tmp_path, x="{% include 'y.html' %}", y="first")
    renderer = Renderer([tmp_path])
    (tmp_path / "y.html").write_text("second", encoding="utf-8")
    (tmp_path / "x.html").unlink()
    assert renderer.page("x.html") == "first"
