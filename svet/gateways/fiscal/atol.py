"""ATOL Online, API v5 (ФФД 1.2).

Sources: the public SDK sushi-market/atol-online-sdk at 635bce0 (2026-01-28, after the vendor's document 3.12)
for addresses, fields and words; the table of errors in vlsv/atol-online (StatusErrorConstants, after the
vendor's document 5.15 of v4). ADR 172 says what of it is not proved for v5.
Dates of the wire are of the till's zone without one: «27.11.2026 21:45:00».
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Self
from urllib.parse import urlsplit

from svet.gateways.acquiring.wire import BankAnswer, address_of, ask
from svet.gateways.failures import Permanent, Temporary
from svet.gateways.fiscal.limits import beyond
from svet.gateways.fiscal.port import (
    FiscalCorrection,
    FiscalDocument,
    FiscalItem,
    FiscalReport,
    FiscalStanding,
    FiscalSubject,
)
from svet.gateways.fiscal.wire import exact_json
from svet.kernel.money import Money

#: Codes of errors: no token in the request, its time is over.
NO_TOKEN: Final = 10
OLD_TOKEN: Final = 11
#: The login, the client or the group is not what was agreed: somebody mends that, and what waits, waits.
CLOSED: Final = frozenset({12, 14, 20, 21})
#: A document of this external_id is there; its state is not known yet.
KNOWN: Final = 33
UNKNOWN_YET: Final = 34
#: «Признак предмета расчёта» (tag 1212): a service; an advance.
#: Tag 1212: an instalment, a penalty, a fine and the like are 12.
_OBJECTS: Final = {FiscalSubject.SERVICE: 4, FiscalSubject.ADVANCE: 10, FiscalSubject.PENALTY: 12}
#: «Мера количества предмета расчёта» (tag 2108): pieces.
_PIECES: Final = 0
#: «Тип оплаты»: without cash; by a prepayment of before.
_CASHLESS, _PREPAID = 1, 2
#: Faults of the till and of the driver: another document may be tried.
_AGAIN: Final = frozenset({"system", "driver"})
#: Faults of time and of who carries: the document may be printed later.
_UNSURE: Final = frozenset({"timeout", "agent"})
#: Tokens by till, per process; one lives a day, and an old one is told by its error.
_tokens: dict[tuple[str, str], str] = {}


@dataclass(frozen=True, slots=True)
class Atol:
    """A group of tills of one client of ATOL Online."""

    base: str
    group: str
    login: str
    password: str = field(repr=False)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read ``atol[+http|+https]://LOGIN:password@host[:port]/possystem/v5/GROUP``.

        :raises ValueError: no such port can be, or no group is named
        """
        where = address_of(url)
        base, _, group = where.base.rpartition("/")
        if not group or not base.endswith("/v5"):
            raise ValueError("the address ends with /v5/ and the code of a group of tills")
        return cls(base, group, where.shop, where.secret)

    def register(self, *, document: FiscalDocument) -> str:
        """``POST GROUP/sell``, ``GROUP/sell_refund``, ``GROUP/sell_correction``."""
        if more := beyond(document):
            raise Permanent(f"more than the till takes: {'; '.join(more)}", code="limits")
        body = self._ask("POST", f"/{document.verb.value}", content=exact_json(_document(document)))
        name, error = body.get("uuid"), _error(body)
        if error is not None and error[0] != KNOWN:
            raise Permanent(f"the till refused: {error[0]} {error[1][:200]}", code=str(error[0]))
        if not isinstance(name, str) or not 0 < len(name) <= 128:
            raise Temporary("the till's answer names no document", code="shape")
        return name

    def report(self, *, name: str) -> FiscalReport:
        """``GET GROUP/report/UUID``."""
        body = self._ask("GET", f"/report/{name}")
        error = _error(body)
        if error is not None and error[0] == UNKNOWN_YET:
            return FiscalReport(FiscalStanding.WAIT)
        try:
            standing = FiscalStanding(str(body.get("status")))
        except ValueError:
            if error is None:
                raise Temporary("an unknown status of a document", code="status") from None
            raise Permanent(f"the till refused: {error[0]} {error[1][:200]}", code=str(error[0])) from None
        if standing is not FiscalStanding.WAIT and body.get("uuid") != name:
            # «No such document» comes with ``fail`` as well, and is no end of this one.
            if error is None:
                raise Temporary("the till speaks of another document", code="shape")
            raise Permanent(f"the till refused: {error[0]} {error[1][:200]}", code=str(error[0]))
        if standing is FiscalStanding.DONE:
            return _done(body.get("payload"), external_id=str(body.get("external_id") or ""), till=self.base)
        if standing is FiscalStanding.FAIL:
            code, text, kind = error or (0, "", "unknown")
            again, unsure = kind in _AGAIN, kind in _UNSURE
            return FiscalReport(standing, code=str(code), text=text[:300], again=again, unsure=unsure)
        return FiscalReport(standing)

    def _ask(self, method: str, path: str, *, content: bytes | None = None) -> dict[str, Any]:
        """Ask with the token of before; with a new one once more when that is old."""
        for fresh in (False, True):
            answer = self._once(method, f"/{self.group}{path}", content=content, token=self._token(new=fresh))
            body = _read(answer)
            error = _error(body)
            if error is not None and error[0] in CLOSED:
                raise Temporary(f"the till lets us not in: {error[0]} {error[1][:200]}", code=str(error[0]))
            if error is None or error[0] not in (NO_TOKEN, OLD_TOKEN):
                return body
        raise Temporary("the till takes no token", code="token")

    def _token(self, *, new: bool) -> str:
        key = (self.base, self.login)
        if new or key not in _tokens:
            content = exact_json({"login": self.login, "pass": self.password})
            body = _read(self._once("POST", "/getToken", content=content))
            error, token = _error(body), body.get("token")
            if error is not None:
                raise Temporary(f"the till gives no token: {error[0]} {error[1][:200]}", code=str(error[0]))
            if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
                raise Temporary("the till's answer has no token", code="shape")
            _tokens[key] = token
        return _tokens[key]

    def _once(self, method: str, path: str, *, content: bytes | None = None, token: str = "") -> BankAnswer:
        headers = {"Content-Type": "application/json; charset=utf-8"} | ({"Token": token} if token else {})
        answer = ask(method, self.base + path, shop=(self.base, self.login), headers=headers, body=content)
        if answer.status >= 500 or answer.status == 429 or not isinstance(answer.body, dict):
            raise Temporary(f"the till answered {answer.status}", code=str(answer.status))
        return answer


