"""The environment lies over the file."""

from pathlib import Path

import pytest

from recommender.settings.environment import process_environment
from tests.settings.folders import load_folder, problems_in, write_folder

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Give a small configuration."""
    return write_folder(tmp_path, '[mail]\nport = 25\nhost = "a.example"\n')


def test_values_are_read_as_their_key_wants_them(config: Path) -> None:
    """Numbers, text and lists arrive with their types; the file keeps what is not overridden."""
    environ = {
        "PAPERROUTE_MAIL__PORT": "2525",
        "PAPERROUTE_MAIL__PASSWORD": "12345",
        "PAPERROUTE_RANKING__DIVERSITY": "0.5",
        "PAPERROUTE_SECRETS__KEYS": f"{KEY}1, {KEY}2",
        "PAPERROUTE_WEB__PUBLIC_URL": "https://papers.example.org/",
    }
    settings = load_folder(config, environ).settings
    assert settings.mail.port == 2525
    assert settings.mail.host == "a.example"
    assert settings.mail.password.get_secret_value() == "12345"
    assert settings.ranking.diversity == 0.5
    assert [key.get_secret_value() for key in settings.secrets.keys] == [f"{KEY}1", f"{KEY}2"]
    assert settings.web.public_url == "https://papers.example.org"


def test_yes_and_no_are_words_as_in_the_file(config: Path) -> None:
    """In whatever case; anything else is refused as it would be in the file."""
    environ = {"PAPERROUTE_WEB__SIGN_UP": "True", "PAPERROUTE_WEB__METRICS": "false"}
    settings = load_folder(config, environ).settings
    assert (settings.web.sign_up, settings.web.metrics) == (True, False)
    (problem,) = problems_in(config, {"PAPERROUTE_WEB__SIGN_UP": "maybe"})
    assert "sign_up must be true or false" in problem.message


def test_list_may_be_written_as_in_the_file(config: Path) -> None:
    """A list in brackets is read as TOML."""
    settings = load_folder(config, {"PAPERROUTE_SECRETS__KEYS": f'["{KEY}"]'}).settings
    assert len(settings.secrets.keys) == 1


def test_secrets_come_from_files(config: Path, tmp_path: Path) -> None:
    """`…_FILE` variables hold a path, relative to the root, whose content is the secret."""
    (tmp_path / "pw").write_text("hunter2\n")
    (tmp_path / "keys").write_text(f"{KEY}1\n{KEY}2\n")
    (tmp_path / "url").write_text("postgresql+psycopg://ana:pw@db/papers\n")
    environ = {
        "PAPERROUTE_MAIL__PASSWORD_FILE": "pw",
        "PAPERROUTE_SECRETS__KEYS_FILE": str(tmp_path / "keys"),
        "PAPERROUTE_STORE__URL_FILE": "url",
    }
    loaded = load_folder(config, environ)
    assert loaded.settings.mail.password.get_secret_value() == "hunter2"
    assert len(loaded.settings.secrets.keys) == 2
    assert loaded.store_url == "postgresql+psycopg://ana:pw@db/papers"


def test_password_of_the_environment_wins_over_the_file_setting(tmp_path: Path) -> None:
    """A password_file in the file does not contradict a password in the environment."""
    config = write_folder(tmp_path, '[mail]\npassword_file = "not/there"\n')
    assert (
        load_folder(config, {"PAPERROUTE_MAIL__PASSWORD": "x"}).settings.mail.password.get_secret_value()
        == "x"
    )


def test_the_inbox_has_its_password_from_outside(config: Path) -> None:
    """As the mail server has; without a user name of its own, it has the mail server's login."""
    environ = {"PAPERROUTE_MAIL__USERNAME": "ana", "PAPERROUTE_MAIL__PASSWORD": "out"}
    assert load_folder(config, environ).settings.inbox_login == ("ana", "out")
    environ["PAPERROUTE_INBOX__PASSWORD"] = "in"
    assert load_folder(config, environ).settings.inbox_login == ("ana", "in")
    environ["PAPERROUTE_INBOX__USERNAME"] = "post"
    assert load_folder(config, environ).settings.inbox_login == ("post", "in")


def test_the_password_file_of_the_inbox_is_read(tmp_path: Path) -> None:
    """And one that is missing is a problem at its line."""
    config = write_folder(tmp_path, '[inbox]\nusername = "ana"\npassword_file = "pw"\n')
    (problem,) = problems_in(config)
    assert (problem.line, problem.column) == (3, 17)
    (tmp_path / "pw").write_text("hunter2\n")
    assert load_folder(config).settings.inbox_login == ("ana", "hunter2")


