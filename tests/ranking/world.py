"""A small made-up world of papers on eight subjects, with readers who keep to theirs."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from recommender.domain.feedback import Vote
from recommender.domain.papers import Paper, PaperId, Signal
from recommender.domain.profiles import InterestProfile, WeightedPaper
from recommender.ranking.base import Corpus, Pool, ProfileBatch, RankingSettings, Request
from recommender.ranking.vectors import Known, Lens, batch
from tests.builders import NOON, a_paper

SUBJECTS = {
    "editing": "knowledge editing facts stored language models locate update weights hypernetwork rank",
    "galaxies": "galaxies redshift survey dark matter halo spectroscopy telescope quasar lensing cosmic",
    "proteins": "protein folding structure amino residue docking ligand binding conformations alphafold",
    "robots": "robot grasping manipulation gripper tactile policy imitation dexterous actuators contact",
    "speech": "speech recognition acoustic phoneme speaker audio vocoder prosody transcription whisper",
    "privacy": "differential privacy noise budget federated leakage membership inference clipping gaussian",
    "graphs": "graph neural networks node message passing spectral laplacian heterophily edges oversmoothing",
    "climate": "climate precipitation downscaling weather forecasting ensemble ocean atmosphere drought",
}
_FILLER = "method model training evaluation benchmark results learning data analysis performance approach"
PER_SUBJECT = 15
SETTINGS = RankingSettings(factors=8)


def papers() -> list[Paper]:
    """Return 120 papers, 15 a subject, the same ones each time."""
    random = Random(7)
    made = []
    for subject, (name, vocabulary) in enumerate(SUBJECTS.items()):
        for number in range(PER_SUBJECT):
            words = random.sample(vocabulary.split(), 8) + random.sample(_FILLER.split(), 5)
            title = " ".join([name, *random.sample(vocabulary.split(), 3)])
            random.shuffle(words)
            index = subject * PER_SUBJECT + number
            made.append(
                a_paper(
                    index,
                    title=f"{title} {index}",
                    abstract=" ".join(words) + ".",
                    authors=(f"Ada {name.title()}{number % 5}", f"Bo Common{index}", "Wei Zhang"),
                    categories=("cs.CL", f"x.{name}") if number % 2 else (f"x.{name}",),
                )
            )
    return made


def of(subject: str) -> list[Paper]:
    """Return the papers of one subject."""
    start = list(SUBJECTS).index(subject) * PER_SUBJECT
    return papers()[start : start + PER_SUBJECT]


def votes(*, readers: int = 16) -> list[Vote]:
    """Return up-votes of readers 100, 101, … on the first ten papers of their subject, seven each."""
    random = Random(11)
    names = list(SUBJECTS)[:2]
    cast = []
    for reader in range(readers):
        own = of(names[reader % 2])[:10]
        cast += [a_vote(100 + reader, paper.id) for paper in random.sample(own, 7)]
    return cast


def a_vote(subscriber: int, paper: PaperId, *, up: bool = True) -> Vote:
    """Build a vote at noon."""
    return Vote(subscriber=subscriber, paper=paper, up=up, at=NOON)


def signals() -> list[Signal]:
    """Return one snapshot of every third paper."""
    return [
        Signal(
            paper=paper.id,
            source="huggingface",
            taken_at=NOON - timedelta(days=number % 4),
            upvotes=number,
            comments=number % 7,
        )
        for number, paper in enumerate(papers())
        if number % 3 == 0
    ]


def corpus() -> Corpus:
    """Return the world as a corpus."""
    return Corpus(papers=papers(), votes=votes(), signals=signals())


def a_profile(subscriber: int = 1, **fields: object) -> InterestProfile:
    """Build a profile; nothing is declared but what is named."""
    values: dict[str, object] = {"subscriber": subscriber, "interest": "own", "name": ""}
    return InterestProfile(**(values | fields))  # type: ignore[arg-type]  # a builder takes any field by name


def liking(chosen: Sequence[Paper], subscriber: int = 1, **fields: object) -> InterestProfile:
    """Build a profile with up-votes at noon."""
    up = tuple(WeightedPaper(paper=paper.id, at=NOON) for paper in chosen)
    return a_profile(subscriber, up=up, **fields)


def disliking(chosen: Sequence[Paper]) -> tuple[WeightedPaper, ...]:
    """Build down-votes at noon."""
    return tuple(WeightedPaper(paper=paper.id, at=NOON) for paper in chosen)


def profiles() -> tuple[InterestProfile, ...]:
    """Return profiles of every kind, the last one empty."""
    return (
        a_profile(1, name="Model editing", about="editing facts stored in language models"),
        a_profile(2, keywords=("knowledge editing", "dark matter"), categories=("x.editing",)),
        a_profile(3, authors=("Ada Galaxies1", "B. Common3"), categories=("x",)),
        liking(of("editing")[:3], 100, name="Editing"),
        liking(of("galaxies")[:4], 101, down=disliking(of("proteins")[:2]), mute=("quasar",)),
        a_profile(6, seeds=(of("robots")[0].id, of("robots")[1].id)),
        a_profile(7),
    )


def a_pool(chosen: Sequence[Paper] | None = None) -> Pool:
    """Return a pool of all papers, or of `chosen` ones; every paper is known."""
    everything = papers()
    return Pool(
        papers=everything if chosen is None else chosen,
        signals=signals(),
        known={paper.id: paper for paper in (*everything, *(chosen or ()))},
        now=NOON,
    )


def a_batch(lens: Lens, own: Sequence[InterestProfile], pool: Pool) -> ProfileBatch:
    """Return profiles as scorers take them."""
    return batch(lens, own, Known.gather(lens, pool, own))


def ask(*own: InterestProfile, **fields: object) -> Request:
    """Build a request of the profiles' subscriber."""
    values: dict[str, object] = {"subscriber": own[0].subscriber if own else 1, "profiles": own}
    return Request(**(values | fields))  # type: ignore[arg-type]  # a builder takes any field by name
