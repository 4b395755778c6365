"""The command line of the relevance benchmark, and a run over a small library made here."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.library import NAMES, Library, load
from benchmarks.peers import PEERS, keywords_by_readers, reader_svm, tfidf_profile
from benchmarks.peers_shared import als, ease, item_knn, popularity, reader_knn, rp3beta
from benchmarks.ranker import Ranker, Shown, lists
from benchmarks.relevance import main
from benchmarks.split import measured, peer_rows

Fit: TypeAlias = Callable[[Library], Ranker]

_READERS, _WARM, _FRESH = 36, 40, 12
_PAPERS = _WARM + _FRESH
"""Readers and papers of even and odd number share nothing: words, libraries."""


def _library(folder: Path) -> Path:
    """Write a folder of two communities; the last four readers are new."""
    rng = np.random.default_rng(5)
    old = np.arange(_READERS - 4)
    pairs = [(u, i) for u in old for i in range(u % 2, _WARM, 2) if rng.random() < 0.5]
    held_warm = [(u, i) for u in old for i in range(u % 2, _WARM, 2) if (u, i) not in set(pairs)]
    held_cold = [(u, i) for u in old for i in range(_WARM + u % 2, _PAPERS, 2)]
    new = np.arange(_READERS - 4, _READERS)
    seeds = np.asarray([[u % 2 + 2 * k for k in range(5)] for u in new])
    rest = [(u, i) for u in new for i in range(u % 2 + 10, _WARM, 2)]
    words = [[i % 2, 2 + i % 2, 4 + i % 2, 6 + i] for i in range(_PAPERS)]
    keywords = np.asarray([[u % 2, 2 + u % 2, 4 + u % 2, 6 + u % 2, 8 + u % 2] for u in new])
    np.savez(folder / "train.npz", pairs=np.asarray(pairs), n_users=_READERS, n_items=_PAPERS)
    answers = {"W": np.asarray(held_warm), "C": np.asarray(held_cold), "N": np.asarray(rest)}
    _save(folder / "validation.npz", answers | {"new_users": new, "seeds": seeds, "keywords": keywords})
    np.savez(
        folder / "content.npz",
        data=np.ones(4 * _PAPERS, dtype=np.int16),
        indices=np.asarray(words).ravel(),
        indptr=np.arange(0, 4 * _PAPERS + 1, 4),
        shape=(_PAPERS, 6 + _PAPERS),
        citations=np.zeros((0, 2), dtype=np.int32),
    )
    cold, warm = np.arange(_WARM, _PAPERS), np.arange(_WARM)
    np.savez(
        folder / "candidates.npz",
        warm=warm,
        val_cold=cold,
        test_cold=cold,
        pool_warm_val=warm[:12],
        pool_warm_test=warm[:12],
    )
    inputs = {"N": new, "seeds": seeds, "keywords": keywords}
    _save(folder / "test_inputs.npz", inputs | dict.fromkeys("WCDO", old))
    vocabulary = "".join(f"term{chr(97 + k % 26)}{chr(97 + k // 26)}\n" for k in range(6 + _PAPERS))
    (folder / "vocabulary.txt").write_text(vocabulary, encoding="utf-8")
    return folder


def _save(path: Path, arrays: dict[str, npt.NDArray[np.int64]]) -> None:
    np.savez(path, allow_pickle=False, **arrays)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a small library."""
    return _library(tmp_path)


def test_protocols_show_and_hide_what_they_say(folder: Path) -> None:
    """A new reader shows k seeds but is never given any of five; nobody is given what they have."""
    library = load(folder, "val")
    assert tuple(library.protocols) == NAMES
    for name, count in (("N0", 0), ("N1", 1), ("N3", 3), ("N5", 5)):
        protocol = library.protocols[name]
        assert np.diff(protocol.liked.indptr).tolist() == [count] * 4
        assert np.diff(protocol.excluded.indptr).tolist() == [5] * 4
        assert protocol.keywords.shape == (4, 5 if name == "N0" else 0)
    one, five = library.protocols["N1"], library.protocols["N5"]
    assert one.liked[0].indices.tolist() == five.liked[0].indices.tolist()[:1]
    digest = library.protocols["D"]
    assert digest.relevant is not None
    assert set(digest.relevant.indices) <= set(digest.candidates)
    assert digest.liked.multiply(digest.relevant).nnz == 0


def test_the_test_stage_knows_validation_pairs_and_no_answers(folder: Path) -> None:
    """Models of the test stage are fitted on more, and nothing can be measured."""
    known, tested = load(folder, "val"), load(folder, "test")
    held = known.protocols["O"].relevant
    assert held is not None
    assert tested.saved.nnz == known.saved.nnz + held.nnz
    assert all(protocol.relevant is None for protocol in tested.protocols.values())


