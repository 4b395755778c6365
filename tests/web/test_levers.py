"""The page of a lever: what it shows, what a press turns, and what it refuses."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from recommender.digest.links import LESS, LEVER
from recommender.domain.errors import LinkInvalid
from recommender.domain.feedback import Act, Feedback
from tests.builders import NOON, a_declaration, an_interest
from tests.stores import dump
from tests.web.browsing import checked, hidden_fields, lever_path, own_path, vote_path
from tests.web.site import PAPERS, Site

MINE = {"sheet": "1", "had": "undo"}


def levers(site: Site) -> list[tuple[str, str, str | None]]:
    """Return Ana's standing levers: act, value, interest."""
    with site.store.read() as uow:
        return [(own.act.value, own.value, own.interest) for own in uow.people.levers([site.ana.id])]


def turn(site: Site, act: Act, value: str, *, minutes: int = 0, suspect: bool = False) -> None:
    """Turn one of Ana's levers at noon or some minutes later, through no edition."""
    entry = Feedback(
        subscriber=site.ana.id,
        paper=PAPERS[5].id,
        act=act,
        at=NOON + timedelta(minutes=minutes),
        value=value,
        interest="Model editing",
        suspect=suspect,
    )
    with site.store.write() as uow:
        uow.people.record([entry])


