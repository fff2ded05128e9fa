"""MAX by its Bot API (dev.max.ru/docs-api): words out by ``POST /messages``, people's acts in by a webhook.

The vendor keeps long polling for development; here it only fetches what was missed before we subscribe, for a
subscription ends after eight hours without our answer. Words go without ``format``: no sign is markup.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.messenger.address import MessengerAddress
from svet.gateways.messenger.port import GONE, BotUpdate, Hear, Heard
from svet.kernel.serving import require_not_serving
from svet.kernel.spans import span

#: The vendor's limits: signs of a message; requests a second of one bot are 30, we stay below them.
LONGEST: Final = 4000
_BETWEEN: Final = 1 / 25
#: ``code`` of an answer that says the person has stopped the bot or was never there: 403 and 404.
_GONE: Final = frozenset({"chat.denied", "chat.not.found"})
_TOLD: Final = ("bot_started", "bot_stopped", "message_created")
_PATIENCE: Final = 10.0
_LONGEST_ANSWER: Final = 1_000_000
_MOST_MISSED: Final = 100
#: Milliseconds of no clock that is right: the year 2286.
_LATEST: Final = 10**13


class MaxBot:
    """One bot; safe to use from many threads."""

    def __init__(self, address: MessengerAddress, *, transport: httpx.BaseTransport | None = None) -> None:
        self._address = address
        # It tells of which bot we are and nothing else: who has it cannot ask for anything.
        self._secret = hashlib.sha256(f"svet webhook {address.token}".encode()).hexdigest()
        trusted: ssl.SSLContext = httpx.create_ssl_context(trust_env=False)
        if address.ca:
            # The vendor's certificate is of a root that no system trusts by itself.
            trusted.load_verify_locations(address.ca)
        self._client = httpx.Client(
            headers={"Authorization": address.token},
            timeout=httpx.Timeout(_PATIENCE, connect=5.0),
            follow_redirects=False,
            verify=trusted,
            trust_env=False,
            transport=transport,
        )
        self._pace = threading.Lock()
        self._free_at = 0.0

    def link(self, code: str) -> str:
        page = self._address.page or f"https://max.ru/{quote(self._address.bot, safe='')}"
        return f"{page}?start={code}"

    def send(self, *, to: str, text: str) -> str:
        require_not_serving("a messenger")
        self._wait_for_turn()
        query = {"user_id": to, "disable_link_preview": "true"}
        answer = self._ask("POST", "/messages", query=query, body={"text": text[:LONGEST]})
        body = _part(_part(answer, "message"), "body")
        return str(body.get("mid", ""))

    def attend(self, url: str, hear: Hear) -> bool:
        require_not_serving("a messenger")
        # The address names the secret it is to be told with, so that another token means another address.
        wanted = f"{url}?key={hashlib.sha256(self._secret.encode()).hexdigest()[:8]}"
        listed = self._ask("GET", "/subscriptions").get("subscriptions")
        known = [str(one.get("url", "")) for one in listed or () if isinstance(one, dict)]
        if wanted in known:
            return False
        for old in (one for one in known if one.partition("?")[0] == url):
            self._ask("DELETE", "/subscriptions", query={"url": old})
        for update in self._missed():
            hear(update)
        terms = {"url": wanted, "update_types": list(_TOLD), "secret": self._secret}
        answer = self._ask("POST", "/subscriptions", body=terms)
        if answer.get("success") is not True:
            raise Temporary(f"max: no subscription: {answer.get('message', '')}"[:180])
        return True

    def is_theirs(self, secret: str) -> bool:
        return hmac.compare_digest(secret.encode("utf-8", "replace"), self._secret.encode())

    def read(self, raw: bytes) -> BotUpdate | None:
        try:
            update = json.loads(raw)
        except RecursionError:
            raise ValueError("too deep") from None
        if not isinstance(update, dict):
            raise ValueError("no update")
        return _read(update)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _missed(self) -> Iterator[BotUpdate]:
        """What people did while nobody was told: confirmed to the vendor by the question that follows."""
        query = {"limit": "100", "timeout": "0", "types": ",".join(_TOLD)}
        for _ in range(_MOST_MISSED):
            answer = self._ask("GET", "/updates", query=query)
            updates, marker = answer.get("updates"), answer.get("marker")
            for update in updates if isinstance(updates, list) else ():
                read = _read(update) if isinstance(update, dict) else None
                if read is not None:
                    yield read
            if not updates or marker is None:
                return
            query["marker"] = str(marker)

    def _wait_for_turn(self) -> None:
        """No more a second than the vendor takes, as far as this process is concerned."""
        with self._pace:
            wait = self._free_at - time.monotonic()
            self._free_at = max(self._free_at, time.monotonic()) + _BETWEEN
        if wait > 0:
            time.sleep(min(wait, 5.0))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        """One question, bounded in time and size. :raises Temporary: :raises Permanent:"""
        deadline, content = time.monotonic() + _PATIENCE * 2, bytearray()
        try:
            with (
                span(f"messenger {method}", server=self._address.host),
                self._client.stream(
                    method, self._address.base + path, params=dict(query or {}), json=body
                ) as answer,
            ):
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > _LONGEST_ANSWER or time.monotonic() > deadline:
                        raise Temporary("max: the answer does not end")
                status, asked = answer.status_code, answer.headers.get("Retry-After", "")
        except httpx.HTTPError as error:
            raise Temporary(f"max: {type(error).__name__}") from error
        try:
            said = json.loads(bytes(content))
        except (ValueError, RecursionError):
            said = None
        if status == 200 and isinstance(said, dict):
            return said
        # Seconds only: a date would be judged by a clock that is not ours.
        wait = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 7 else 0
        raise _failure(status, said if isinstance(said, dict) else {}, retry_after=wait)


def _failure(status: int, said: Mapping[str, Any], *, retry_after: int = 0) -> Temporary | Permanent:
    """401 is the operator's to mend; what came from no API (404 of a proxy) says nothing of the person."""
    code = str(said.get("code", ""))
    text = " ".join(f"max: {status} {code} {said.get('message', '')}".split())[:180]
    if status in (403, 404) and code in _GONE:
        return Permanent(text, code=GONE)
    if status == 400 and code:
        return Permanent(text)
    return Temporary(text, retry_after=retry_after)


