"""The sandbox's messenger on a real socket, within the test's own process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from svet.sandbox.world.http import HttpServer
from svet.sandbox.world.journal import Journal
from svet.sandbox.world.max_bot import MaxApi, conversations_of, user_of


@dataclass
class Messenger:
    """A running messenger with its people."""

    api: MaxApi
    journal: Journal
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}/max/"

    @property
    def url(self) -> str:
        return f"max+http://svet_bot:sandbox@127.0.0.1:{self.port}/max?page=/sandbox/messenger/"

    def act(self, who: str, what: str, text: str = "") -> str:
        """Somebody does something to the bot; their number there."""
        refused = self.api.act({"who": who, "what": what, "text": text})
        assert not refused, refused
        return str(user_of(who))

    def rest(self) -> None:
        """A second goes by: the bot may write again."""
        self.api._written.clear()

    def read(self, who: str) -> list[str]:
        """What the bot wrote to somebody, oldest first."""
        said: list[dict[str, Any]] = conversations_of(self.journal, who)["messages"]
        return [one["text"] for one in said if one["event"] == "message"]


def _nothing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/html")])
    return [b"<h1>nothing here</h1>"]


@contextmanager
def messenger(folder: Path) -> Iterator[Messenger]:
    """A messenger for the length of a test; its journal lies in the folder."""
    journal = Journal.under(folder)
    api = MaxApi(_nothing, journal=journal)
    server = HttpServer(host="127.0.0.1", port=0, application=api)
    server.start()
    try:
        yield Messenger(api, journal, server.port)
    finally:
        server.stop()
        journal.close()