def test_the_operators_page_has_its_password_from_outside(tmp_path: Path) -> None:
    """By itself or in a file; the variable wins over the file that the configuration names."""
    config = write_folder(tmp_path, '[web]\nadmin_password_file = "not/there"\n')
    (tmp_path / "pw").write_text("of some file\n")
    for variable, value in (("", "of some text"), ("_FILE", "pw")):
        loaded = load_folder(config, {f"PAPERROUTE_WEB__ADMIN_PASSWORD{variable}": value})
        assert loaded.settings.web.admin_password.get_secret_value().startswith("of some")


def test_empty_and_foreign_variables_do_not_count(config: Path) -> None:
    """Empty values, the file's own variable and other programs' names are left alone."""
    environ = {
        "PAPERROUTE_MAIL__PORT": "",
        "PAPERROUTE_CONFIG": "x",
        "PAPERROUTE_TEST_DATA": "y",
        "HOME": "/",
    }
    assert load_folder(config, environ).settings.mail.port == 25


@pytest.mark.parametrize(
    "variable, message, fix",
    [
        ("PAPERROUTE_MAIL__PROT", "section mail has no key prot", "PAPERROUTE_MAIL__PORT"),
        ("PAPERROUTE_MIAL__PORT", "there is no section mial", "PAPERROUTE_MAIL__PORT"),
        ("PAPERROUTE_MAIL_PORT", "two underscores", "PAPERROUTE_MAIL__PORT"),
        ("PAPERROUTE_MAIL_PASSWORD_FILE", "two underscores", "PAPERROUTE_MAIL__PASSWORD_FILE"),
        ("PAPERROUTE_SOURCE__URL", "there is no section source", ""),
        ("PAPERROUTE_MAIL__PASSWORD_FILE", "cannot be read", "name a file"),
        ("PAPERROUTE_MAIL__BACKEND", 'backend must be "outbox" or "smtp"', 'write "outbox" or "smtp"'),
        ("PAPERROUTE_SECRETS__KEYS", "fewer than 32", "token_urlsafe"),
        ("PAPERROUTE_SCHEDULE__ZONE", "is not a time zone", "IANA"),
    ],
)
def test_bad_variable_is_a_problem_of_the_environment(
    variable: str, message: str, fix: str, config: Path
) -> None:
    """A variable that cannot be used is named, with the name or value that was meant."""
    (problem,) = problems_in(config, {variable: "zzz/zzz"})
    assert problem.file == "environment"
    assert problem.message.startswith(f"{variable}: ")
    assert message in problem.message
    assert fix in problem.fix


def test_rule_between_two_keys_holds_for_the_environment_too(config: Path) -> None:
    """Plain transport to another host is refused, at the variable that asks for it."""
    environ = {"PAPERROUTE_MAIL__BACKEND": "smtp", "PAPERROUTE_MAIL__SECURITY": "plain"}
    (problem,) = problems_in(config, environ)
    assert problem.message.startswith("PAPERROUTE_MAIL__SECURITY: ")


def test_section_of_the_wrong_type_is_reported_once(tmp_path: Path) -> None:
    """An override of a section that is no table does not hide or double the fault."""
    config = write_folder(tmp_path, 'mail = "smtp"\n')
    (problem,) = problems_in(config, {"PAPERROUTE_MAIL__PORT": "25"})
    assert "mail must be a table" in problem.message


def test_secrets_do_not_show_in_representations(config: Path) -> None:
    """Printing the settings shows neither password, keys nor the store's address."""
    environ = {
        "PAPERROUTE_MAIL__PASSWORD": "hunter2hunter2",
        "PAPERROUTE_SECRETS__KEYS": KEY,
        "PAPERROUTE_STORE__URL": "postgresql+psycopg://ana:hunter2@db/x",
    }
    text = repr(load_folder(config, environ))
    assert "hunter2" not in text
    assert KEY not in text


def test_process_environment_is_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the process holds is returned, and later changes do not show."""
    monkeypatch.setenv("PAPERROUTE_MAIL__PORT", "1")
    environ = process_environment()
    monkeypatch.setenv("PAPERROUTE_MAIL__PORT", "2")
    assert environ["PAPERROUTE_MAIL__PORT"] == "1"
