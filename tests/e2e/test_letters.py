"""Letters through the command line: asked for on a page, mailed, and confirmed by the link in the mail."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import urlencode

from recommender.domain.requests import RequestKind
from recommender.runtime import SystemClock
from recommender.services.requests import Requesting
from recommender.store.sql_store import SqlStore
from tests.e2e.conftest import Inbox
from tests.e2e.project import Project, smtp_config
from tests.e2e.test_mail_and_thumbs import links_of, request, running, set_up, wait_for

Mail = tuple[Inbox, int]
JOE, ANA, MOVED = "joe@example.org", "ana@example.org", "ana@new.example.org"
FORM = {"email": JOE, "about": "editing facts in language models", "at": "23:59"}


def with_sign_up(project: Project, smtp_port: int) -> str:
    """Configure mail, pages and the sign-up page; return the start of the pages."""
    port = set_up(project, smtp_port)
    text = smtp_config(smtp_port=smtp_port, web_port=port)
    project.configure(text.replace("[web]\n", "[web]\nsign_up = true\n"))
    project.subscribe((ANA, "Ana", "23:59"))
    return f"http://127.0.0.1:{port}"


def post(url: str, **fields: str) -> tuple[int, str]:
    """Post a form."""
    return request(url, "POST", urlencode(fields).encode())


def is_there(url: str) -> bool:
    """Tell whether a page answers, also where nobody listens yet."""
    try:
        return request(url)[0] == 200
    except OSError:
        return False


def confirm_link(message: EmailMessage) -> str:
    """Return the one link that confirms."""
    (link,) = [link for link in links_of(message) if "/c/" in link]
    return link


def people(project: Project) -> dict[str, tuple[str, str]]:
    """Return state and origin of everybody by address."""
    rows = project.run("subscribers", "--json").rows()
    return {row["email"]: (row["state"], row["origin"]) for row in rows}


def test_who_signs_up_gets_a_letter_and_starts_a_digest_by_it(project: Project, inbox: Mail) -> None:
    """At the daemon's next tick; an address that is known gets another letter, a second form none."""
    box, smtp_port = inbox
    site = with_sign_up(project, smtp_port)
    with running(project):
        assert wait_for(lambda: is_there(f"{site}/join"), seconds=30)
        answers = [post(f"{site}/join", **FORM | {"email": email}) for email in (JOE, ANA, JOE)]
        assert [status for status, _ in answers] == [200, 200, 200]
        assert wait_for(lambda: len(box.messages) == 2, seconds=20)
        (letter,) = box.to(JOE)
        (known,) = box.to(ANA)
        assert known["Subject"] == "You are subscribed already"
        assert people(project) == {ANA: ("active", "file")}
        link = confirm_link(letter)
        assert "Start your digest?" in request(link)[1]
        assert "You are subscribed" in post(link, sure="yes")[1]
        assert people(project) == {ANA: ("active", "file"), JOE: ("active", "page")}
    log = (project.root / "run.log").read_text(encoding="utf-8")
    assert "letters: sent=" in log
    assert not re.search(r"\w+@example\.org", log)
    assert link.rpartition("/")[2] not in log


def test_deliver_sends_what_was_asked_for_while_only_pages_were_served(project: Project, inbox: Mail) -> None:
    """Both ends of a change of address, once; then the digest is the new address's, file or no file."""
    box, smtp_port = inbox
    site = with_sign_up(project, smtp_port)
    with running(project, "serve"):
        assert wait_for(lambda: is_there(f"{site}/healthz"), seconds=30)
        post(f"{site}/join", **FORM | {"email": ANA})
        assert "letters: 1 sent" in project.run("deliver").err
        (preferences,) = [link for link in links_of(box.to(ANA)[0]) if "/p/" in link]
        ask = preferences.replace("/p/", "/ask/")
        assert post(ask, what="address", email=MOVED)[0] == 200
        assert not box.to(MOVED)
        assert "letters: 2 sent" in project.run("deliver").err
        assert "letters" not in project.run("deliver").err
        for letter in (box.to(ANA)[-1], box.to(MOVED)[-1]):
            assert post(confirm_link(letter), sure="yes")[0] == 200
        assert request(preferences)[0] == 410
        assert people(project) == {MOVED: ("active", "file")}
        assert MOVED in project.run("subscribers", "diff").out
        _erase(project, box, preferences)
    assert people(project) == {}
    named = [path for path in project.root.rglob("*") if path.is_file() and _names_ana(path)]
    assert named == [project.subscribers]


def _erase(project: Project, box: Inbox, old: str) -> None:
    """Go from a link that is void to fresh ones, and from there to the end."""
    assert post(old.replace("/p/", "/fresh/"))[0] == 200
    project.run("deliver")
    (fresh,) = [link for link in links_of(box.to(MOVED)[-1]) if "/p/" in link]
    assert request(fresh)[0] == 200
    assert post(fresh.replace("/p/", "/ask/"), what="erase")[0] == 200
    project.run("deliver")
    link = confirm_link(box.to(MOVED)[-1])
    assert "Nothing about you is held any more" in post(link, sure="yes")[1]
    assert [request(url)[0] for url in (link, fresh)] == [410, 410]


def _names_ana(path: Path) -> bool:
    """Tell whether a file holds one of her addresses, in clear text."""
    content = path.read_bytes().lower()
    return ANA.encode() in content or MOVED.encode() in content


def test_in_an_outbox_folder_a_letter_is_a_file_to_look_at(project: Project) -> None:
    """Message, page and text under one name that holds no address."""
    project.configure('[mail]\nbackend = "outbox"\n[web]\nsign_up = true\n')
    project.subscribe((ANA, "Ana", "07:00"))
    project.run("subscribers")
    _asked(project)
    project.run("deliver")
    folder = project.root / "var" / "outbox"
    names = sorted(path.name for path in folder.glob("letter-*"))
    assert [name.rpartition(".")[2] for name in names] == ["eml", "html", "txt"]
    assert not [name for name in names if "ana" in name or "@" in name]
    (path,) = folder.glob("letter-*.eml")
    message = message_from_bytes(path.read_bytes(), policy=SMTP)
    assert (message["To"], message["Subject"]) == (f"Ana <{ANA}>", "All that is held about you")


def _asked(project: Project) -> None:
    """Let Ana ask for her data."""
    store = SqlStore(f"sqlite:///{project.store}")
    with store.read() as unit:
        ana = unit.people.find(ANA)
    Requesting(store=store, clock=SystemClock()).ask(ana, RequestKind.EXPORT)
    store.close()
