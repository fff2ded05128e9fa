"""The world's window for scripts and for the /sandbox/ pages: what lies in its journal, as JSON.

- ``/control/sms.json?to=+79…``: the phone: messages put together from their parts, newest last.
- ``/control/mail.json?to=…``: the mailbox; ``/control/mail/<n>/<index>``: one attachment as it came.
- ``POST /control/sms/send`` with ``from`` and ``text``: a person sends an SMS to the retailer.
- ``/control/max.json?to=NAME``: dialogues with the messenger's bot.
- ``POST /control/max/act`` with ``who``, ``what`` (``started``, ``stopped``, ``said``), ``text``: an act.
- ``POST /control/bank/refund`` with ``payment`` and ``amount``: a clerk of the bank gives money back.
- ``POST /control/bank/twice`` with ``payment``: its order is paid a second time.
- ``POST /control/bank/fault`` with ``kind``, ``path``, ``times``, ``text``, ``seconds``: see ``faults``.
- ``POST /control/bank/callbacks`` with ``lost``, ``copies``, ``late``, ``swapped``: how the bank tells shops.
- ``POST /control/bank/receipts`` with ``fail``, ``type``, ``slow``, ``expire``: what the till does.
- ``POST /control/bank/calm``: every order of a fault is taken back.
- ``/control/bank.json``, ``/control/till.json``: what the bank has done, which documents the till has.
- ``/control/health.json``: whether the world stands.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from svet.sandbox.world.journal import Journal
from svet.sandbox.world.mailbox import same_mailbox
from svet.sandbox.world.max_bot import conversations_of

_ATTACHMENT = re.compile(r"/control/mail/([0-9]{1,9})/([0-9]{1,3})", re.ASCII)
_NEWEST: Final = 200
_LONGEST_FORM: Final = 32768
_LONGEST_SMS: Final = 70


SendSms = Callable[[str, str], None]
GiveBack = Callable[[str, str], str]
Trouble = Callable[[Mapping[str, str]], str]


def make_application(
    *,
    journal: Journal,
    bank: WSGIApplication | None,
    send_sms: SendSms | None = None,
    give_back: GiveBack | None = None,
    troubles: Mapping[str, Trouble] | None = None,
    act_in_messenger: Trouble | None = None,
) -> WSGIApplication:
    """The control pages, with the bank's own application behind every other address.

    ``send_sms(phone, text)`` hands a person's message to the SMS centre; ``give_back(payment, amount)``
    refunds at the bank and says why not; so does each of ``troubles`` (by its name), given what was typed.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/control/"):
            if bank is not None:
                return bank(environ, start_response)
            return _json(start_response, {"error": "no such page"}, "404 Not Found")
        if path == "/control/sms/send" and environ.get("REQUEST_METHOD") == "POST" and send_sms is not None:
            return _send(environ, start_response, send_sms)
        if path == "/control/bank/refund" and environ.get("REQUEST_METHOD") == "POST" and give_back:
            return _give_back(environ, start_response, give_back)
        trouble = (troubles or {}).get(path.removeprefix("/control/bank/"))
        if path == "/control/max/act":
            trouble = act_in_messenger
        if trouble is not None and environ.get("REQUEST_METHOD") == "POST":
            refused = trouble(_form(environ))
            answer = {"error": refused} if refused else {"ok": True}
            return _json(start_response, answer, "422 Unprocessable" if refused else "202 Accepted")
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return _json(start_response, {"error": "read only"}, "405 Method Not Allowed")
        match = _ATTACHMENT.fullmatch(path)
        if match is not None:
            return _attachment(start_response, journal, int(match[1]), int(match[2]))
        reader = _READERS.get(path)
        if reader is None:
            return _json(start_response, {"error": "no such page"}, "404 Not Found")
        # parse_qs turns «+79…» into « 79…»: the plus of a phone is seldom escaped by hand.
        to = parse_qs(environ.get("QUERY_STRING", "")).get("to", [""])[0].strip()
        return _json(start_response, reader(journal, to))

    return application


def _send(environ: WSGIEnvironment, start_response: StartResponse, send_sms: SendSms) -> Iterable[bytes]:
    phone, text = _typed(environ, "from", "text")
    number = _digits(phone)
    if not 5 <= len(number) <= 15 or not 1 <= len(text.encode("utf-16-be")) // 2 <= _LONGEST_SMS:
        return _json(start_response, {"error": "a phone and 1 to 70 signs are needed"}, "422 Unprocessable")
    send_sms(f"+{number}", text)
    return _json(start_response, {"ok": True}, "202 Accepted")


def _give_back(
    environ: WSGIEnvironment, start_response: StartResponse, give_back: GiveBack
) -> Iterable[bytes]:
    payment, amount = _typed(environ, "payment", "amount")
    refused = give_back(payment, amount)
    if refused:
        return _json(start_response, {"error": refused}, "422 Unprocessable")
    return _json(start_response, {"ok": True}, "202 Accepted")


def _typed(environ: WSGIEnvironment, *names: str) -> list[str]:
    """The fields of a form."""
    typed = _form(environ)
    return [typed.get(name, "") for name in names]


