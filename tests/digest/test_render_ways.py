"""The rendered parts where answers are mail, and where an edition may not have arrived."""

from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest

from recommender.digest.compose import compose
from recommender.digest.links import DigestLinks
from recommender.digest.render import Renderer
from recommender.digest.shortening import SIZE
from tests.digest.samples import (
    MAILBOX,
    NOW,
    PAPERS,
    digest,
    english,
    links,
    mail_links,
    material_after_loss,
    missed,
    renderer,
)
from tests.digest.test_render import many, parsed, tags
from tests.paths import REPOSITORY


@pytest.fixture(scope="module", name="by_mail")
def by_mail_fixture() -> tuple[Element, str]:
    """Return both parts of the sample digest whose answers are mail."""
    made = digest(by=mail_links())
    return parsed(renderer().html(made, english())), renderer().text(made, english())


def test_buttons_by_mail_have_names_of_their_own(by_mail: tuple[Element, str]) -> None:
    """The same thumbs with the same names; each leads to our mailbox."""
    thumbs = [link for link in tags(by_mail[0], "a") if "mailto:" in (link.get("href") or "")]
    labels = [link.get("aria-label") for link in thumbs if link.get("aria-label")]
    assert len(set(labels)) == len(labels) == 3 * len(digest().papers)
    assert labels[0] == "Useful: Rank-One Updates Write Facts…"
    assert [link.text for link in thumbs][-2:] == ["Help", "Unsubscribe"]
    assert {(link.get("href") or "").partition("?")[0] for link in thumbs} == {f"mailto:{MAILBOX}"}


def test_the_text_part_by_mail_is_short_and_whole(by_mail: tuple[Element, str]) -> None:
    """One line a link, without the body it proposes; nothing points to a server that is not there."""
    page, text = by_mail
    hrefs = [link.get("href") or "" for link in tags(page, "a")]
    mails = [href for href in hrefs if href.startswith("mailto:")]
    assert all("&body=" in href for href in mails)
    lines = [line.split()[-1] for line in text.splitlines() if "mailto:" in line]
    assert sorted(lines) == sorted(href.partition("&body=")[0] for href in mails)
    assert max(map(len, text.splitlines())) <= 200
    for words in ("127.0.0.1", "View in browser", "Reading list", "Preferences"):
        assert words not in text
        assert not [href for href in hrefs if words in href]


@pytest.mark.parametrize(
    "link",
    [
        "mailto:spy@evil.example?subject=x",
        "mailto:digest@example.org.evil.example?subject=x",
        "mailto:digest@example.org,spy@evil.example?subject=x",
        "mailto:digest@example.org?subject=x\r\nBcc: y",
        'mailto:digest@example.org?subject="><b>',
        "javascript:alert(1)",
    ],
)
def test_no_other_mailbox_gets_a_link(link: str) -> None:
    """Our own templates link by mail to our own mailbox alone."""
    made = digest()
    hostile = replace(made, footer=replace(made.footer, unsubscribe=link))
    assert not [a for a in tags(parsed(renderer().html(hostile, english())), "a") if a.text == "Unsubscribe"]
    assert link not in renderer().text(hostile, english())


def test_papers_never_get_a_link_by_mail() -> None:
    """A stranger's paper cannot borrow our mailbox: one press on its title would unsubscribe."""
    way = mail_links().unsubscribe("0" * 16, 0, NOW)
    made = digest((replace(PAPERS[0], url=way, code_url=way),), by=mail_links())
    assert way not in renderer().html(made, english())
    assert '<a class="t"' not in renderer().html(made, english())


def test_without_a_mailbox_there_is_no_link_by_mail() -> None:
    """An installation that reads no mail offers none."""
    page = Renderer([REPOSITORY / "templates"]).html(digest(by=mail_links()), english())
    assert "mailto:" not in page


@pytest.mark.parametrize("ways", [links(), mail_links()], ids=["web", "mail"])
def test_a_lost_edition_is_shown_in_both_parts(ways: DigestLinks) -> None:
    """Ten titles and links, how many more, in valid HTML; the way to the whole only where there is a page."""
    made = compose(material_after_loss(), ways)
    page, text = renderer().html(made, english()), " ".join(renderer().text(made, english()).split())
    tree = parsed(page)
    told = [" ".join("".join(item.itertext()).split()) for item in tags(tree, "li")]
    assert made.missed is not None
    assert told == [paper.title for paper in made.missed.papers]
    assert all(words in text for words in told)
    for words in (made.missed.when, "and 2 more."):
        assert words in " ".join("".join(tree.itertext()).split())
        assert words in text
    assert all(link.get("href") for link in tags(tree, "a"))
    assert ("Open that edition" in page) == ("Open that edition" in text) == bool(made.missed.view)
    assert len(list(tags(tree, "h2"))) == len(made.papers)


def test_a_full_edition_after_a_lost_one_fits() -> None:
    """Twenty-five papers and the note stay within what mail programs show whole, without losing any."""
    papers = {paper.id: paper for paper in many()}
    made = digest(many(), missed=missed(), papers={**material_after_loss().papers, **papers})
    page = renderer().html(made, english())
    assert len(page.encode()) <= SIZE
    assert page.count("<h2") == 25
    assert page.count("<li") == 10
