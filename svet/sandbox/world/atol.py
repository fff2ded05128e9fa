"""A rented till that speaks ATOL Online's API v5 under ``/possystem/v5/``.

``getToken``, ``GROUP/sell``, ``GROUP/sell_refund``, ``GROUP/sell_correction``, ``GROUP/report/UUID``. A
document is kept in the journal before it is answered; a known ``external_id`` gets error 33 with its name. It
has a number after ``slow`` seconds, unless its failure was ordered, and is then shown where its link leads:
``/rec/STORAGE/NUMBER``. What it refuses: ``atol_form``.
"""

from __future__ import annotations

import json
import secrets
import threading
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from svet.sandbox.world import receipt_page
from svet.sandbox.world.atol_form import TillError, check_document
from svet.sandbox.world.journal import Journal
from svet.sandbox.world.requests import origin_of
from svet.sandbox.world.vault import Clock, now_utc

PREFIX: Final = "/possystem/v5/"
#: The only client, and the group of its tills.
LOGIN, PASSWORD, GROUP = "svet-demo", "test_atol", "svet-demo-1"
LONGEST_BODY: Final = 256 * 1024
#: As the vendor's table has them; all other errors come with 400.
_STATUSES: Final[Mapping[int, str]] = {
    **dict.fromkeys((10, 11, 12, 20), "401 Unauthorized"),
    34: "200 OK",
}
STORAGE: Final = "9999078900001234"
#: What is added to a document's place for its number (ФД), and to that for its attribute (ФПД).
FIRST: Final = 1000
ATTRIBUTES: Final = 3_000_000_000


