"""Which database a command works on: named by URL, embedded and running, or started for the command."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg

from svet.config.environment import WrongEnvironment, parse_database_url, secret
from svet.config.failures import Failure
from svet.launcher.postgres import Server


def data_folder(given: str | None = None) -> Path:
    """The folder everything of this installation lives in. :raises Failure: it cannot be made or written."""
    folder = Path(given or os.environ.get("SVET_DATA") or ".svet").expanduser().absolute()
    try:
        (folder / "run").mkdir(parents=True, exist_ok=True)
        probe = folder / "run" / f"probe.{os.getpid()}"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise Failure(f"cannot write to the folder {folder}: {error.strerror}") from None
    return folder


def take_url() -> str:
    """The server named by SVET_DATABASE_URL or by its file; from here on the variable alone names it."""
    name = "SVET_DATABASE_URL"
    url = secret("SVET_DATABASE_URL")
    if url:
        os.environ[name] = url
        os.environ.pop(f"{name}_FILE", None)
    return url


def check_server(url: str) -> None:
    """Ask the server named by SVET_DATABASE_URL for a word. :raises Failure: without the password"""
    try:
        parse_database_url(url)
    except WrongEnvironment as error:
        raise Failure(str(error)) from None
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
    except (psycopg.Error, ValueError, UnicodeError) as error:
        said = [line.strip() for line in str(error).splitlines() if line.strip()] or ["no answer"]
        telling = said[0].removeprefix("connection failed: ").split("FATAL:")[-1].strip()
        raise Failure(f"SVET_DATABASE_URL cannot be used: {telling}") from None
    if version < 150000:
        raise Failure(f"SVET_DATABASE_URL leads to PostgreSQL {version // 10000}: 15 or newer is needed")


def running_url(folder: Path) -> str | None:
    """The address of the embedded server that now serves ``folder``."""
    note = folder / "run" / "database.url"
    try:
        url = note.read_text("utf-8").strip()
        with psycopg.connect(url, connect_timeout=5):
            return url
    except (OSError, psycopg.Error):
        return None


def note_url(folder: Path, url: str) -> None:
    """Let other commands find the server."""
    note = folder / "run" / "database.url"
    note.write_text(url, "utf-8")


def forget_url(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / "run" / "database.url").unlink()


@contextlib.contextmanager
def database(given: str | None = None) -> Iterator[Path]:
    """Set SVET_DATABASE_URL for this process; an embedded server started here is stopped at the end."""
    folder = data_folder(given)
    os.environ["SVET_DATA"] = str(folder)
    url: str | None = take_url()
    if url:
        check_server(url)
        yield folder
        return
    url = running_url(folder)
    if url:
        os.environ["SVET_DATABASE_URL"] = url
        yield folder
        return
    server = Server(folder)
    server.start()
    try:
        os.environ["SVET_DATABASE_URL"] = server.url()
        note_url(folder, server.url())
        yield folder
    finally:
        forget_url(folder)
        server.stop()


def django_ready() -> None:
    """Load Django for a command; only after :func:`database` has named the server."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svet.config.settings")
    import django

    django.setup()
