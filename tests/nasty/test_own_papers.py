"""Hard papers of our own making, through the real readers of files, store and renderer, in one digest."""

import pytest

from recommender.domain.editions import Section
from tests.nasty import own
from tests.nasty.case import Case, case
from tests.nasty.world import World, world

LIBRARY, CHANGED = Section.READING_LIST, Section.CHANGED
CASES = (
    case(1, "2601.90001", "Di[K]O: Distilling Tea in One Step", whole=True),
    case(2, "2601.90002", "Lanterns Under Water: Breaking Glass", whole=True),
    case(3, "2601.90003", "<think> Let us see... </think> Lessons of a Lamp", whole=True),
    case(4, "2601.90004", "Before you <think>, count the ships", whole=True),
    case(5, "2601.90005", "Why 1 + 1 < 1 for Umbrellas", whole=True),
    case(
        6, "2601.90006", "A Link in the Fog", '<a href="https://evil.example/x" onclick="alert(1)">here</a>'
    ),
    case(7, "2601.90007", "Letters to a Keeper", "Hugo Keeper007, Ida Reef", lacks=("keeper@lamp",)),
    case(8, "2601.90008", "Fùxì et la mer : étude d'une côte à marée haute", "La lampe est allumée"),
    case(9, "2601.90009", "All Hands", "Ana Lamp0, Ana Lamp1,", "and 3,297 more", lacks=("Ana Lamp6",)),
    case(11, "2601.90011", "A Survey of the Whole Sky", "Harbour Collaboration, Bo Ship0", "and 268 more"),
    case(12, "2601.90012", "Tide Tables", "Kettle Works, Cleo Sand, Dan Reed", lacks=("Works, :", " : ")),
    case(13, "2601.90013", "Small Virtual Tower", "Jonas, Zhao, Eva Bell"),
    case(14, "2601.90014", "Short and Plain", "We lit one lamp, once, and nobody came."),
    case(15, "2601.90015", "A Long Winter", "A lamp was lit on each of ninety nights"),
    case(16, "2601.90016", "Two Paragraphs", "Hugo Keeper016"),
    case(17, "2601.90017", "On the Patience of Lighthouses, Lamp 1,", "Lamp 25"),
    case(17, "2601.90117", "LAMPv3", whole=True),
    case(18, "2601.90018", "(L)I-GHT: Generative Beams", whole=True),
    case(18, "2601.90118", '"Is There Any Oil?": Asking the Keeper', whole=True),
    case(19, "2601.90019", "Codes for Beams", "eess.IV", lacks=("94A29", "I.4.2")),
    case(20, "2601.90020", "A Remark at Length", lacks=("Shown at the harbour.",)),
    case(21, "2601.90021", "Half a Price", "A lamp costs $5, and $x is not known."),
    case(22, "2601.90022", "Twins in One Tower", "Eva Bell", whole=True),
    case(24, "2601.90024", "A Winter, by the Elder", "Fay Oar"),
    case(24, "2601.90124", "The Winter, by the Younger", "Guy Oar"),
    case(26, "1801.90026", "An Old Number, Found Today", "29 Jan 2026"),
    case(29, "2601.90029", "R²LAMP: Resistant Towers", whole=True),
    case(30, "2601.90030", "Via Dual-Beam", lacks=("0 upvotes",)),
    case(31, "2601.90031", "X²-Beacon 🗼 in 24h", whole=True),
    case(33, "2601.90033", "The Only Ship of the Day", "Kim Quay", section=Section.TRENDING),
    case(34, "0704.9034", "A Tower That Fell", "It has changed.", section=CHANGED),
    case(36, "2601.90036", "The rare B⁰ₛ→μ⁺μ⁻ ship at 50% of √(s)", whole=True),
    case(36, "acc-phys/9411036", "A Tower of Old", "acc-phys"),
    case(38, "title:בשורהמגדלור", '"בשורה": מגדלור', "איתי גל", whole=True, section=LIBRARY),
    case(38, "title:whatthekeeperis", "What the Keeper Is", "耿秀萍, Xiu-ping Geng", section=LIBRARY),
    case(39, "title:uberdaslichtdiekuste", "Über das Licht & die Küste", "Jörg Müller", section=LIBRARY),
    case(39, "title:lepharedelile", "Le phare de l'île", "Zoé Noël", section=LIBRARY),
    case(40, "2601.90040", "Run by a Company", "Meta Lamp"),
)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Import every file and print every case."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "files").mkdir()
    return world(folder, own.files(folder / "files"), CASES)


@pytest.mark.parametrize("hard", CASES, ids=lambda hard: f"{hard.number}-{hard.paper}")
def test_is_shown_as_it_should(printed: World, hard: Case) -> None:
    """In a mail with few others, and by its title in the mail with all of them."""
    hard.check(printed.prints.block(hard))
    assert hard.title in printed.prints.whole.block(hard.title).title
    assert hard.title in printed.prints.whole.prose


def test_all_in_one_digest(printed: World) -> None:
    """Nothing of it breaks: markup, order, links, parts, headers."""
    printed.check_whole()


def test_a_few_in_a_digest(printed: World) -> None:
    """The same of small ones."""
    printed.check_few()


def test_no_tag_of_a_paper_is_one(printed: World) -> None:
    """Case 6: what looks like markup is text; the address in it is no link."""
    for sheet in (printed.prints.whole, *printed.prints.few):
        assert not [href for href in sheet.links if "evil.example" in href]
        assert not list(sheet.tree.iter("img"))
        assert not list(sheet.tree.iter("script"))


def test_what_is_no_paper(printed: World) -> None:
    """Cases 34, 35 and 37: an empty file, an error that looks like an entry, an answer without entries."""
    places = [(failure.place.rpartition("/")[2], failure.reason) for failure in printed.report.failures]
    assert [place for place, _ in places] == ["empty.abs", "error.xml: entry 1"]
    assert "incorrect id" in places[1][1]
    assert printed.report.counts["added"] == len(CASES)
    assert "Error" not in {block.title for block in printed.prints.whole.blocks}


def test_what_is_never_recommended(printed: World) -> None:
    """What was withdrawn and what came from a library are no candidates; twins are one paper."""
    shown = {case.id for case in CASES if case.section in (LIBRARY, CHANGED)}
    assert printed.fresh == {case.id for case in CASES} - shown
    assert "arxiv:2601.90122" not in printed.held
