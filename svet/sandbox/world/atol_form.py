"""What the till of the sandbox refuses: more than the vendor's own schema, so that nothing wrong goes out.

Fields, words and numbers: the public SDK sushi-market/atol-online-sdk at 635bce0 (src/V5/DTO, src/V5/Enums).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

#: Fields that must stand in each part, and all that may.
RECEIPT: Final = ({"client", "company", "items", "payments", "total"}, {"vats", "internet", "timezone"})
CORRECTION: Final = (
    {"company", "correction_info", "items", "payments", "total"},
    {"client", "vats", "internet", "timezone"},
)
COMPANY: Final = ({"email", "sno", "inn", "payment_address"}, {"location"})
ITEM: Final = (
    {"name", "price", "quantity", "measure", "sum", "payment_method", "payment_object", "vat"},
    {"user_data"},
)
METHODS: Final = frozenset(
    {
        "full_prepayment",
        "prepayment",
        "advance",
        "full_payment",
        "partial_payment",
        "credit",
        "credit_payment",
    }
)
TAXATIONS: Final = frozenset({"osn", "usn_income", "usn_income_outcome", "envd", "esn", "patent"})
#: By word the share of VAT in the line: of how many parts how many.
VATS: Final[Mapping[str, tuple[int, int]]] = {
    "none": (0, 1),
    "vat0": (0, 1),
    **{f"vat{rate}": (rate, 100 + rate) for rate in (5, 7, 10, 20, 22)},
    **{f"vat{100 + rate}": (rate, 100 + rate) for rate in (5, 7, 10, 20, 22)},
}


_EMAIL: Final = re.compile(r"(?=.{3,64}\Z)[^@\s]+@[^@\s]+\.[^@\s]+")
_DAY: Final = re.compile(r"[0-3][0-9]\.[01][0-9]\.[0-9]{4}", re.ASCII)
_PHONE: Final = re.compile(r"\+?[0-9]{10,15}", re.ASCII)


class TillError(Exception):
    """An answer that is an error."""

    def __init__(self, code: int, text: str, *, more: Mapping[str, Any] | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.more = dict(more or {})


def check_document(body: Mapping[str, Any], *, part: str) -> None:
    """``part``: ``receipt`` or ``correction``. :raises TillError: 32, naming what does not fit"""
    _fields(body, "", {"external_id", part, "timestamp"}, {"service", "ism_optional", "source_id"})
    _require(isinstance(body["external_id"], str) and 0 < len(body["external_id"]) <= 128, "external_id")
    try:
        datetime.strptime(str(body["timestamp"]), "%d.%m.%Y %H:%M:%S")  # noqa: DTZ007 - the wire has no zone
    except ValueError:
        raise TillError(32, "Ошибка валидации JSON: timestamp") from None
    receipt = body[part]
    _fields(receipt, part, *(RECEIPT if part == "receipt" else CORRECTION))
    if "client" in receipt:
        _client(receipt["client"])
    if part == "correction":
        _correction_info(receipt["correction_info"])
    company = receipt["company"]
    _fields(company, "company", *COMPANY)
    _require(company["sno"] in TAXATIONS, "sno")
    _require(str(company["inn"]).isdigit() and len(str(company["inn"])) in (10, 12), "inn")
    total = _sum(receipt["total"], "total")
    items = receipt["items"]
    _require(isinstance(items, list) and 0 < len(items) <= 100, "items")
    _require(sum(_item(item) for item in items) == total, "total is not the sum of items")
    paid = 0
    for one in receipt["payments"]:
        _require(one.get("type") in range(10), "payments.type")
        paid += _sum(one.get("sum"), "payments.sum")
    _require(paid == total, "total is not the sum of payments")
    for vat in receipt.get("vats", []):
        own = sum(_sum(item["vat"]["sum"], "vat") for item in items if item["vat"]["type"] == vat["type"])
        _require(own == _sum(vat["sum"], "vats"), "vats are not those of the items")


def _client(client: Any) -> None:
    _require(isinstance(client, dict) and any(client.get(one) for one in ("email", "phone")), "client")
    _require("email" not in client or bool(_EMAIL.fullmatch(str(client["email"]))), "client.email")
    _require("phone" not in client or bool(_PHONE.fullmatch(str(client["phone"]))), "client.phone")


def _correction_info(info: Any) -> None:
    """Tag 1173 with 1178, the day of the settlement, and 1179, the number of the tax office's order."""
    _fields(info, "correction_info", {"type", "base_date"}, {"base_number"})
    _require(info["type"] in ("self", "instruction"), "correction_info.type")
    _require(bool(_DAY.fullmatch(str(info["base_date"]))), "correction_info.base_date")
    number = info.get("base_number", "")
    _require(isinstance(number, str) and len(number) <= 32, "correction_info.base_number")
    _require(bool(number) or info["type"] == "self", "correction_info.base_number")


def _item(item: Any) -> int:
    _fields(item, "items", *ITEM)
    _require(isinstance(item["name"], str) and 0 < len(item["name"]) <= 128, "name")
    _require(item["payment_method"] in METHODS, "payment_method")
    _require(type(item["payment_object"]) is int and item["payment_object"] in range(1, 34), "payment_object")
    _require(item["payment_method"] != "advance" or item["payment_object"] == 10, "an advance is object 10")
    _require(item["vat"].get("type") in VATS, "vat.type")
    kopecks = _sum(item["sum"], "sum")
    _require(_sum(item["price"], "price") * item["quantity"] == kopecks, "sum is not price by quantity")
    share, whole = VATS[item["vat"]["type"]]
    _require(abs(_sum(item["vat"]["sum"], "vat") * whole - kopecks * share) * 2 <= whole, "vat.sum")
    return kopecks


def _fields(part: Any, name: str, needed: set[str], more: set[str]) -> None:
    _require(isinstance(part, dict), name)
    _require(needed <= set(part), f"{name}: {sorted(needed - set(part))}")
    _require(set(part) <= needed | more, f"{name}: {sorted(set(part) - needed - more)}")


def _sum(value: Any, name: str) -> int:
    """Kopecks of a JSON number with two digits after the point at most."""
    _require(type(value) in (int, Decimal) and Decimal(value) * 100 % 1 == 0, name)
    return int(Decimal(value) * 100)


def _require(fits: bool, what: str) -> None:
    if not fits:
        raise TillError(32, f"Ошибка валидации JSON: {what}")
