"""The sandbox's messenger is what the vendor's own client takes it for."""

from __future__ import annotations

from pathlib import Path

import pytest

from svet.sandbox.world.max_bot import MaxApi
from tests.max_of_npm import client
from tests.messenger import messenger


def test_the_vendors_client_writes_and_hears_by_polling(tmp_path: Path) -> None:
    with messenger(tmp_path) as outer, client(outer.origin, mode="polling") as peer:
        assert peer.read() == {"username": "svet_bot", "is_bot": True}
        assert peer.read() == {"status": 404, "code": "chat.not.found"}
        anna = int(outer.act("Анна", "started", "code-1"))
        told = peer.read()
        assert (told["type"], told["user"], told["name"], told["payload"]) == (
            "bot_started", anna, "Анна", "code-1",
        )  # fmt: skip
        assert peer.read()["sent"] == "Здравствуйте"
        outer.act("Анна", "said", "4036")
        told = peer.read()
        assert (told["type"], told["text"], told["chat"]) == ("message_created", "4036", "dialog")
        assert peer.read()["sent"] == "Слышу: 4036"
        outer.act("Анна", "stopped")
        assert peer.read()["type"] == "bot_stopped"
        assert outer.read("Анна") == ["Здравствуйте", "Слышу: 4036"]


def test_the_vendors_client_is_told_by_webhook(tmp_path: Path) -> None:
    with messenger(tmp_path) as outer, client(outer.origin, mode="webhook") as peer:
        peer.read(), peer.read()
        assert peer.read() == {
            "subscribed": True, "types": ["bot_started", "message_created"], "same": True,
        }  # fmt: skip
        vera = int(outer.act("Вера", "started"))
        assert peer.read() == {"hooked": "bot_started", "user": vera}


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"who": "Анна", "what": "shouted"},
        {"who": "Анна", "what": "said", "text": " "},
        {"who": "А" * 61, "what": "started"},
        {"who": "Анна", "what": "said", "text": "я" * 4001},
    ],
)
def test_people_do_what_a_messenger_knows(tmp_path: Path, typed: dict[str, str]) -> None:
    with messenger(tmp_path) as outer:
        assert isinstance(outer.api, MaxApi)
        assert outer.api.act(typed)
        assert outer.journal.entries() == []


def test_a_restart_remembers_who_stopped_and_who_is_told(tmp_path: Path) -> None:
    with messenger(tmp_path) as outer:
        outer.api._subscribe({"url": "http://127.0.0.1:9/hook", "secret": "12345"})
        outer.act("Вера", "stopped")
    with messenger(tmp_path) as again:
        assert [one["url"] for one in again.api._subscriptions()] == ["http://127.0.0.1:9/hook"]
        assert again.api._standing(int(again.act("Вера", "stopped"))) == "stopped"
