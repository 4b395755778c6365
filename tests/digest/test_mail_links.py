"""Links that are mail: what they say, how long they are, and the token found again in a subject."""

import re
from base64 import b64encode
from email import message_from_string
from email.header import Header
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.digest.links import CODES, LESS, LEVER, UNDO, DigestLinks
from recommender.digest.mail_links import LONGEST, MailLinks, token_in, without_body
from tests.digest.pseudo import pseudo
from tests.digest.samples import NOW, PUBLIC_ID, english, links, wording

ADDRESS = "digest@example.org"
WHO = (PUBLIC_ID, 3)
ITEM = 9_999_999


def ways(made: DigestLinks) -> dict[tuple[str, str], str]:
    """Make every link there is, by purpose and value."""
    return {
        ("vote", "up"): made.vote(*WHO, ITEM, "up", NOW),
        ("vote", "down"): made.vote(*WHO, ITEM, "down", NOW),
        ("vote", UNDO): made.vote(*WHO, ITEM, UNDO, NOW),
        ("save", ""): made.save(*WHO, ITEM, NOW),
        ("save", UNDO): made.save(*WHO, ITEM, NOW, undo=True),
        ("lever", LEVER): made.lever((*WHO, ITEM), LEVER, "Mute", NOW),
        ("lever", UNDO): made.lever((*WHO, ITEM), UNDO, "", NOW),
        ("unsubscribe", ""): made.unsubscribe(*WHO, NOW),
        ("unsubscribe", UNDO): made.unsubscribe(*WHO, NOW, undo=True),
        ("preferences", ""): made.help(*WHO, NOW),
    }


def subject_of(link: str) -> str:
    """Return the subject a mail program would show for a link."""
    return unquote(dict(pair.split("=") for pair in urlsplit(link).query.split("&"))["subject"])


MAILS = ways(MailLinks(links(), ADDRESS, english()))
SUBJECTS = {key: subject_of(link) for key, link in MAILS.items()}
USEFUL = SUBJECTS["vote", "up"]
TOKEN = links().vote(*WHO, ITEM, "up", NOW).rpartition("/")[2]


@pytest.mark.parametrize("key", MAILS, ids=str)
def test_a_mail_says_what_its_web_link_says(key: tuple[str, str]) -> None:
    """The subject holds the very token of the web link, and it reads back."""
    found = token_in(SUBJECTS[key])
    assert found is not None
    assert found == (key[0], ways(links())[key].rpartition("/")[2])
    said = links().read(*found, NOW)
    assert (said.purpose, said.value) == key
    assert (said.public_id, said.epoch) == WHO
    assert said.row == (ITEM if key[0] in {"vote", "save", "lever"} else 0)


def test_the_format_of_a_subject() -> None:
    """Words, then the token with the letter of its purpose in brackets."""
    assert f"Useful [pr:v:{TOKEN}]" == USEFUL
    assert all(re.fullmatch(r"[A-Z][a-z ]+ \[pr:[vsmup]:[\w.-]+\]", subject) for subject in SUBJECTS.values())
    assert len(set(SUBJECTS.values())) == len(SUBJECTS)


@pytest.mark.parametrize("address", [ADDRESS, "a" * 64 + "@" + "b" * 60 + ".example.org", "papers+in@x.org"])
def test_links_are_short_and_need_no_mending(address: str) -> None:
    """At most 400 characters, only what RFC 6068 allows unencoded, no plus but one in an address."""
    for link in ways(MailLinks(links(), address, english())).values():
        assert len(link) <= LONGEST
        assert re.fullmatch(r"mailto:[\w.@+-]+\?subject=[\w.:%-]+&body=[\w.%-]+", link)
        assert "+" not in link.partition("?")[2]
        assert unquote(urlsplit(link).path) == address


@pytest.mark.parametrize("language", ["de", "brackets"])
def test_links_in_other_words_are_as_short(language: str) -> None:
    """Letters that are written as six are no reason to be cut; the token reads back."""
    words = wording().of("de-DE") if language == "de" else pseudo()[0].of("")
    for (purpose, _), link in ways(MailLinks(links(), ADDRESS, words)).items():
        assert len(link) <= LONGEST
        found = token_in(subject_of(link))
        assert found is not None
        assert found[0] == purpose


def test_without_words_a_subject_is_its_token() -> None:
    """Nothing is said in a language that nobody asked for."""
    made = MailLinks(links(), ADDRESS)
    assert subject_of(made.vote(*WHO, ITEM, "up", NOW)) == f"[pr:v:{TOKEN}]"
    assert (made.note, made.unsave_words, links().unsave_words) == ("", "", "")


def test_the_body_is_one_line_and_is_dropped_before_the_subject() -> None:
    """It says that nothing is to be added; an address of the greatest length leaves no room for it."""
    body = unquote(MAILS["vote", "up"].partition("&body=")[2])
    assert body == "Nothing needs to be added."
    longest = MailLinks(links(), "a" * 64 + "@" + ".".join(["b" * 60] * 3), english()).vote(
        *WHO, ITEM, "up", NOW
    )
    assert len(longest) <= LONGEST
    assert "&body=" not in longest
    assert subject_of(longest) == USEFUL


def test_an_odd_address_is_encoded() -> None:
    """Characters that mean something in a link mean nothing in an address."""
    link = MailLinks(links(), "a&b?c%d=#@example.org", english()).help(*WHO, NOW)
    assert link.startswith("mailto:a%26b%3Fc%25d%3D%23@example.org?subject=Help")


