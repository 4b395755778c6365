"""What the store of the gallery holds beyond a small site: odd papers, attention, votes, a second edition."""

from datetime import timedelta

from recommender.domain.editions import Edition, InterestStanding
from recommender.domain.feedback import Act, Feedback
from recommender.domain.papers import PaperStatus, Signal
from tests.builders import NOON, a_paper
from tests.web.shelves import add, on_subjects
from tests.web.site import PAPERS, Site

LONG = a_paper(
    80,
    title="A title with one_word_that_is_much_longer_than_any_screen_of_a_telephone_is_wide: " * 2,
    abstract="First part with method.\n  Second part, " + "and_another_word_without_any_end" * 6,
    authors=tuple(f"Ada Verylongsurname-Hyphenated{number}" for number in range(40)),
    doi="10.1000/" + "part/" * 12,
    version=3,
    status=PaperStatus.WITHDRAWN,
    categories=("cs.CL", "x." + "long" * 20),
)


def fill(site: Site) -> None:
    """Put it all in."""
    counts = [
        Signal(paper=paper, source="huggingface", taken_at=NOON - timedelta(days=day), upvotes=60 - 9 * day)
        for paper in (LONG.id, PAPERS[2].id, on_subjects()[5].id)
        for day in range(6)
    ]
    add(site, [*on_subjects(), LONG], counts)
    standing = InterestStanding(interest="Model editing", name="Model editing", days=(1, 0, 4))
    edition = Edition(
        subscriber=site.ana.id, key="k", created_at=NOON, due_at=NOON, considered=9, standings=(standing,)
    )
    acts = ((on_subjects()[0].id, Act.UP), (on_subjects()[9].id, Act.DOWN), (LONG.id, Act.SAVE))
    with site.store.write() as uow:
        uow.outbox.put(edition, message_id="<k@example.org>", date=NOON)
        uow.people.record(
            [Feedback(subscriber=site.ana.id, paper=paper, act=act, at=NOON) for paper, act in acts]
        )
