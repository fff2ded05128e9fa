"""The page a receipt's link leads to: what an operator of fiscal data shows of a document that is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIEnvironment

from svet.sandbox.world import card_page

PREFIX: Final = "/rec/"
_KINDS: Final[Mapping[str, str]] = {
    "sell": "Приход",
    "sell_refund": "Возврат прихода",
    "sell_correction": "Коррекция прихода",
}


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """A document as it was handed over, and by what the tax service finds it: ФН, ФД, ФПД."""

    document: Mapping[str, Any]
    storage: str
    number: str
    attribute: str


def answer(
    environ: WSGIEnvironment, start_response: StartResponse, *, found: MadeDocument | None
) -> Iterable[bytes]:
    """Answer one request to the page."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return card_page.html(start_response, "405 Method Not Allowed", "<h1>Чек только показывают</h1>")
    if found is None:
        return card_page.html(start_response, "404 Not Found", "<h1>Такого чека нет</h1>")
    return card_page.html(start_response, "200 OK", _shown(found))


def _shown(made: MadeDocument) -> str:
    whole = made.document
    part = whole.get("receipt") or whole["correction"]
    lines = "".join(
        f"<li><p>{escape(str(item['name']))}</p><p><b>{_roubles(item['sum'])}</b></p></li>"
        for item in part["items"]
    )
    facts = (
        ("ИНН поставщика", part["company"]["inn"]),
        ("Место расчётов", part["company"]["payment_address"]),
        ("Время", whole["timestamp"]),
        ("ФН", made.storage),
        ("ФД", made.number),
        ("ФПД", made.attribute),
    )
    rows = "".join(f'<p class="to">{name}: {escape(str(value))}</p>' for name, value in facts)
    kind = _KINDS.get(str(whole["verb"]), "Чек")
    return (
        f'<div class="pane"><p class="to">Учебный кассовый чек № {made.number}. {kind}</p>'
        f"<h1>{_roubles(part['total'])}</h1><ul>{lines}</ul>{rows}</div>"
    )


def _roubles(value: Any) -> str:
    whole, _, kopecks = f"{Decimal(str(value)):.2f}".partition(".")
    return f"{int(whole):,}".replace(",", "\u00a0") + f",{kopecks}\u00a0₽"
