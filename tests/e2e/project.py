"""A configured project in a folder, driven through the `paperroute` command as a person would."""

import contextlib
import io
import json
import os
import socket
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.cli.main import main

SUBSCRIBER = """
[[subscriber]]
email = "{email}"
name = "{name}"
zone = "UTC"
at = "{at}"
papers = 6
  [[subscriber.interest]]
  name = "Model editing"
  about = "editing facts stored in language models"
  keywords = ["knowledge editing", "unlearning"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        """Parse `--json` output."""
        rows = json.loads(self.out)
        assert isinstance(rows, list)
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder with `config/`; commands run in it, never in the checkout."""

    root: Path

    @property
    def subscribers(self) -> Path:
        """The subscribers file."""
        return self.root / "config" / "subscribers.toml"

    @property
    def store(self) -> Path:
        """The SQLite file."""
        return self.root / "var" / "paperroute.db"

    def command(self, *arguments: str) -> list[str]:
        """Return the full command line."""
        return [sys.executable, "-m", "recommender", *arguments]

    def environment(self) -> dict[str, str]:
        """Return a clean environment: no configuration of the machine leaks in."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PAPERROUTE_")}
        return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NO_COLOR": "1"}

    def run(self, *arguments: str, code: int | None = 0) -> Done:
        """Run a command to its end in this process and check its exit code (None: any)."""
        out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
        kept = {key: os.environ.pop(key) for key in list(os.environ) if key.startswith("PAPERROUTE_")}
        ended = 0
        try:
            with contextlib.chdir(self.root), redirect_stdout(out), redirect_stderr(err):
                main(arguments)
        except SystemExit as stop:
            ended = stop.code if isinstance(stop.code, int) else 1
        finally:
            os.environ.update(kept)
        out.seek(0)
        done = Done(code=ended, out=out.read(), err=err.getvalue())
        assert code is None or done.code == code, f"exit {done.code}\n{done.out}\n{done.err}"
        return done

    def configure(self, text: str) -> None:
        """Write `config/paperroute.toml`."""
        folder = self.root / "config"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "paperroute.toml").write_text(text, encoding="utf-8")

    def subscribe(self, *people: tuple[str, str, str]) -> None:
        """Write `config/subscribers.toml` from (email, name, HH:MM)."""
        text = "".join(SUBSCRIBER.format(email=email, name=name, at=at) for email, name, at in people)
        self.subscribers.parent.mkdir(parents=True, exist_ok=True)
        self.subscribers.write_text(text, encoding="utf-8")


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def smtp_config(*, smtp_port: int, web_port: int) -> str:
    """Return a configuration that mails to a loopback server and serves its links itself."""
    return f"""
[mail]
backend = "smtp"
host = "127.0.0.1"
port = {smtp_port}
security = "plain"
sender = "Paper Route <digest@example.org>"

[web]
public_url = "http://127.0.0.1:{web_port}"
bind = "127.0.0.1:{web_port}"

[ranking]
candidates_days = 21

[schedule]
tick = 1
"""