def _part(thing: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = thing.get(name)
    return found if isinstance(found, dict) else {}


def _read(update: Mapping[str, Any]) -> BotUpdate | None:
    """Of people in a dialogue with the bot only: what is said in groups, and by bots, is passed over."""
    kind = update.get("update_type")
    if kind == "message_created":
        message = _part(update, "message")
        user, body = _part(message, "sender"), _part(message, "body")
        if _part(message, "recipient").get("chat_type") != "dialog":
            return None
        heard, text, mark = Heard.SAID, body.get("text"), body.get("mid")
    elif kind in ("bot_started", "bot_stopped"):
        user, text, mark = _part(update, "user"), update.get("payload"), update.get("chat_id")
        heard = Heard.STARTED if kind == "bot_started" else Heard.STOPPED
    else:
        return None
    number = user.get("user_id")
    if not isinstance(number, int) or isinstance(number, bool) or user.get("is_bot") is True:
        return None
    names = (user.get("first_name") or user.get("name"), user.get("last_name"))
    at = update.get("timestamp")
    same = json.dumps([kind, number, at, mark, text])
    return BotUpdate(
        kind=heard,
        user=str(number),
        name=_storable(" ".join(str(name) for name in names if name)),
        text=_storable(text) if isinstance(text, str) else "",
        key=hashlib.sha256(same.encode()).hexdigest(),
        at=at if isinstance(at, int) and 0 < at < _LATEST else 0,
    )


def _storable(words: str) -> str:
    """Half a sign (``\\ud83d`` of an emoji cut in two) is good JSON and no text: no table takes it."""
    return words.encode("utf-8", "replace").decode()