class AtolTill:
    """The API over a journal; ``application`` has every other address."""

    def __init__(self, application: WSGIApplication, *, journal: Journal, clock: Clock = now_utc) -> None:
        self._application = application
        self._journal = journal
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: set[str] = set()
        self._slow = 0.0
        self._failing = 0
        self._fault = "driver"
        self._printed = 0.0

    def order(self, typed: Mapping[str, str]) -> str:
        """``fail`` the next documents with an error of ``type``, ``slow`` them by seconds, ``expire`` tokens.

        ``printed``: those that failed are printed after all, so many seconds later. Says why not, or nothing.
        """
        try:
            failing, slow = int(typed.get("fail") or 0), float(typed.get("slow") or 0)
            printed = float(typed.get("printed") or 0)
        except ValueError:
            return "fail, slow and printed are numbers"
        if not (0 <= failing <= 1000 and 0 <= slow <= 86400 and 0 <= printed <= 86400):
            return "fail up to 1000, slow and printed up to a day"
        with self._lock:
            self._failing, self._slow, self._fault = failing, slow, typed.get("type") or "driver"
            self._printed = printed
            if typed.get("expire"):
                self._tokens.clear()
        return ""

    def documents(self) -> list[dict[str, Any]]:
        """What was handed over, oldest first, each once."""
        return [entry["document"] for entry in self._journal.entries("till")]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if path.startswith(receipt_page.PREFIX):
            return receipt_page.answer(environ, start_response, found=self._made(path))
        if not path.startswith(PREFIX):
            return self._application(environ, start_response)
        status, body = "200 OK", {}
        try:
            body = self._answer(environ, path.removeprefix(PREFIX).strip("/").split("/"))
        except TillError as error:
            status = _STATUSES.get(error.code, "400 Bad Request")
            standing = "wait" if error.code in (33, 34) else "fail"
            body = {**error.more, "error": _error(error.code, str(error), "system"), "status": standing}
        body["timestamp"] = self._clock().strftime("%d.%m.%Y %H:%M:%S")
        start_response(status, [("Content-Type", "application/json; charset=utf-8")])
        return [json.dumps(body, ensure_ascii=False, default=_number).encode()]

    def _answer(self, environ: WSGIEnvironment, parts: list[str]) -> dict[str, Any]:
        match str(environ["REQUEST_METHOD"]), *parts:
            case "POST", "getToken":
                return self._give_token(_body(environ))
            case "POST", group, ("sell" | "sell_refund" | "sell_correction") as verb:
                self._enter(environ, group)
                return self._register(verb, _body(environ))
            case "GET", group, "report", name:
                self._enter(environ, group)
                return self._report(name, origin=origin_of(environ))
        raise TillError(31, "Указанная операция не поддерживается")

    def _give_token(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if (body.get("login"), body.get("pass")) != (LOGIN, PASSWORD):
            raise TillError(12, "Неверный логин или пароль")
        token = secrets.token_hex(16)
        with self._lock:
            self._tokens.add(token)
        return {"token": token, "error": None}

    def _enter(self, environ: WSGIEnvironment, group: str) -> None:
        token = str(environ.get("HTTP_TOKEN", ""))
        if not token:
            raise TillError(10, "Не передан токен")
        with self._lock:
            known = token in self._tokens
        if not known:
            raise TillError(11, "Срок действия токена истёк")
        if group != GROUP:
            raise TillError(20, "Группа ККТ не соответствует токену")

    def _register(self, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
        part = "correction" if verb == "sell_correction" else "receipt"
        check_document(body, part=part)
        external_id = body["external_id"]
        with self._lock:
            known = self._journal.entries("till", where=lambda entry: entry["external_id"] == external_id)
            if known:
                text = "Документ с переданными external_id и group_code уже существует в базе"
                raise TillError(33, text, more={"uuid": known[0]["uuid"]})
            fails = self._failing > 0
            self._failing -= fails
            entry = {
                "uuid": str(uuid.uuid4()),
                "external_id": external_id,
                "verb": verb,
                "total": str(body[part]["total"]),
                "document": json.loads(json.dumps({"verb": verb, **body}, default=str)),
                "ready": (self._clock() + timedelta(seconds=self._slow)).isoformat(),
                "fault": self._fault if fails else "",
            }
            if fails and self._printed:
                entry["printed"] = (self._clock() + timedelta(seconds=self._printed)).isoformat()
            self._journal.append("till", entry)
        return {"uuid": entry["uuid"], "status": "wait", "error": None}

    def _report(self, name: str, *, origin: str) -> dict[str, Any]:
        known = self._journal.entries("till", where=lambda entry: entry["uuid"] == name)
        if not known:
            raise TillError(30, "Передан некорректный UUID")
        entry = known[0]
        shown = {"uuid": name, "external_id": entry["external_id"], "group_code": GROUP}
        shown |= {"daemon_code": "sandbox", "device_code": "SANDBOX-1", "callback_url": ""}
        if self._clock() < datetime.fromisoformat(entry["ready"]):
            return {**shown, "status": "wait", "payload": None, "error": None}
        if not self._is_made(entry):
            error = _error(-3897, "Чек не пробит: ошибка кассы", entry["fault"])
            return {**shown, "status": "fail", "payload": None, "error": error}
        number = FIRST + entry["n"]
        link = f"{origin}{receipt_page.PREFIX}{STORAGE}/{number}"
        payload = {
            "fiscal_receipt_number": entry["n"],
            "shift_number": 1,
            "receipt_datetime": entry["document"]["timestamp"],
            "total": Decimal(entry["total"]),
            "fn_number": STORAGE,
            "ecr_registration_number": "0000000001012345",
            "fiscal_document_number": number,
            "fiscal_document_attribute": ATTRIBUTES + number,
            "fns_site": "www.nalog.gov.ru",
            "ofd_inn": "7700000001",
            "ofd_receipt_url": link,
        }
        return {**shown, "status": "done", "payload": payload, "error": None}

    def _is_made(self, entry: Mapping[str, Any]) -> bool:
        """Whether a document has its number by now."""
        printed = entry.get("printed")
        since = printed if entry["fault"] else entry["ready"]
        return bool(since) and self._clock() >= datetime.fromisoformat(str(since))

    def _made(self, path: str) -> receipt_page.MadeDocument | None:
        """The made document of a link, if there is one."""
        storage, _, number = path.removeprefix(receipt_page.PREFIX).strip("/").partition("/")
        for entry in self._journal.entries("till"):
            known = (STORAGE, str(FIRST + entry["n"]))
            if known == (storage, number) and self._is_made(entry):
                return receipt_page.MadeDocument(entry["document"], *known, str(ATTRIBUTES + int(number)))
        return None


def _error(code: int, text: str, kind: str) -> dict[str, Any]:
    return {"error_id": str(uuid.uuid4()), "code": code, "text": text, "type": kind}


def _number(value: Any) -> float:
    """As the vendor writes sums: numbers."""
    return float(value)


def _body(environ: WSGIEnvironment) -> dict[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    try:
        body = json.loads(environ["wsgi.input"].read(min(length, LONGEST_BODY)), parse_float=Decimal)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise TillError(32, "Ошибка валидации JSON")
    return body
