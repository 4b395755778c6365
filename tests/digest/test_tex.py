"""TeX to Unicode on titles as arXiv and Hugging Face really serve them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.digest.tex import to_unicode

REAL = [
    (r"Di$\mathtt{[M]}$O: Distilling", "Di[M]O: Distilling"),
    (r"$\textit{Agents Under Siege}$: Breaking", "Agents Under Siege: Breaking"),
    ("<think> So let's replace this phrase </think>", "<think> So let's replace this phrase </think>"),
    ("Why 1 + 1 < 1", "Why 1 + 1 < 1"),
    ("X$^{2}$-Gaussian", "X²-Gaussian"),
    ("X^{2}-Gaussian", "X²-Gaussian"),
    ("R^textbf{2AI}: Towards\n  AI", "R²AI: Towards AI"),
    ("Via texttt{D}ual-texttt{H}ead", "Via Dual-Head"),
    (r"via $\mathbf{\texttt{D}}$ual-$\mathbf{\texttt{H}}$ead", "via Dual-Head"),
    (r"$boldsymbol{\lambda}$-Orthogonality", "λ-Orthogonality"),
    ("UR$^2$: Unify", "UR²: Unify"),
    ("GSBAK$^K$: $top$-$K$", "GSBAKᴷ: top-K"),
    (r"H$^{\mathbf{3}}$DP", "H³DP"),
    (r"Business as \textit{Rule}sual", "Business as Rulesual"),
    (r"360$^\circ$ Horizons", "360° Horizons"),
    (r"Super-Resolution ($\times$4)", "Super-Resolution (×4)"),
    (r"with 1\textpertenthousand Spatial", "with 1‱ Spatial"),
    (r"DESIGN-R\textsuperscript{\textregistered}", "DESIGN-R®"),
    (r"$\ell_1$ regularization", "ℓ₁ regularization"),
    (r"$\mathcal{O}(n \log n)$", "O(n log n)"),
    (r"$O(n\log\log n)$ at $2\times 2$", "O(n log log n) at 2×2"),
    (r"the rare $B^0_s\to\mu^+\mu^-$ decay", "the rare B⁰ₛ→μ⁺μ⁻ decay"),
    (r"emph{$(G,f)$-divergences} of \textbf{2.6$\times$ faster}", "(G,f)-divergences of 2.6× faster"),
    (r"Prefill \& Decode", "Prefill & Decode"),
    ("Math? -- Exploring", "Math? – Exploring"),
    ("FaSTA^*: Fast", "FaSTA*: Fast"),
    ("Index (V_AI)", "Index (V_AI)"),
    (r"page: \textcolor{brightpink}https://example.org/ai/", "page: https://example.org/ai/"),
    (r"\textcolor{red}{WARNING}: \color{blue} cold", "WARNING: cold"),
]
GUARDED = [
    ("50% off deep nets", "50% off deep nets"),
    ("From $5 and $10 prizes", "From $5 and $10 prizes"),
    ("Earn $1 Million", "Earn $1 Million"),
    ("Fixing 7,400 Bugs for 1$: Cheap", "Fixing 7,400 Bugs for 1$: Cheap"),
    ("between $48-$74 per voter", "between $48-$74 per voter"),
    ("Modeling$ (WorldPM) to emphasize", "Modeling$ (WorldPM) to emphasize"),
    (r"$\sim$10% of 20\%", "∼10% of 20%"),
    (r"A\footnote{With thanks.} title", "A title"),
    (r"A\footnote{With thanks title", r"A\footnote{With thanks title"),
    ("100~km and ~10%", "100 km and ~10%"),
    ("run --resume -- again", "run --resume – again"),
    (r"G\"odel, \v{C}ech and \'Etale", "Gödel, Čech and Étale"),
    ("{BERT} and {a, b}", "BERT and {a, b}"),
    (r"``quoted'' words", "“quoted” words"),
    ("\"quoted'' words", '"quoted" words'),
    ("the model's \"one\" and two'' long", 'the model\'s "one" and two” long'),
    (r"odd $x^2 number of signs", r"odd $x² number of signs"),
    (r"see \href{https://example.org/a_long_address}{our page}", "see our page"),
    (r"$\alpha_{i}^{2} \le \frac{1}{2}$", "αᵢ² ≤1/2"),
    (r"$2^{2^{n}}$ and $x_{i_j}$", "2^(2ⁿ) and x_iⱼ"),
    (r"\mystery{kept} words", "kept words"),
]


@pytest.mark.parametrize("title, expected", REAL)
def test_real_titles(title: str, expected: str) -> None:
    """Titles of real papers read as their authors meant them."""
    assert to_unicode(title) == expected


@pytest.mark.parametrize("text, expected", GUARDED)
def test_guards(text: str, expected: str) -> None:
    """What only looks like TeX stays, and nothing is eaten."""
    assert to_unicode(text) == expected


def test_formula_spaces_can_be_marked() -> None:
    """A caller who cuts at spaces can have those inside formulas made into something else."""
    assert to_unicode(r"cost $n \log n$ here", joiner="_") == "cost n_log_n here"


def test_much_shorter_result_keeps_the_original() -> None:
    """Where most letters would be lost the source is shown as it is."""
    text = r"\label{everything that this title says} a"
    assert to_unicode(text) in {text, "a"}


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab1 $\\{}^_%~&#<>-`'\"é\u202e\x00"), max_size=60))
def test_never_fails_and_never_hides(text: str) -> None:
    """Any mixture of TeX signs gives one clean line."""
    result = to_unicode(text)
    assert "\x00" not in result
    assert "\u202e" not in result
    assert not any("\ue000" <= char <= "\uf8ff" for char in result)
    assert result == " ".join(result.split())


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_plain_text_keeps_its_letters(text: str) -> None:
    """Text without TeX signs keeps every letter and digit."""
    harmless = "".join(char for char in text if char not in "\\${}^~-`'")
    kept = [char for char in harmless if char.isalnum()]
    assert [char for char in to_unicode(harmless) if char.isalnum()] == kept
