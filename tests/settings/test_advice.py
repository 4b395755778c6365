"""Warnings about what is valid and probably not meant."""

from pathlib import Path

import pytest

from tests.settings.folders import load_folder, write_folder

SOURCE = '[[source]]\ntype = "huggingface"\n'
PEOPLE = '[[subscriber]]\nemail = "a@example.org"\n[[subscriber.interest]]\nname = "Editing"\n'
SMTP = '[mail]\nbackend = "smtp"\nhost = "mx.example.org"\nsender = "a@papers.test"\n'


def warnings(tmp_path: Path, main: str, people: str = PEOPLE) -> list[str]:
    """Return the warnings of a folder as `line: message`, after checking their severity and fix."""
    found = load_folder(write_folder(tmp_path, main, people)).warnings
    assert all(problem.severity == "warning" and problem.fix for problem in found)
    return [f"{problem.line}: {problem.message}" for problem in found]


def test_plain_configuration_has_no_warning(tmp_path: Path) -> None:
    """A source, a subscriber and an interest are all that is needed."""
    assert warnings(tmp_path, SOURCE) == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8321", "http://localhost", "https://0.0.0.0", "http://[::1]:1"]
)
def test_dead_links_are_announced(url: str, tmp_path: Path) -> None:
    """Mail by SMTP with links to this machine is warned of at public_url."""
    (message,) = warnings(tmp_path, f'{SOURCE}{SMTP}[web]\npublic_url = "{url}"\n')
    assert message.startswith("8: the links in the mails would be dead")


def test_default_public_url_with_smtp_is_warned_of(tmp_path: Path) -> None:
    """The warning does not need the key to be written."""
    (message,) = warnings(tmp_path, SOURCE + SMTP)
    assert "dead" in message


def test_http_to_other_machines_is_warned_of(tmp_path: Path) -> None:
    """A public address without TLS is reported."""
    (message,) = warnings(tmp_path, f'{SOURCE}[web]\npublic_url = "http://papers.example.org"\n')
    assert message == "4: votes would travel unprotected over http"


@pytest.mark.parametrize("url, told", [("https://papers.example.org", 1), ("http://127.0.0.1:8321", 0)])
def test_sign_ups_that_nobody_can_confirm_are_warned_of(url: str, told: int, tmp_path: Path) -> None:
    """Letters in a folder reach nobody elsewhere; on this machine they can be looked at."""
    found = warnings(tmp_path, f'{SOURCE}[web]\npublic_url = "{url}"\nsign_up = true\n')
    assert [message[:31] for message in found] == ["5: nobody can confirm a sign-up"] * told


def test_example_sender_is_warned_of(tmp_path: Path) -> None:
    """Sending from example.org to the world cannot work."""
    main = f'{SOURCE}[mail]\nbackend = "smtp"\nhost = "mx.test"\n[web]\npublic_url = "https://a.test"\n'
    (message,) = warnings(tmp_path, main)
    assert "digest@example.org" in message


def test_username_without_password_is_warned_of(tmp_path: Path) -> None:
    """A login needs both."""
    main = f'{SOURCE}{SMTP}username = "ana"\n[web]\npublic_url = "https://a.test"\n'
    (message,) = warnings(tmp_path, main)
    assert message == "7: there is a username and no password"


def test_no_source_is_warned_of(tmp_path: Path) -> None:
    """Without sources there are only imported papers."""
    (message,) = warnings(tmp_path, "")
    assert "no [[source]]" in message


def test_weights_that_ignore_the_paper_are_warned_of(tmp_path: Path) -> None:
    """All content weights at zero is reported."""
    main = f"{SOURCE}[ranking]\nweight_content = 0\nweight_keywords = 0\nweight_authors = 0\n"
    (message,) = warnings(tmp_path, main)
    assert "no weight looks" in message


def test_no_subscriber_is_warned_of(tmp_path: Path) -> None:
    """An empty subscribers file is valid and reported."""
    assert warnings(tmp_path, SOURCE, "") == ["1: no subscriber is declared"]


def test_subscriber_without_interest_is_warned_of(tmp_path: Path) -> None:
    """So is one whose interests are all paused, and `on` without a week."""
    people = (
        '[[subscriber]]\nemail = "a@example.org"\non = "friday"\n'
        + PEOPLE.replace("a@", "b@")
        + "paused = true\n"
    )
    first, second, third = warnings(tmp_path, SOURCE, people)
    assert first == "1: a@example.org has no interest: only votes and trends can choose"
    assert second.startswith("3: on counts only")
    assert third == "4: every interest of b@example.org is paused"


def test_password_in_a_file_others_read_is_warned_of(tmp_path: Path) -> None:
    """The warning goes away when the file is private."""
    main = f'{SOURCE}[mail]\npassword = "x"\n'
    config = write_folder(tmp_path, main, PEOPLE)
    config.chmod(0o644)
    (problem,) = load_folder(config).warnings
    assert (problem.line, problem.column) == (4, 12)
    config.chmod(0o600)
    assert load_folder(config).warnings == ()