@pytest.mark.parametrize("fit", [item_knn, rp3beta, reader_knn, als, tfidf_profile, reader_svm])
def test_a_peer_keeps_the_communities_apart(folder: Path, fit: Fit) -> None:
    """Whoever saved papers of one community is given those before any of the other."""
    library = load(folder, "val")
    protocol = library.protocols["N3"]
    ranked = lists(fit(library), protocol)
    own = ranked[:, :15]
    assert (own % 2 == (protocol.readers % 2)[:, None]).all()
    assert np.isin(own, protocol.candidates).all()


def test_keywords_alone_find_the_community(folder: Path) -> None:
    """Words are enough for the text peers, and more readers come first."""
    library = load(folder, "val")
    protocol = library.protocols["N0"]
    for fit in (tfidf_profile, keywords_by_readers):
        assert (lists(fit(library), protocol)[:, :15] % 2 == (protocol.readers % 2)[:, None]).all()
    readers = np.asarray(library.saved.sum(axis=0)).ravel()
    popular = readers[lists(popularity(library), protocol)[0, :15]]
    assert (np.diff(popular) <= 0).all()


def test_ease_is_the_closed_form(folder: Path) -> None:
    """The form over readers gives the numbers of the inverse over papers, for unsaved papers."""
    library = load(folder, "val")
    saved = library.saved[:, :_WARM].toarray().astype(np.float64)
    inverse = np.linalg.inv(saved.T @ saved + 20 * np.eye(_WARM))
    weights = -inverse / np.diag(inverse)
    protocol = library.protocols["N5"]
    ranker: Ranker = ease(library)
    numbers = ranker(Shown(liked=protocol.liked, keywords=protocol.keywords), np.arange(_WARM))
    expected = protocol.liked[:, :_WARM].toarray() @ weights
    unsaved = protocol.liked[:, :_WARM].toarray() == 0
    assert numbers[unsaved] == pytest.approx(expected[unsaved], abs=1e-5)


def test_a_sampled_peer_is_compared_on_the_same_readers(folder: Path) -> None:
    """The paired difference of a method with itself is nothing, whoever is drawn."""
    library = load(folder, "val")
    protocol = library.protocols["C"]
    peer = next(own for own in PEERS if own.name == "tf-idf profile")
    ours = measured(lists(peer.fit(library), protocol), protocol)
    (row,) = peer_rows(peer, library, [protocol], {"C": ours})
    assert row.ahead is not None
    assert (row.ahead.low, row.ahead.high) == (0, 0)
    assert row.first.mean == pytest.approx(ours.means()["ndcg@20"])


def test_a_run_prints_tables_and_writes_lists_and_figures(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One table for each protocol asked for, with the product on top; files hold the same."""
    out, figures = folder / "lists.npz", folder / "figures.json"
    command = [
        "--data",
        str(folder),
        "--only",
        "C,N0",
        "--no-peers",
        "--out",
        str(out),
        "--json",
        str(figures),
    ]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "product" in printed
    with np.load(out) as stored:
        assert set(stored.files) == {"C_users", "C_items", "N0_users", "N0_items"}
        assert stored["C_items"].shape == (_READERS - 4, 300)
    said = json.loads(figures.read_text(encoding="utf-8"))
    assert [(row["protocol"], row["method"]) for row in said["rows"]] == [("C", "product"), ("N0", "product")]
    assert f"{said['rows'][0]['figures']['ndcg@20']:.4f}" in printed


def test_the_test_stage_writes_lists_only(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No figure can be printed where no answer is known."""
    out = folder / "lists.npz"
    assert main(["--data", str(folder), "--stage", "test", "--only", "C", "--out", str(out)]) == 0
    assert "ndcg" not in capsys.readouterr().out
    assert out.exists()


@pytest.mark.parametrize(
    "command, reason",
    [
        (["--stage", "val"], "give --data"),
        (["--data", "d", "--stream", "s"], "give --data"),
        (["--stream", "s", "--cut", "2025-01-01"], "also needs --submitters"),
        (["--papers", "p"], "also needs --readers"),
        (["--papers", "p", "--readers", "r", "--only", "C"], "--only does not go with --papers"),
        (["--data", "d", "--text-only"], "--text-only does not go with --data"),
    ],
)
def test_options_that_do_not_go_together(
    command: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and the reason."""
    with pytest.raises(SystemExit) as stop:
        main(command)
    assert stop.value.code == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize(
    "options, reason",
    [
        (["--stage", "test"], "give --out"),
        (["--only", "C,X"], "no protocol X"),
        (["--stage", "test", "--out", "lists.npz", "--json", "figures.json"], "leave --json out"),
    ],
)
def test_what_the_folder_cannot_answer(
    folder: Path, options: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and the reason, before anything is fitted."""
    assert main(["--data", str(folder), *options]) == 2
    assert reason in capsys.readouterr().err


def test_a_missing_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and the file."""
    assert main(["--data", str(tmp_path / "nowhere")]) == 2
    assert "train.npz" in capsys.readouterr().err