def forget_tokens() -> None:
    """Ask for new ones: for tests in which another till listens at the same place."""
    _tokens.clear()


def _read(answer: BankAnswer) -> dict[str, Any]:
    """Faults of the vendor's own come with a code and 400, 401: what they mean the caller says."""
    body: dict[str, Any] = answer.body
    if answer.status != 200 and _error(body) is None:
        raise Temporary(f"the till answered {answer.status}", code=str(answer.status))
    return body


def _error(body: Mapping[str, Any]) -> tuple[int, str, str] | None:
    """Code, text and type of an answer's error."""
    error = body.get("error")
    if error is None:
        return None
    if not isinstance(error, dict) or not isinstance(error.get("code"), int):
        raise Temporary("the till's error cannot be read", code="shape")
    return error["code"], str(error.get("text", "")), str(error.get("type", "unknown"))


def _done(payload: Any, *, external_id: str, till: str) -> FiscalReport:
    """:raises Temporary: not a document that anybody could find"""
    try:
        number, attribute = payload["fiscal_document_number"], payload["fiscal_document_attribute"]
        if not isinstance(number, int) or not isinstance(attribute, int) or number <= 0:
            raise ValueError("no number")
        return FiscalReport(
            FiscalStanding.DONE,
            external_id=external_id[:128],
            total=_money(payload["total"]),
            document_number=str(number)[:20],
            document_attribute=str(attribute)[:20],
            storage_number=str(payload["fn_number"])[:20],
            url=_link(str(payload.get("ofd_receipt_url") or ""), till=till),
            at=datetime.strptime(payload["receipt_datetime"], "%d.%m.%Y %H:%M:%S"),  # noqa: DTZ007 - has none
        )
    except (KeyError, TypeError, ValueError):
        raise Temporary("the till's report cannot be read", code="shape") from None


def _link(url: str, *, till: str) -> str:
    """Where a receipt is shown: by https, or at the till itself, which in a demonstration has none."""
    parts = urlsplit(till)
    safe = url.startswith(("https://", f"{parts.scheme}://{parts.netloc}/"))
    return url if safe and url.isprintable() and len(url) <= 500 else ""


def _money(value: Any) -> Money:
    """Roubles of the wire, whole kopecks. :raises ValueError: anything else"""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("not a sum")
    kopecks = Decimal(value) * 100
    if kopecks != int(kopecks):
        raise ValueError("parts of a kopeck")
    return Money(int(kopecks))


def _document(document: FiscalDocument) -> dict[str, Any]:
    vats: dict[str, Money] = {}
    for item in document.items:
        vats[item.vat] = vats.get(item.vat, Money(0)) + item.vat_money
    seller = document.seller
    client = {"email": document.email} if document.email else {"phone": document.phone}
    correction = document.correction
    return {
        "external_id": document.external_id,
        "receipt" if correction is None else "correction": {
            **({"client": client} if correction is None or any(client.values()) else {}),
            **({} if correction is None else {"correction_info": _correction_info(correction)}),
            "company": {
                "email": seller.email,
                "sno": seller.taxation,
                "inn": seller.inn,
                "payment_address": seller.payment_address,
            },
            "items": [_item(item) for item in document.items],
            "payments": [{"type": _PREPAID if document.offset else _CASHLESS, "sum": document.total.roubles}],
            "vats": [{"type": vat, "sum": money.roubles} for vat, money in vats.items()],
            "total": document.total.roubles,
        },
        "timestamp": document.at.strftime("%d.%m.%Y %H:%M:%S"),
    }


def _correction_info(correction: FiscalCorrection) -> dict[str, str]:
    """Tags 1173, 1178 and 1179, the last of an order only."""
    info = {"type": correction.basis, "base_date": correction.day.strftime("%d.%m.%Y")}
    return {**info, "base_number": correction.number} if correction.number else info


def _item(item: FiscalItem) -> dict[str, Any]:
    return {
        "name": item.name,
        "price": item.money.roubles,
        "quantity": 1,
        "measure": _PIECES,
        "sum": item.money.roubles,
        "payment_method": item.method.value,
        "payment_object": _OBJECTS[item.subject],
        "vat": {"type": item.vat, "sum": item.vat_money.roubles},
    }
