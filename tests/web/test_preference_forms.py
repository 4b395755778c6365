"""Forms of the preference page as such: what is shown comes back as it was, and nothing made up breaks."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.domain.errors import InputError
from recommender.domain.subscribers import Interest, Subscriber
from recommender.domain.wishes import facts_of, interest_facts, interest_field
from recommender.services.preferences import Edit, mark_of
from recommender.settings.people import SubscriberTable
from recommender.web.preference_fields import MOST_INTERESTS, PARTS, SECTIONS
from recommender.web.preference_forms import NEW, read_interest, read_section, read_undo, undo_field
from recommender.web.preference_view import Control, Looks, Trouble, interest, section
from tests.builders import a_subscriber, an_interest
from tests.web.browsing import forms, own_path
from tests.web.site import Site

LOOKS = Looks(locale="en-GB", languages=["de", "en"])
LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=12).filter(
    lambda text: text == text.strip()
)
LINES = st.lists(LINE, max_size=4, unique=True).map(tuple)
INTERESTS = st.builds(
    Interest,
    name=LINE,
    key=LINE,
    about=LINE | st.sampled_from(["two  spaces", "50\u00a0GeV"]),
    keywords=LINES,
    mute=LINES,
    authors=LINES,
    categories=st.lists(st.sampled_from(["cs.CL", "math", "odd one"]), max_size=2, unique=True).map(tuple),
    seeds=LINES,
    weight=st.floats(0.0001, 100) | st.integers(1, 9).map(float),
    paused=st.booleans(),
)


def sent(controls: list[Control] | tuple[Control, ...]) -> dict[str, str]:
    """Return what a browser sends of controls: other line ends, and of a list what is chosen."""
    found = {}
    for own in controls:
        chosen = [choice.value for choice in own.choices if choice.chosen]
        found[own.name] = chosen[0] if own.kind == "pick" else "\r\n".join(own.value.split("\n"))
        found[f"had-{own.name}"] = own.had
    return found


@settings(max_examples=60)
@given(INTERESTS)
def test_an_interest_shown_and_sent_back_is_no_edit(own: Interest) -> None:
    """Whatever the file has in it, also what no form would take."""
    reader = a_subscriber(interests=(own,))
    filled = read_interest(reader, own.key, sent([*interest(reader, own.key, Trouble())]))
    assert (filled.edits, dict(filled.faults)) == ((), {})


@pytest.mark.parametrize("name", SECTIONS)
@settings(max_examples=30)
@given(
    papers=st.integers(1, 50),
    floor=st.none() | st.floats(0, 1),
    locale=st.sampled_from(["", "de-DE", "hsb", "sr-Latn-RS"]),
    name_of=LINE,
)
def test_a_section_shown_and_sent_back_is_no_edit(
    name: str, papers: int, floor: float | None, locale: str, name_of: str
) -> None:
    """Values that no list offers are offered all the same."""
    reader = a_subscriber(papers=papers, floor=floor, locale=locale, name=name_of)
    filled = read_section(SECTIONS[name], sent([*section(reader, name, LOOKS, Trouble())]))
    assert (filled.edits, dict(filled.faults)) == ((), {})


@settings(max_examples=60)
@given(INTERESTS.filter(lambda own: "odd one" not in own.categories))
def test_an_undo_travels_by_the_page_unchanged(own: Interest) -> None:
    """Whole interests and parts."""
    reader = a_subscriber()
    facts = interest_facts(own)
    edits = (
        Edit(field=interest_field(own.key), value=dict(facts), shown=mark_of(None)),
        *(Edit(field=interest_field("K", part), value=value) for part, value in facts.items()),
        Edit(field="papers", to_file=True, shown="x", place=2),
    )
    weight = float(f"{own.weight:.12g}")
    if own.weight == weight and weight >= 0.01:
        assert read_undo(reader, undo_field(edits)) == edits


def test_nobody_gets_more_interests_than_there_may_be() -> None:
    """By the form of a new one, or by a made-up undo."""
    many = tuple(an_interest(f"Interest {number}") for number in range(MOST_INTERESTS))
    reader = a_subscriber(interests=many)
    assert read_interest(reader, "", {"name": "One more", "about": "x"}).faults.keys() == {"name"}
    undo = undo_field([Edit(field=interest_field("One more"), value={"name": "One more"})])
    with pytest.raises(InputError, match="more than a page can change"):
        read_undo(reader, undo)


NAMES = st.sampled_from(
    [
        *("section", "interest", "act", "undo", "fewer", "mail", "until", "days", "links", "sure", "lever"),
        *(name for names in SECTIONS.values() for name in names),
        *PARTS,
        "request",
    ]
)
TEXTS = st.one_of(
    st.sampled_from(
        [*SECTIONS, NEW, mark_of("Model editing"), "pause", "resume", "remove", "yes", "auto", "7"]
    ),
    st.text(max_size=30),
    st.sampled_from(
        ["0x1", "1_0", "٣", "+5", "12:60", "UTC", "posix/UTC", "Factory", "localtime", "en", "cs.CL"]
    ),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site that all examples share."""
    return Site(tmp_path_factory.mktemp("site"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    query=st.sampled_from(["", "", "?interest=new", f"?interest={mark_of('Model editing')}"]),
    number=st.integers(0, 12),
    typed=st.dictionaries(NAMES, TEXTS, max_size=4),
    again=st.booleans(),
)
def test_forms_filled_in_at_random_break_nothing(
    site: Site, query: str, number: int, typed: Mapping[str, str], *, again: bool
) -> None:
    """Never 5xx, once and once more; what stands afterwards is what the file could say too."""
    client, path = site.client(), own_path(site, "preferences")
    found = forms(client.get(path + query).text)
    sent_form = {**found[number % len(found)], **typed}
    data = {name: text.encode("utf-8", "replace") for name, text in sent_form.items()}
    for _ in range(1 + again):
        site.clock.wait(seconds=61)
        assert client.post(path, data=data).status_code in {200, 400, 409, 410, 422}
        stored = site.who("ana@example.org")
        _check(stored)
        if stored.epoch:
            site.ana = _anew(site, stored)
            path = own_path(site, "preferences")


def _anew(site: Site, stored: Subscriber) -> Subscriber:
    """Take a reader whose links are void for another one."""
    with site.store.write() as uow:
        uow.people.erase(stored.id)
        return uow.people.add(stored, state=stored.state, at=site.clock.now())


def _check(stored: Subscriber) -> None:
    """Read what is stored as the file would be read."""
    facts = facts_of(stored)
    table = SubscriberTable.model_validate(
        {
            "email": stored.email,
            "name": stored.name,
            "zone": stored.cadence.zone,
            "locale": stored.locale,
            "at": facts["at"],
            "papers": stored.papers,
            "floor": "auto" if stored.floor is None else stored.floor,
            "interest": [{**interest_facts(own), "id": own.key} for own in stored.interests],
        }
    )
    assert table.declare(lambda _: ()).interests == stored.interests