def test_password_from_outside_needs_no_private_file(tmp_path: Path) -> None:
    """Only what stands in the file counts."""
    config = write_folder(tmp_path, SOURCE, PEOPLE)
    config.chmod(0o644)
    assert load_folder(config, {"PAPERROUTE_MAIL__PASSWORD": "x"}).warnings == ()


def test_key_file_others_read_is_warned_of(tmp_path: Path) -> None:
    """Signing keys belong to one reader."""
    config = write_folder(tmp_path, SOURCE, PEOPLE)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "keys").write_text("x")
    (tmp_path / "var" / "keys").chmod(0o644)
    (problem,) = load_folder(config).warnings
    assert problem.file.endswith("var/keys")


DKIM = f'{SOURCE}[mail]\nsender = "a@papers.test"\ndkim_selector = "x"\ndkim_key_file = "x.pem"\n'


def test_dkim_key_others_read_is_warned_of(tmp_path: Path) -> None:
    """The key that signs belongs to one reader, as the password does."""
    config = write_folder(tmp_path, DKIM, PEOPLE)
    key = tmp_path / "x.pem"
    key.write_text("good")
    key.chmod(0o644)
    (problem,) = load_folder(config).warnings
    assert problem.file.endswith("x.pem")
    assert problem.message == "others may read this file (dkim_key_file)"
    key.chmod(0o600)
    loaded = load_folder(config)
    assert loaded.warnings == ()
    assert loaded.dkim_key == key


@pytest.mark.parametrize(
    "domain,fits", [("papers.test", True), ("test", True), ("apers.test", False), ("a.papers.test", False)]
)
def test_a_signature_of_another_domain_is_warned_of(domain: str, tmp_path: Path, *, fits: bool) -> None:
    """DMARC asks for a signature of the sender's own domain or one above it."""
    config = write_folder(tmp_path, f'{DKIM}dkim_domain = "{domain}"\n', PEOPLE)
    (tmp_path / "x.pem").write_text("good")
    (tmp_path / "x.pem").chmod(0o600)
    found = [(problem.line, problem.message) for problem in load_folder(config).warnings]
    assert found == (
        [] if fits else [(7, f"a signature of {domain} does not speak for a@papers.test (DMARC)")]
    )


@pytest.mark.parametrize(
    "ingest,zone,at,late",
    [
        ("06:00", "Europe/Berlin", "06:00", True),  # due at 05:45 UTC, fetched at 06:00
        ("06:00", "Asia/Tokyo", "07:30", True),
        ("06:00", "America/Los_Angeles", "22:30", True),  # in summer alone
        ("06:00", "America/Los_Angeles", "23:30", False),
        ("06:00", "Europe/Berlin", "07:30", True),  # in summer alone
        ("06:00", "Europe/Berlin", "09:00", False),
        ("04:20", "Europe/Berlin", "07:30", True),  # before the feeds of the winter
        ("05:20", "Pacific/Auckland", "07:30", True),
        ("05:20", "Pacific/Auckland", "19:00", False),
        ("arxiv", "Asia/Tokyo", "07:30", False),
    ],
)
def test_waiting_for_papers_fetched_too_late_is_warned_of(
    tmp_path: Path, ingest: str, zone: str, at: str, *, late: bool
) -> None:
    """Who waits for arXiv and whose edition is due before the fetch is told so, at `after`."""
    main = f'{SOURCE}[schedule]\ningest = "{ingest}"\n'
    waiting = f'email = "a@example.org"\nzone = "{zone}"\nat = "{at}"\nafter = "arxiv"\n'
    people = PEOPLE.replace('email = "a@example.org"\n', waiting)
    expected = [f"5: papers are fetched at {ingest} (UTC time), after this edition"] if late else []
    assert warnings(tmp_path, main, people) == expected


@pytest.mark.parametrize(
    "address, named",
    [
        ("http://127.0.0.1/feed.xml", "127.0.0.1:80"),
        ("https://localhost/feed.xml", "localhost:443"),
        ("http://[::1]:8000/feed.xml", "[::1]:8000"),
        ("https://journal.example.org:8443/feed.xml", "journal.example.org:8443"),
    ],
)
def test_an_address_that_would_be_refused_unasked(tmp_path: Path, address: str, named: str) -> None:
    """Of this machine, the local network or another port; with allow_hosts nothing is said."""
    table = f'[[source]]\ntype = "feed"\nurl = "{address}"\n'
    assert warnings(tmp_path, table) == [f"3: {named} is asked only where allow_hosts names it"]
    for host in (named, named.rpartition(":")[0]):
        assert warnings(tmp_path, f'{table}allow_hosts = ["{host}"]\n') == []


def test_a_password_that_would_never_be_asked_for_is_warned_of(tmp_path: Path) -> None:
    """The operator's page does not ask over http; over https or on this machine all is well."""
    password = 'admin_password = "long enough it is"\n'
    main = f'{SOURCE}[web]\npublic_url = "http://papers.example.org"\n{password}'
    found = warnings(tmp_path, main)
    assert "5: /admin asks for no password over http: it opens from this machine alone" in found
    for url in ("https://papers.example.org", "http://127.0.0.1:8321"):
        main = f'{SOURCE}[web]\npublic_url = "{url}"\n{password}'
        assert not any("/admin" in message for message in warnings(tmp_path, main))
