"""MAX: what the vendor's answers mean, what people's acts say, and the sandbox on a socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.messenger.address import MessengerAddress
from svet.gateways.messenger.max_bot import MaxBot
from svet.gateways.messenger.port import GONE, BotUpdate, Heard
from svet.kernel.serving import DoneWhileServing, serving
from tests.messenger import Messenger, messenger

URL = "max://svet_bot:s3cret%2F@platform-api2.max.ru"
HOOK = "https://portal.example/callbacks/messenger/"


def bot_that_hears(status: int, body: Any, *, headers: dict[str, Any] | None = None) -> MaxBot:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content, headers=headers))
    return MaxBot(MessengerAddress.parse(URL), transport=transport)


@pytest.fixture
def outer(tmp_path: Path) -> Iterator[Messenger]:
    with messenger(tmp_path) as running:
        yield running


@pytest.fixture
def bot(outer: Messenger) -> Iterator[MaxBot]:
    made = MaxBot(MessengerAddress.parse(outer.url))
    yield made
    made.close()


def started(**changed: Any) -> dict[str, Any]:
    user = {"user_id": 7, "first_name": "Анна", "last_name": "П.", "is_bot": False}
    return {
        "update_type": "bot_started",
        "timestamp": 1,
        "chat_id": 70,
        "user": user,
        "payload": "code",
    } | changed


def said(chat_type: str = "dialog", **sender: Any) -> dict[str, Any]:
    message = {
        "sender": {"user_id": 7, "name": "Анна", "is_bot": False} | sender,
        "recipient": {"chat_id": 70, "chat_type": chat_type},
        "timestamp": 2,
        "body": {"mid": "mid.1", "seq": 1, "text": "/stop"},
    }
    return {"update_type": "message_created", "timestamp": 2, "message": message}


def read(update: Any) -> BotUpdate | None:
    return bot_that_hears(200, {}).read(json.dumps(update).encode())


def test_an_address_is_taken_apart_and_its_token_is_not_shown() -> None:
    address = MessengerAddress.parse(f"{URL}?ca=/etc/ssl/root.pem")
    assert (address.base, address.bot, address.token) == (
        "https://platform-api2.max.ru", "svet_bot", "s3cret/",
    )  # fmt: skip
    assert address.ca == "/etc/ssl/root.pem"
    assert "s3cret" not in repr(address)


@pytest.mark.parametrize(
    "url", ["max://platform-api2.max.ru", "max://bot@host", "max+ftp://a:b@host", "max://a:b@"]
)
def test_an_address_without_bot_token_or_host_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="max://bot:token@host"):
        MessengerAddress.parse(url)


def test_the_link_is_the_messengers_own_or_the_sandboxs_page() -> None:
    assert bot_that_hears(200, {}).link("a-B_9") == "https://max.ru/svet_bot?start=a-B_9"
    here = MaxBot(MessengerAddress.parse("max+http://b:t@127.0.0.1:1/max?page=/sandbox/messenger/"))
    assert here.link("x") == "/sandbox/messenger/?start=x"
    here.close()


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (
            403,
            {"code": "chat.denied", "message": "Key: error.dialog.suspended, args: [7,]."},
            Permanent,
            GONE,
        ),
        (404, {"code": "chat.not.found", "message": "Chat 7 not found"}, Permanent, GONE),
        (400, {"code": "proto.payload", "message": "text"}, Permanent, ""),
        # The operator's token, an overload, a proxy before the API: none of it is the person's doing.
        (401, {"code": "verify.token", "message": "Invalid access_token"}, Temporary, ""),
        (403, {"code": "access.denied", "message": "bot is on moderation"}, Temporary, ""),
        (404, b"<h1>404</h1>", Temporary, ""),
        (400, b"<h1>400</h1>", Temporary, ""),
        (429, {"code": "too.many.requests", "message": "slow down"}, Temporary, ""),
        (503, b"", Temporary, ""),
        (301, b"", Temporary, ""),
        (200, b"not json", Temporary, ""),
        (200, b"[" * 100_000, Temporary, ""),
        (200, b'"' + b"x" * 2_000_000 + b'"', Temporary, ""),
    ],
)
def test_what_an_answer_means(status: int, body: Any, kind: type[Exception], code: str) -> None:
    with pytest.raises(kind) as failure:
        bot_that_hears(status, body).send(to="7", text="Счёт готов")
    assert type(failure.value) is kind
    assert failure.value.code == code  # type: ignore[attr-defined]
    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("900", 900), ("", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("9" * 40, 0), ("²", 0)],
)
def test_the_vendor_says_how_long_to_leave_it_alone(said: str, seconds: int) -> None:
    bot = bot_that_hears(429, {"code": "too.many.requests"}, headers={"Retry-After": said.encode()})
    with pytest.raises(Temporary) as failed:
        bot.send(to="7", text="x")
    assert failed.value.retry_after == seconds


def test_half_a_sign_is_no_text_and_stops_nothing() -> None:
    update = started(payload="\ud83d", user={"user_id": 7, "first_name": "Ан\udc00на"})
    heard = read(update)
    assert heard is not None
    assert (heard.text, heard.name) == ("?", "Ан?на")


@pytest.mark.parametrize(
    ("told", "at"), [(1_795_800_000_000, 1_795_800_000_000), ("x", 0), (-1, 0), (10**30, 0)]
)
def test_when_it_happened_is_the_messengers_word(told: object, at: int) -> None:
    heard = read(started(timestamp=told))
    assert heard is not None
    assert heard.at == at


def test_no_page_waits_for_the_messenger() -> None:
    with serving(), pytest.raises(DoneWhileServing):
        bot_that_hears(200, {}).send(to="7", text="x")


def test_what_people_do_is_read() -> None:
    assert read(started()) == BotUpdate(Heard.STARTED, "7", "Анна П.", "code", read(started()).key, 1)  # type: ignore[union-attr]
    assert read(started(payload=None)).text == ""  # type: ignore[union-attr]
    assert read(started(update_type="bot_stopped")).kind is Heard.STOPPED  # type: ignore[union-attr]
    heard = read(said())
    assert heard is not None
    assert (heard.kind, heard.user, heard.text) == (Heard.SAID, "7", "/stop")


def test_the_same_told_again_is_one_and_another_is_not() -> None:
    keys = {read(update).key for update in (started(), started(), started(timestamp=2), said())}  # type: ignore[union-attr]
    assert len(keys) == 3


@pytest.mark.parametrize(
    "update",
    [
        said(chat_type="chat"),
        said(chat_type="channel"),
        said(is_bot=True),
        said(user_id=True),
        started(user=None),
        started(user={"user_id": "7"}),
        {"update_type": "message_created"},
        {"update_type": "user_added", "user": {"user_id": 7}},
        {"update_type": ["bot_started"]},
        {},
    ],
)
def test_groups_other_bots_and_unknown_shapes_are_passed_over(update: Any) -> None:
    assert read(update) is None


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"[" * 100_000, b"\xff\xfe"])
def test_what_cannot_be_read_is_said_to_be_so(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        bot_that_hears(200, {}).read(raw)


def test_only_the_secret_of_this_token_opens(bot: MaxBot) -> None:
    other = MaxBot(MessengerAddress.parse(URL))
    assert other.is_theirs(other._secret)
    assert not other.is_theirs(bot._secret)
    assert not other.is_theirs("")
    assert not other.is_theirs("é")
    other.close()


def test_words_arrive_as_they_are_and_markup_stays_words(outer: Messenger, bot: MaxBot) -> None:
    anna = outer.act("Анна", "started")
    reference = bot.send(to=anna, text="<b>300,00 ₽</b> *и* [ссылка](https://x)")
    assert reference.startswith("mid.")
    assert outer.read("Анна") == ["<b>300,00 ₽</b> *и* [ссылка](https://x)"]
    assert outer.journal.entries("max")[-1]["format"] is None


def test_who_never_started_or_stopped_the_bot_is_gone_for_it(outer: Messenger, bot: MaxBot) -> None:
    vera = outer.act("Вера", "started")
    outer.act("Вера", "stopped")
    for user in (vera, "12345"):
        with pytest.raises(Permanent) as failure:
            bot.send(to=user, text="x")
        assert failure.value.code == GONE
    outer.act("Вера", "started")
    bot.send(to=vera, text="снова")
    assert outer.read("Вера") == ["снова"]


def test_a_third_message_within_a_second_is_for_later(outer: Messenger, bot: MaxBot) -> None:
    anna = outer.act("Анна", "started")
    bot.send(to=anna, text="1")
    bot.send(to=anna, text="2")
    with pytest.raises(Temporary, match=r"too\.many\.requests"):
        bot.send(to=anna, text="3")


def test_a_wrong_token_is_for_later(outer: Messenger) -> None:
    stranger = MaxBot(MessengerAddress.parse(outer.url.replace(":sandbox@", ":revoked@")))
    with pytest.raises(Temporary, match="401"):
        stranger.send(to="1", text="x")
    stranger.close()


def test_attending_asks_once_and_hears_what_was_missed(outer: Messenger, bot: MaxBot) -> None:
    for number in range(150):
        outer.act("Анна", "said", f"№ {number}")
    heard: list[str] = []
    assert bot.attend(HOOK, lambda update: heard.append(update.text))
    assert heard == ["", *(f"№ {number}" for number in range(150))]
    assert not bot.attend(HOOK, lambda update: heard.append(update.text))
    assert len(heard) == 151


def test_another_token_is_another_address_and_strangers_addresses_stay(outer: Messenger, bot: MaxBot) -> None:
    outer.api._subscribe({"url": f"{HOOK}?key=of-an-older-token"})
    outer.api._subscribe({"url": "https://other.example/hook"})
    assert bot.attend(HOOK, lambda update: None)
    listed = [one["url"] for one in outer.api._subscriptions()]
    assert len(listed) == 2
    assert "https://other.example/hook" in listed
    assert f"{HOOK}?key=of-an-older-token" not in listed


def test_what_is_missed_is_not_lost_when_hearing_fails(outer: Messenger, bot: MaxBot) -> None:
    outer.act("Анна", "started", "code")

    def die(update: BotUpdate) -> None:
        raise RuntimeError("the database is away")

    with pytest.raises(RuntimeError):
        bot.attend(HOOK, die)
    heard: list[str] = []
    assert bot.attend(HOOK, lambda update: heard.append(update.text))
    assert heard == ["code"]
