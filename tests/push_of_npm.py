"""A push service that nobody here wrote: npm's ``web-push-testing``, which decrypts what it takes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests import npm

SCRIPT = """
const Server = require('web-push-testing/src/server.js');
const { PushApiModel } = require('web-push-testing/src/PushApiModel.js');
console.log = (line) => process.stdout.write(JSON.stringify({ said: String(line) }) + '\\n');
new Server(new PushApiModel(), Number(process.argv[2])).startServer();
"""


@dataclass
class Browser:
    """A subscription as a browser would give it."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass
class Service:
    """A running push service."""

    origin: str

    def subscribe(self, server_key: str) -> Browser:
        """What ``PushManager.subscribe`` of a browser gives, with keys that are really its own."""
        given = self._ask("/subscribe", {"applicationServerKey": server_key, "userVisibleOnly": "true"})
        data = given["data"]
        return Browser(data["endpoint"], data["keys"]["p256dh"], data["keys"]["auth"])

    def shown(self, browser: Browser) -> list[str]:
        """Every notice that came to the browser, decrypted, oldest first."""
        client = {"clientHash": browser.endpoint.rpartition("/")[2]}
        messages: list[str] = self._ask("/get-notifications", client)["data"]["messages"]
        return messages

    def expire(self, browser: Browser) -> None:
        """The person takes the leave back in the browser's settings: from now on the answer is 410."""
        httpx.post(f"{self.origin}/expire-subscription/{browser.endpoint.rpartition('/')[2]}")

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = httpx.post(self.origin + path, json=body)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said


@contextmanager
def service() -> Iterator[Service]:
    """A push service for the length of a test."""
    # The package takes a port and cannot choose one.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with npm.running(npm.PUSH_SERVICE, SCRIPT, str(port)) as peer:
        assert "running" in peer.read()["said"]
        yield Service(f"http://localhost:{port}")
