"""The messenger MAX, as far as a bot sees it: its Bot API under ``/max/``, and people who use the bot.

``GET /me``, ``POST /messages``, ``GET /updates`` (long polling), ``GET``, ``POST`` and ``DELETE
/subscriptions``; shapes by the types of the vendor's own client (max-messenger/max-bot-api-client-ts) and by
dev.max.ru/docs-api, and proved by that client. What people do is told to the subscribed address until it
answers 200, else it waits for ``/updates``.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.request
import zlib
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from svet.sandbox.world.journal import Journal

PREFIX: Final = "/max/"
#: The only bot, and what opens it.
BOT, TOKEN, BOT_ID = "svet_bot", "sandbox", 500
LONGEST_TEXT: Final = 4000
#: A dialogue has a number of its own: the person's, so many times.
_CHAT: Final = 10
_LONGEST_BODY: Final = 256 * 1024
#: Messages a second to one person.
_MOST_A_SECOND: Final = 2
_PAUSES: Final = (0.0, 1.0, 2.0, 5.0, 15.0, 60.0, *([300.0] * 90))
_TYPES: Final = {"started": "bot_started", "stopped": "bot_stopped", "said": "message_created"}


class MaxError(Exception):
    """An answer that is an error: its HTTP status, ``code`` and ``message``."""

    def __init__(self, status: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.body = status, {"code": code, "message": message}


class MaxApi:
    """The API over a journal; ``application`` has every other address."""

    def __init__(self, application: WSGIApplication, *, journal: Journal) -> None:
        self._application = application
        self._journal = journal
        self._news = threading.Condition()
        self._confirmed = 0
        self._written: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=_MOST_A_SECOND))

    def act(self, typed: Mapping[str, str]) -> str:
        """Somebody called ``who`` did ``what`` (started, stopped, said) with ``text``; says why not."""
        who, what, text = (typed.get(name, "").strip() for name in ("who", "what", "text"))
        if not 1 <= len(who) <= 60 or what not in _TYPES or len(text) > LONGEST_TEXT:
            return "who, what (started, stopped, said) and a text of up to 4000 signs are needed"
        if what == "said" and not text:
            return "nothing was said"
        with self._news:
            if what == "said" and self._standing(user_of(who)) != "started":
                # As in the messenger: whoever writes has started the bot.
                self._happened(who, "started", "")
            self._happened(who, what, text)
            self._news.notify_all()
        return ""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if not path.startswith(PREFIX):
            return self._application(environ, start_response)
        status, body = "200 OK", {}
        try:
            if environ.get("HTTP_AUTHORIZATION") != TOKEN:
                raise MaxError("401 Unauthorized", "verify.token", "Invalid access_token")
            query = {
                name: values[0] for name, values in parse_qs(str(environ.get("QUERY_STRING", ""))).items()
            }
            body = self._answer(str(environ["REQUEST_METHOD"]), path.removeprefix(PREFIX), query, environ)
        except MaxError as error:
            status, body = error.status, error.body
        start_response(status, [("Content-Type", "application/json; charset=utf-8")])
        return [json.dumps(body, ensure_ascii=False).encode()]

    def _answer(
        self, method: str, path: str, query: Mapping[str, str], environ: WSGIEnvironment
    ) -> dict[str, Any]:
        match method, path:
            case "GET", "me":
                return _bot()
            case "POST", "messages":
                return self._send(query, _body(environ))
            case "GET", "updates":
                return self._updates(query)
            case "GET", "subscriptions":
                return {"subscriptions": [_shown(one) for one in self._subscriptions()]}
            case "POST", "subscriptions":
                return self._subscribe(_body(environ))
            case "DELETE", "subscriptions":
                return self._unsubscribe(query.get("url", ""))
        raise MaxError("404 Not Found", "not.found", f"Unknown path {path}")

    def _send(self, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        text = body.get("text")
        if not isinstance(text, str) or not 1 <= len(text) <= LONGEST_TEXT:
            raise MaxError("400 Bad Request", "proto.payload", "text: size must be between 1 and 4000")
        try:
            user = int(query["user_id"]) if "user_id" in query else int(query["chat_id"]) // _CHAT
        except (KeyError, ValueError):
            raise MaxError("400 Bad Request", "proto.payload", "Missing chat_id or user_id") from None
        standing = self._standing(user)
        if not standing:
            raise MaxError("404 Not Found", "chat.not.found", f"Chat {user} not found")
        if standing == "stopped":
            said = f"Key: error.dialog.suspended, args: [{user},]."
            raise MaxError("403 Forbidden", "chat.denied", said)
        with self._news:
            last = self._written[user]
            if len(last) == _MOST_A_SECOND and time.monotonic() - last[0] < 1.0:
                raise MaxError("429 Too Many Requests", "too.many.requests", "Too many requests")
            last.append(time.monotonic())
            entry = self._journal.append(
                "max",
                {"event": "message", "user": user, "text": text, "format": body.get("format")},
            )
        return {"message": _message(entry, sender=_bot())}

    def _updates(self, query: Mapping[str, str]) -> dict[str, Any]:
        try:
            limit, patience = int(query.get("limit", 100)), int(query.get("timeout", 30))
            marker = int(query["marker"]) if "marker" in query else None
        except ValueError:
            raise MaxError("400 Bad Request", "proto.payload", "limit, timeout, marker: numbers") from None
        if not (1 <= limit <= 1000 and 0 <= patience <= 90):
            raise MaxError("400 Bad Request", "proto.payload", "limit up to 1000, timeout up to 90")
        types = set(query["types"].split(",")) if query.get("types") else set(_TYPES.values())
        deadline = time.monotonic() + patience
        with self._news:
            if marker is not None:
                self._confirmed = max(self._confirmed, marker)
            while True:
                waiting = [] if self._subscriptions() else self._untold()
                found = [one for one in waiting if _TYPES[one["event"]] in types][:limit]
                left = deadline - time.monotonic()
                if found or left <= 0:
                    break
                self._news.wait(left)
            after = found[-1]["n"] + 1 if found else max(self._confirmed, 1)
        return {"updates": [_update(one) for one in found], "marker": after}

    def _subscribe(self, body: Mapping[str, Any]) -> dict[str, Any]:
        url, secret = body.get("url"), body.get("secret", "")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise MaxError("400 Bad Request", "proto.payload", "url: must be an address")
        if not isinstance(secret, str) or (secret and not 5 <= len(secret) <= 256):
            raise MaxError("400 Bad Request", "proto.payload", "secret: size must be between 5 and 256")
        terms = {"url": url, "secret": secret, "update_types": body.get("update_types"), "on": True}
        with self._news:
            self._journal.append("max_subscription", terms)
        return {"success": True}

    def _unsubscribe(self, url: str) -> dict[str, Any]:
        with self._news:
            if url not in [one["url"] for one in self._subscriptions()]:
                return {"success": False, "message": "No such subscription"}
            self._journal.append("max_subscription", {"url": url, "on": False})
        return {"success": True}

    def _subscriptions(self) -> list[dict[str, Any]]:
        last = {entry["url"]: entry for entry in self._journal.entries("max_subscription")}
        return [entry for entry in last.values() if entry["on"]]

    def _standing(self, user: int) -> str:
        """``started``, ``stopped``, or nothing: the person has never been here."""
        acts = self._journal.entries(
            "max", where=lambda entry: entry["user"] == user and entry["event"] in ("started", "stopped")
        )
        return str(acts[-1]["event"]) if acts else ""

    def _untold(self) -> list[dict[str, Any]]:
        told = {entry["of"] for entry in self._journal.entries("max_told")}
        return self._journal.entries(
            "max",
            where=lambda entry: (
                entry["event"] in _TYPES and entry["n"] >= self._confirmed and entry["n"] not in told
            ),
        )

    def _happened(self, who: str, what: str, text: str) -> None:
        entry = self._journal.append("max", {"event": what, "user": user_of(who), "who": who, "text": text})
        for one in self._subscriptions():
            if not one["update_types"] or _TYPES[what] in one["update_types"]:
                threading.Thread(target=self._keep_telling, args=(one, entry), daemon=True).start()

    def _keep_telling(self, subscription: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
        """Until it is answered by 200; what the person does next may come before."""
        headers = {"Content-Type": "application/json", "X-Max-Bot-Api-Secret": subscription["secret"]}
        data = json.dumps(_update(entry), ensure_ascii=False).encode()
        for pause in _PAUSES:
            time.sleep(pause)
            letter = urllib.request.Request(subscription["url"], data=data, headers=headers)  # noqa: S310
            try:
                with urllib.request.urlopen(letter, timeout=30) as answer:  # noqa: S310
                    done = answer.status == 200
            except (OSError, http.client.HTTPException):
                done = False
            if done:
                self._journal.append("max_told", {"of": entry["n"]})
                return


def user_of(who: str) -> int:
    """The number of the account of somebody of this name."""
    return 10_000 + zlib.crc32(who.encode()) % 10_000_000


def conversations_of(journal: Journal, to: str) -> dict[str, Any]:
    """What was written and done in each dialogue, or in that of one name, newest last."""
    names = {entry["user"]: entry["who"] for entry in journal.entries("max") if "who" in entry}
    wanted = user_of(to) if to else 0
    entries = journal.entries("max", where=lambda entry: not wanted or entry["user"] == wanted)
    shown = [
        {
            "n": one["n"],
            "at": one["at"],
            "who": names[one["user"]],
            "event": one["event"],
            "text": one["text"],
        }
        for one in entries
    ]
    return {"to": to, "messages": shown[-200:]}


def _bot() -> dict[str, Any]:
    return {
        "user_id": BOT_ID,
        "name": "Svet",
        "first_name": "Svet",
        "username": BOT,
        "is_bot": True,
        "last_activity_time": 0,
    }


def _person(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "user_id": entry["user"],
        "name": entry["who"],
        "first_name": entry["who"],
        "last_name": "",
        "username": None,
        "is_bot": False,
        "last_activity_time": _milliseconds(entry),
    }


def _message(entry: Mapping[str, Any], *, sender: Mapping[str, Any]) -> dict[str, Any]:
    own = sender["user_id"] == BOT_ID
    return {
        "sender": sender,
        "recipient": {
            "chat_id": entry["user"] * _CHAT,
            "chat_type": "dialog",
            "user_id": entry["user"] if own else BOT_ID,
        },
        "timestamp": _milliseconds(entry),
        "body": {
            "mid": f"mid.{entry['n']:016x}",
            "seq": entry["n"],
            "text": entry["text"],
            "attachments": [],
        },
    }


def _update(entry: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"update_type": _TYPES[entry["event"]], "timestamp": _milliseconds(entry)}
    if entry["event"] == "said":
        return {**shown, "message": _message(entry, sender=_person(entry)), "user_locale": "ru"}
    shown |= {"chat_id": entry["user"] * _CHAT, "user": _person(entry), "user_locale": "ru"}
    return shown | ({"payload": entry["text"] or None} if entry["event"] == "started" else {})


def _shown(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"url": one["url"], "time": _milliseconds(one), "update_types": one["update_types"]}


def _milliseconds(entry: Mapping[str, Any]) -> int:
    return int(datetime.fromisoformat(entry["at"]).timestamp() * 1000)


def _body(environ: WSGIEnvironment) -> dict[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    try:
        body = json.loads(environ["wsgi.input"].read(min(length, _LONGEST_BODY)))
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise MaxError("400 Bad Request", "proto.payload", "Invalid JSON")
    return body
