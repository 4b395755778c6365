"""Words and content vectors of papers and of what readers write.

A text becomes plain words (TeX and accents removed), words become stems, stems and pairs of stems
become 2^20 hashed features weighted by tf-idf. There is no vocabulary: an explanation finds its
terms by reading the two texts again. No language other than English is stemmed.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommender.domain.papers import Paper
from recommender.domain.profiles import InterestProfile
from recommender.ranking.base import Fields, SparseMatrix
from recommender.ranking.matrices import unit
from recommender.ranking.stems import Stems

FEATURES = 2**20
"""Width of a content row."""
PRIOR = 5_000
"""Papers that the package's own term statistics count as beside a store's."""
_CHUNK = 2048
"""Texts vectorised at once; bounds memory."""
_URL = re.compile(r"https?://\S+")
_TEX_STYLE = re.compile(
    r"\\(?:text|math|emph|bf|it|rm|sc|tt|cite|ref|url|footnote|left|right|label)[a-z]*\*?"
)
_TEX_MARK = re.compile(r"\\[^a-zA-Z\s]|[\\${}]|'s\b")
_WORD = re.compile(r"[^\W_]+")
_TITLE_WEIGHT = 2
"""A title's words count as often as if they stood twice."""


def words(text: str) -> tuple[str, ...]:
    r"""Return the words of a text: case-folded, accents, TeX commands and URLs removed.

    >>> words(r"Di$\mathtt{[M]}$O: K\"ahler models' UR$^2$")
    ('di', 'm', 'o', 'kahler', 'models', 'ur', '2')
    """
    if "http" in text:
        text = _URL.sub(" ", text)
    if "\\" in text:
        text = _TEX_STYLE.sub("", text)
    if not text.isalnum():
        text = _TEX_MARK.sub("", text)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return tuple(_WORD.findall(text.casefold()))


def paper_fields(paper: Paper) -> Fields:
    """Return the words of (title, abstract)."""
    return (words(paper.title), words(paper.abstract))


def profile_fields(profile: InterestProfile) -> Fields:
    """Return the words of (name, sentence, keyword, keyword, …)."""
    return (words(profile.name), words(profile.about), *(words(keyword) for keyword in profile.keywords))


def spoken(text: str, stems: Stems, *, longest: int = 2) -> dict[str, str]:
    """Return each term of a text, of up to `longest` stems, with its first spelling.

    Several words are a term only where nothing but space or a hyphen divides them. Terms whose spelling is
    torn by TeX are left out.
    """
    found: dict[str, str] = {}
    run: list[tuple[str, re.Match[str]]] = []
    for match in _WORD.finditer(text):
        stem = stems.written(match.group(), words)
        marked = text[max(0, match.start() - 1) : match.start()] in ("\\", "{")
        if not stem or marked:
            run = []
            continue
        found.setdefault(stem, match.group())
        if run and text[run[-1][1].end() : match.start()].strip(" \n-"):
            run = []
        run = [*run, (stem, match)][-longest:]
        for start in range(len(run) - 1):
            term = " ".join(own for own, _ in run[start:])
            found.setdefault(term, " ".join(text[run[start][1].start() : match.end()].split()))
    return found


@dataclass(frozen=True, eq=False)
class TextSpace:
    """Turns texts into content rows. `idf` is float32 (FEATURES,), learned from `documents` texts."""

    idf: npt.NDArray[np.float32]
    documents: int
    stems: Stems
    pairs: bool = True
    """False for bags of prepared words: they are taken as they are, neither stemmed nor paired."""

    @classmethod
    def fit(
        cls, papers: Iterable[Paper], *, pairs: bool = True, prior: npt.NDArray[np.float64] | None = None
    ) -> "TextSpace":
        """Count in how many papers each feature occurs; the texts are not kept.

        `prior` (FEATURES,) are parts of other papers that hold each feature; they count as `PRIOR` papers.
        """
        stems = Stems.english()
        counts = np.zeros(FEATURES, dtype=np.int64)
        documents = 0
        blank = cls(np.ones(FEATURES, dtype=np.float32), 0, stems, pairs)
        for chunk in _chunks(paper_fields(paper) for paper in papers):
            counts += np.bincount(blank.counts(chunk).indices, minlength=FEATURES)
            documents += len(chunk)
        seen, read = counts.astype(np.float64), float(documents)
        if prior is not None:
            seen, read = seen + PRIOR * prior, read + PRIOR
        idf = np.log((1.0 + read) / (1.0 + seen)) + 1.0
        return cls(idf.astype(np.float32), documents, stems, pairs)

    def terms(self, fields: Fields) -> list[str]:
        """Return stems and pairs of neighbouring stems, with repetition.

        Stop words stay: their pairs tell phrases, and what is left of them is what everybody has, which
        scorers take off.
        """
        terms: list[str] = []
        for field in fields:
            if not self.pairs:
                terms += field
                continue
            stems = self.stems.all(word for word in field if len(word) > 1)
            terms += stems
            terms += [f"{one} {two}" for one, two in pairwise(stems)]
        return terms

    def phrases(self, field: Sequence[str]) -> Fields:
        """Return a field cut at its stop words, which are left out.

        In what a reader writes, "something that makes" tells nothing, and rare as it is would count much.
        """
        if not self.pairs:
            return (tuple(field),)
        groups = groupby(field, key=lambda word: bool(self.stems.content((word,))))
        return tuple(tuple(group) for content, group in groups if content)

    def counts(self, texts: Sequence[Fields]) -> SparseMatrix:
        """Return how often each feature occurs in each text; (n, FEATURES) float32."""
        return _hash([self.terms(fields) for fields in texts])

    def columns(self, terms: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the feature of each term."""
        from sklearn.utils import murmurhash3_32  # noqa: PLC0415 - slow to import, see `_hash`

        return np.asarray([abs(murmurhash3_32(term, seed=0)) % FEATURES for term in terms], dtype=np.int64)

    def rows(self, texts: Iterable[Fields]) -> SparseMatrix:
        """Return unit rows of sublinear tf times idf; (n, FEATURES) float32. An empty text is a zero row."""
        blocks = [self.weighted(self.counts(chunk)) for chunk in _chunks(texts)]
        return sparse.vstack(blocks, format="csr", dtype=np.float32) if blocks else _no_rows()

    def weighted(self, counts: SparseMatrix) -> SparseMatrix:
        """Return unit rows of sublinear tf times idf of counts (n, FEATURES)."""
        block = sparse.csr_matrix(counts, dtype=np.float32, copy=True)
        block.data = (1.0 + np.log(block.data)) * self.idf[block.indices]
        block.sort_indices()
        return unit(block)

    def paper_rows(self, papers: Iterable[Fields]) -> SparseMatrix:
        """Return rows of (title, abstract) texts, the title counted as if written twice."""
        return self.rows((*((title,) * _TITLE_WEIGHT), *rest) for title, *rest in papers)


def _chunks(texts: Iterable[Fields]) -> Iterator[list[Fields]]:
    iterator = iter(texts)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _hash(texts: Sequence[Sequence[str]]) -> SparseMatrix:
    # A second and a half to import: `paperroute --help` must not pay for it.
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415

    hashing = HashingVectorizer(
        n_features=FEATURES, analyzer=list, alternate_sign=False, norm=None, dtype=np.float32
    )
    return sparse.csr_matrix(hashing.transform(texts)) if texts else _no_rows()


def _no_rows() -> SparseMatrix:
    return sparse.csr_matrix((0, FEATURES), dtype=np.float32)