def _form(environ: WSGIEnvironment) -> dict[str, str]:
    length = min(int(environ.get("CONTENT_LENGTH") or 0), _LONGEST_FORM)
    typed = parse_qs(environ["wsgi.input"].read(length).decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in typed.items()}


def phone(journal: Journal, to: str) -> dict[str, Any]:
    """The messages on one phone, or on all when ``to`` is empty."""
    number = _digits(to)
    entries = journal.entries("sms", where=lambda entry: not number or _digits(entry["to"]) == number)
    sent = journal.entries("sms_in", where=lambda entry: not number or _digits(entry["from"]) == number)
    return {
        "to": f"+{number}" if number else "",
        "messages": _whole(entries)[-_NEWEST:],
        "sent": [{name: entry[name] for name in ("n", "at", "from", "text")} for entry in sent][-_NEWEST:],
    }


def mailbox(journal: Journal, to: str) -> dict[str, Any]:
    """The letters in one mailbox, or in all when ``to`` is empty; attachments by address."""
    entries = journal.entries("mail", where=lambda entry: not to or same_mailbox(entry["to"], to))
    letters: list[dict[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        key = (entry["to"], entry["message_id"])
        letter = {name: value for name, value in entry.items() if name not in ("kind", "attachments")}
        letter["duplicate"] = bool(entry["message_id"]) and key in seen
        letter["attachments"] = [
            {
                "name": attachment["name"],
                "type": attachment["type"],
                "size": attachment["size"],
                "url": f"/control/mail/{entry['n']}/{index}",
            }
            for index, attachment in enumerate(entry["attachments"])
        ]
        seen.add(key)
        letters.append(letter)
    return {"to": to, "messages": letters[-_NEWEST:]}


def bank_journal(journal: Journal, to: str) -> dict[str, Any]:
    """What the bank has done, newest last."""
    return {"entries": journal.entries("bank")[-_NEWEST:]}


def till_journal(journal: Journal, to: str) -> dict[str, Any]:
    """The documents that the till has, newest last."""
    return {"entries": journal.entries("till")[-_NEWEST:]}


def health(journal: Journal, to: str) -> dict[str, Any]:
    return {"ok": True, "entries": len(journal.entries())}


_READERS: Final[dict[str, Callable[[Journal, str], dict[str, Any]]]] = {
    "/control/sms.json": phone,
    "/control/mail.json": mailbox,
    "/control/max.json": conversations_of,
    "/control/bank.json": bank_journal,
    "/control/till.json": till_journal,
    "/control/health.json": health,
}


def _whole(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the parts of long messages together; a message stands where its first part came."""
    messages: list[dict[str, Any]] = []
    open_parts: dict[tuple[str, str, int, int], dict[str, Any]] = {}
    seen: set[tuple[str, int | None, str]] = set()
    for entry in entries:
        part = entry["part"]
        if part is None:
            messages.append(_message(entry, {1: entry["text"]}, 1))
            continue
        reference, number, total = part
        key = (entry["to"], entry["from"], reference, total)
        message = open_parts.get(key)
        if message is None or number in message["pieces"]:
            message = open_parts[key] = _message(entry, {}, total)
            messages.append(message)
        message["pieces"][number] = entry["text"]
        if len(message["pieces"]) == total:
            del open_parts[key]
    for message in messages:
        pieces = message.pop("pieces")
        message["text"] = "".join(pieces[number] for number in sorted(pieces))
        message["complete"] = len(pieces) == message["parts"]
        key_of_copy = (message["to"], message["reference"], message["text"])
        message["duplicate"] = message["reference"] is not None and key_of_copy in seen
        seen.add(key_of_copy)
    return messages


def _message(entry: dict[str, Any], pieces: dict[int, str], parts: int) -> dict[str, Any]:
    return {
        "n": entry["n"],
        "at": entry["at"],
        "id": entry["id"],
        "to": entry["to"],
        "from": entry["from"],
        "reference": entry["reference"],
        "parts": parts,
        "pieces": pieces,
    }


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign in "0123456789")


def _json(start_response: StartResponse, value: Any, status: str = "200 OK") -> list[bytes]:
    body = json.dumps(value, ensure_ascii=False).encode()
    start_response(
        status,
        [
            ("Content-Type", "application/json; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ],
    )
    return [body]


def _attachment(start_response: StartResponse, journal: Journal, n: int, index: int) -> list[bytes]:
    letters = journal.entries("mail", where=lambda entry: entry["n"] == n)
    if not letters or index >= len(letters[0]["attachments"]):
        return _json(start_response, {"error": "no such attachment"}, "404 Not Found")
    attachment = letters[0]["attachments"][index]
    content = base64.b64decode(attachment["content"])
    start_response(
        "200 OK",
        [
            ("Content-Type", attachment["type"]),
            ("Content-Length", str(len(content))),
            ("Content-Disposition", "attachment"),
            ("X-Content-Type-Options", "nosniff"),
        ],
    )
    return [content]