def test_what_needs_a_server_is_no_link() -> None:
    """An empty string, so that the digest leaves the line out."""
    made = MailLinks(links(), ADDRESS, english())
    found = {made.view(*WHO, 17, NOW), made.preferences(*WHO, NOW), made.reading(*WHO, NOW)}
    assert found == {""}


def test_a_link_without_its_body() -> None:
    """The proposed body goes, the subject stays; web links have none."""
    assert without_body(MAILS["vote", "up"]) == MAILS["vote", "up"].partition("&")[0]
    assert without_body("https://example.org/?a=1&body=2") == "https://example.org/?a=1&body=2"


@pytest.mark.parametrize(
    "subject",
    [
        f"Re: {USEFUL}",
        f"RE: AW: Fwd: [EXTERNAL] {USEFUL} (was: something else)",
        USEFUL.replace("Useful ", ""),
        f"{USEFUL} {USEFUL}",
        USEFUL.replace("[pr:v:", "[pr: v: "),
        USEFUL.replace(TOKEN, f"{TOKEN[:30]} {TOKEN[30:60]}\t{TOKEN[60:]}"),
        USEFUL.replace(TOKEN, f"{TOKEN[:30]}\r\n {TOKEN[30:]}"),
        USEFUL.replace("pr:v:", "pr:v:\u00a0"),
        f"[pr:v:x] [pr:] [pr:z:{TOKEN}] {USEFUL}",
        f"[[pr:v:{TOKEN}]]",
    ],
)
def test_tokens_are_found_whatever_mail_programs_do(subject: str) -> None:
    """Prefixes, tags of lists, blanks of folding and brackets that are no token do no harm."""
    assert token_in(subject) == ("vote", TOKEN)


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Re: Rank-One Updates · 4 papers",
        TOKEN,
        f"pr:v:{TOKEN}",
        f"[pr:v:{TOKEN}",
        f"[PR:V:{TOKEN}]",
        f"[pr:z:{TOKEN}]",
        f"[pr:v:{TOKEN}x]",
        f"[pr:v:{TOKEN[:-1]}é]",
        f"{USEFUL} {SUBJECTS['vote', 'down']}",
        f"{USEFUL} {SUBJECTS['save', '']}",
        f"{USEFUL} [pr:s:{TOKEN}]",
        "[pr:v:" + "A" * 5000 + "." + "A" * 32 + "]",
    ],
)
def test_no_token_and_several_are_none(subject: str) -> None:
    """Two different acts in one subject are none: nobody knows which was meant."""
    assert token_in(subject) is None


@pytest.mark.parametrize("key", MAILS, ids=str)
@pytest.mark.parametrize("width", [40, 76, 998])
def test_a_folded_and_encoded_subject_comes_back(key: tuple[str, str], width: int) -> None:
    """As mail programs write it: folded by Python's own header class, and as one base64 word a piece."""
    subject = f"Antwort: {SUBJECTS[key]} – später"
    folded = Header(subject, "utf-8", maxlinelen=width, header_name="Subject").encode(linesep="\r\n")
    pieces = [subject[at : at + 20] for at in range(0, len(subject), 20)]
    encoded = "\r\n ".join(f"=?utf-8?b?{b64encode(piece.encode()).decode()}?=" for piece in pieces)
    for line in (folded, encoded):
        parsed = message_from_string(f"Subject: {line}\r\n\r\n", policy=SMTP)["Subject"]
        assert token_in(str(parsed)) == token_in(SUBJECTS[key])


@given(st.text(alphabet="[]pr: vsu.-_A1\r\n\t", max_size=300))
def test_any_subject_is_read_or_not(noise: str) -> None:
    """Noise before and after harms nothing as long as it opens no bracket; and never raises."""
    token_in(noise)
    harmless = noise.replace("[", "")
    assert token_in(f"{harmless}{USEFUL}{harmless}") == ("vote", TOKEN)


def test_brackets_without_end_cost_nothing() -> None:
    """A megabyte made to keep a search busy is searched once."""
    for noise in ("[pr:" * 250_000, "[" + " " * 1_000_000, "[pr:v:" + "A" * 1_000_000):
        assert token_in(f"{noise} {USEFUL}") == ("vote", TOKEN)


def test_every_letter_is_a_purpose_of_its_own() -> None:
    """No two purposes share the letter that a subject shows."""
    assert len(set(CODES.values())) == len(CODES)


@pytest.mark.parametrize(
    "words",
    [
        "Mute “rank-one”",
        "Follow Żółć Ångström-Ødegård",
        f"Mute “{'語' * 40}”",
        "Follow [pr:v:Ada]",
        "Mute “50 %+&?”",
    ],
)
def test_a_lever_s_mail_says_what_it_turns(words: str) -> None:
    """In at most 400 characters, with brackets for the token alone; a name too long for that is left out."""
    link = MailLinks(links(), ADDRESS, english()).lever((*WHO, ITEM), LEVER, words, NOW)
    assert len(link) <= LONGEST
    assert re.fullmatch(r"mailto:[\w.@+-]+\?subject=[\w.:%-]+(&body=[\w.%-]+)?", link)
    subject = subject_of(link)
    said = words.replace("[", "(").replace("]", ")")
    assert subject.startswith(said) is (len(words) < 40)
    assert token_in(subject) == ("lever", links().lever((*WHO, ITEM), LEVER, "", NOW).rpartition("/")[2])


def test_less_like_this_is_the_thumb_down_by_mail() -> None:
    """There is no page that could say more, so there is no second link."""
    assert MailLinks(links(), ADDRESS, english()).lever((*WHO, ITEM), LESS, "Less", NOW) == ""