def words(page: str) -> str:
    """Return what a page says, without markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main>")[2])).split())


@pytest.mark.parametrize(
    "number, value, ticked",
    [
        (1, LEVER, {"mute-0": "method"}),
        (2, LEVER, {"follow-0": "Ada Author2"}),
        (3, LEVER, {"less": "down"}),
        (4, LEVER, {"less": "down"}),
        (1, LESS, {"less": "down"}),
    ],
)
def test_the_link_s_own_lever_is_ticked(site: Site, number: int, value: str, ticked: dict[str, str]) -> None:
    """And nothing else; the reason and every other lever are there, and nothing is stored."""
    before = dump(site.folder)
    page = site.client().get(lever_path(site, number, value)).text
    assert checked(page) == ticked
    assert f"It speaks of editing, as number {number} does." in words(page)
    for label in (
        "Mute “method”",
        f"Mute “subject {number}”",
        f"Follow Ada Author{number}",
        "Follow Bob Writer",
    ):
        assert label in words(page)
    assert dump(site.folder) == before


def test_an_empty_post_turns_the_link_s_own_lever(site: Site) -> None:
    """As a form without any mark does on the other pages; again it changes nothing and can be undone."""
    client = site.client()
    page = client.post(lever_path(site)).text
    assert levers(site) == [("mute", "method", "Model editing")]
    assert "Muted: “method”" in words(page)
    assert "Papers with “method” stay out of “Model editing” from the next edition on." in words(page)
    site.clock.wait(minutes=1)
    again = client.post(lever_path(site)).text
    assert "Nothing changed" in words(again)
    client.post(lever_path(site), data=hidden_fields(again))
    assert levers(site) == []


def test_one_post_turns_what_is_ticked_and_undo_restores_all(site: Site) -> None:
    """Mute, follow and vote at once; the vote that stood before comes back too."""
    client = site.client()
    client.post(vote_path(site, 1, "up"))
    site.clock.wait(minutes=1)
    form = {"sheet": "1", "had": "up", "mute-1": "subject 1", "follow-0": "Ada Author1", "less": "down"}
    done = client.post(lever_path(site), data=form).text
    assert levers(site) == [
        ("follow", "Ada Author1", "Model editing"),
        ("mute", "subject 1", "Model editing"),
    ]
    assert site.votes() == {PAPERS[0].id: False}
    assert "You follow: Ada Author1" in words(done)
    assert f"Less like this: {PAPERS[0].title}" in words(done)
    site.clock.wait(minutes=1)
    undone = client.post(lever_path(site), data=hidden_fields(done)).text
    assert (levers(site), site.votes()) == ([], {PAPERS[0].id: True})
    assert "Not muted any more: “subject 1”" in words(undone)
    site.clock.wait(minutes=1)
    client.post(lever_path(site), data=hidden_fields(undone))
    assert (len(levers(site)), site.votes()) == (2, {PAPERS[0].id: False})


def test_a_lever_is_turned_back_by_unticking(site: Site) -> None:
    """The page shows what stands; one that is left alone stays."""
    turn(site, Act.MUTE, "Subject 1")
    turn(site, Act.FOLLOW, "Bob Writer")
    client = site.client()
    page = client.get(lever_path(site, 1, LESS)).text
    assert checked(page) == {"mute-1": "subject 1", "follow-1": "Bob Writer", "less": "down"}
    fields = hidden_fields(page)
    assert fields == {"sheet": "1", "had": "undo", "had-mute-1": "subject 1", "had-follow-1": "Bob Writer"}
    client.post(lever_path(site, 1, LESS), data=fields | {"follow-1": "Bob Writer"})
    assert levers(site) == [("follow", "Bob Writer", "Model editing")]
    assert site.votes() == {}


def test_a_page_left_open_takes_nothing_back(site: Site) -> None:
    """What another page turned meanwhile was not on it."""
    client = site.client()
    fields = hidden_fields(client.get(lever_path(site)).text)
    turn(site, Act.FOLLOW, "Bob Writer")
    client.post(lever_path(site), data=fields | {"mute-1": "subject 1"})
    assert [value for _, value, _ in levers(site)] == ["Bob Writer", "subject 1"]
    page = client.get(lever_path(site, 1, LESS)).text
    turn(site, Act.UNFOLLOW, "Bob Writer", minutes=90)
    client.post(lever_path(site, 1, LESS), data=hidden_fields(page) | checked(page))
    assert [value for _, value, _ in levers(site)] == ["subject 1"]


@pytest.mark.parametrize(
    "form",
    [
        {"mute-0": "everything"},
        {"follow-0": "Somebody Else"},
        {"follow-0": "method"},
        {"had-mute-0": "survey"},
        {"vote": "sideways"},
        {"mute-7": ""},
    ],
    ids=str,
)
def test_what_the_page_does_not_offer_is_refused(site: Site, form: dict[str, str]) -> None:
    """Made-up terms, names and votes are a 400 and change nothing."""
    before = dump(site.folder)
    assert site.client().post(lever_path(site), data=MINE | form).status_code == 400
    assert dump(site.folder) == before


def test_what_the_file_says_is_shown_and_cannot_be_changed(site: Site) -> None:
    """Its box is off limits."""
    declared = a_declaration(interests=(an_interest(mute=("Method",), authors=("Bob Writer",)),))
    with site.store.write() as uow:
        uow.people.change(site.ana.id, declared)
    page = site.client().get(lever_path(site)).text
    assert page.count(" disabled") == 2
    assert page.count("one of your preferences already") == 2


def test_a_vote_on_a_paper_of_an_interest_that_is_gone_is_told(site: Site) -> None:
    """The page was shown before; the vote counts, is answered, and can be undone."""
    client, path = site.client(), lever_path(site, 1, LESS)
    form = hidden_fields(client.get(path).text) | {"less": "down"}
    with site.store.write() as uow:
        uow.people.change(site.ana.id, a_declaration(interests=(an_interest("Other"),)))
    done = client.post(path, data=form).text
    assert f"Less like this: {PAPERS[0].title}" in words(done)
    site.clock.wait(minutes=1)
    assert "No vote any more" in words(client.post(path, data=hidden_fields(done)).text)


def test_every_bit_of_twenty_tokens_counts(site: Site) -> None:
    """Each single flip of a lever's token is refused, by the page and by the reader of mails."""
    before = dump(site.folder)
    client = site.client()
    refused = 0
    for number in range(20):
        item = site.edition.items[number % 6].id
        url = site.links.lever((site.ana.public_id, number // 6, item), (LEVER, LESS)[number % 2], "", NOON)
        token = url.rpartition("/")[2]
        for place, bit in ((place, bit) for place in range(len(token)) for bit in range(8)):
            raw = bytearray(token.encode())
            raw[place] ^= 1 << bit
            with pytest.raises(LinkInvalid):
                site.links.read("lever", raw.decode("latin-1"), NOON)
            refused += 1
        bent = f"{token[:9]}{'A' if token[9] != 'A' else 'B'}{token[10:]}"
        assert client.post(f"/m/{bent}").status_code == 400
    assert refused > 20 * 8 * 60
    assert dump(site.folder) == before


def test_a_lever_of_another_time_or_reader_is_refused(site: Site) -> None:
    """A voided link is gone, an edition that was erased too; one's own link for another's item is none."""
    client = site.client()
    who, item = site.ana.public_id, site.edition.items[0].id
    cases = {
        site.links.lever((who, 1, item), LEVER, "", NOON): 410,
        site.links.lever((who, 0, 999_999), LEVER, "", NOON): 410,
        site.links.lever(("nobody", 0, item), LEVER, "", NOON): 410,
        site.links.lever((who, 0, site.bens_edition.items[0].id), LEVER, "", NOON): 400,
        site.links.lever((who, 0, item), "undo", "", NOON): 400,
        site.links.vote(who, 0, item, "up", NOON).replace("/v/", "/m/"): 400,
    }
    before = dump(site.folder)
    for url, status in cases.items():
        assert client.get(site.path(url)).status_code == status
        assert client.post(site.path(url)).status_code == status
    site.clock.wait(days=370)
    assert client.post(lever_path(site)).status_code == 410
    assert dump(site.folder) == before


def test_a_scanner_of_the_whole_digest_leaves_no_lever(site: Site) -> None:
    """It posts every form it finds, hidden and ticked fields alike, as fast as it can."""
    client = site.client()
    for number in range(1, 7):
        for path in (
            vote_path(site, number, "up"),
            vote_path(site, number, "down"),
            lever_path(site, number),
            lever_path(site, number, LESS),
        ):
            page = client.get(path).text
            client.post(path, data=hidden_fields(page) | checked(page))
            site.clock.wait(milliseconds=40)
    assert (levers(site), site.votes()) == ([], {})


def test_a_scanner_is_asked_and_a_person_may_insist(site: Site) -> None:
    """The page offers what was asked for once more."""
    client = site.client()
    for number in (2, 5):
        client.post(lever_path(site, number))
    page = client.post(lever_path(site, 1), data=MINE | {"mute-1": "subject 1"}).text
    assert "Was this you?" in words(page)
    assert levers(site) == []
    site.clock.wait(minutes=1)
    client.post(lever_path(site, 1), data=hidden_fields(page))
    assert levers(site) == [("mute", "subject 1", "Model editing")]


def test_the_preferences_show_what_was_turned_and_take_it_back(site: Site) -> None:
    """Each with a button, long after the mail is gone; the result can be undone, also twice."""
    turn(site, Act.MUTE, "method")
    turn(site, Act.FOLLOW, "Bob Writer")
    client, path = site.client(), own_path(site, "preferences")
    before = dump(site.folder)
    page = client.get(path).text
    assert dump(site.folder) == before
    assert "You follow: Bob Writer in Model editing Take back" in words(page)
    form = {"lever": "unmute", "value": "method", "interest": "Model editing"}
    page = client.post(path, data=form).text
    assert levers(site) == [("follow", "Bob Writer", "Model editing")]
    assert "Not muted any more: “method”" in words(page)
    assert hidden_fields(page) == form | {"lever": "mute"}
    page = client.post(path, data=hidden_fields(page)).text
    assert {value for _, value, _ in levers(site)} == {"method", "Bob Writer"}
    assert "Nothing changed" in words(client.post(path, data=form | {"lever": "mute"}).text)


@pytest.mark.parametrize(
    "form",
    [
        {"lever": "mute", "value": "everything", "interest": "Model editing"},
        {"lever": "unfollow", "value": "method", "interest": "Model editing"},
        {"lever": "unmute", "value": "method", "interest": "Other"},
        {"lever": "up", "value": "method", "interest": "Model editing"},
        {"lever": "mute", "value": "held", "interest": "Model editing"},
        {"lever": ""},
    ],
    ids=str,
)
def test_the_preferences_turn_nothing_new(site: Site, form: dict[str, str]) -> None:
    """Only what the reader turned before; all else is a 400."""
    turn(site, Act.MUTE, "method")
    turn(site, Act.MUTE, "held", suspect=True)
    before = dump(site.folder)
    assert site.client().post(own_path(site, "preferences"), data=form).status_code == 400
    assert dump(site.folder) == before


def test_names_of_strangers_are_only_names(site: Site) -> None:
    """Markup is text, and a name of nothing that can be seen is none."""
    names = ('Ada "><script>alert(1)</script>', "\u200b\u202e", "O'Neil\u00a0&amp;  Sons\tLtd")
    with site.store.write() as uow:
        uow.papers.fold([replace(PAPERS[0], authors=names, version=2)], seen_at=NOON)
    client = site.client()
    page = client.get(lever_path(site)).text
    assert "<script" not in page
    shown = [unescape(value) for value in re.findall(r'name="follow-[0-9]+" value="([^"]*)"', page)]
    assert shown == [names[0], names[2]]
    client.post(lever_path(site), data=MINE | {"follow-0": shown[0], "follow-1": shown[1]})
    assert {value for _, value, _ in levers(site)} == {*shown}
