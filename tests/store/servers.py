"""A throw-away PostgreSQL server on a Unix socket, for the tests that run on both databases."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

_HOMES = Path("/usr/lib/postgresql")
_PATIENCE = 20.0
_SETTINGS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=40")


class PostgresServer:
    """A running cluster; gives URLs of fresh databases."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the cluster's socket."""
        self._folder = folder
        self._given = 0

    def new_database(self) -> str:
        """Create an empty database and return its URL."""
        self._given += 1
        name = f"paperroute{self._given}"
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    @property
    def conninfo(self) -> str:
        """How to reach the maintenance database."""
        return f"host={self._folder} user=postgres dbname=postgres"


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a cluster for the time of the block; skip where that is impossible and say why."""
    programs = _programs()
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="paperroute-pg-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        _initialise(programs, folder, user)
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        command = [str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]
        log = (folder / "log").open("wb")
        with log, subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log) as process:
            server = PostgresServer(folder)
            try:
                _wait(server, process)
                yield server
            finally:
                process.terminate()
                process.wait(_PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(path.parent for path in _HOMES.glob("*/bin/initdb") if (path.parent / "postgres").exists())
    if not found:
        pytest.skip(f"no PostgreSQL server under {_HOMES} (apt-get install postgresql)")
    return found[-1]


def _unprivileged() -> str | None:
    """Return whom to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in names:
            return name
    pytest.skip("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")


def _initialise(programs: Path, folder: Path, user: str | None) -> None:
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust"]
    options = ["-E", "UTF8", "--locale", "C", "--no-sync"]
    done = subprocess.run([*command, *options], user=user, cwd=folder, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"initdb failed: {done.stderr.decode(errors='replace').strip()}")


def _wait(server: PostgresServer, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(server.conninfo).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > end:
                pytest.skip(f"PostgreSQL did not start: {error}")
            time.sleep(0.05)
        else:
            return
