"""T-Bank's notifications («Уведомления об операциях»): signed, and still only a reason to ask."""

from __future__ import annotations

import hmac
import json
from typing import Any

from svet.gateways.acquiring.bank_receipts import BankReceipt, BankReceiptState, fiscal_number, safe_url
from svet.gateways.acquiring.port import CallbackRefused, News
from svet.gateways.acquiring.tbank_values import STATES, amount_of, is_reference, token_of
from svet.gateways.acquiring.wire import is_plain, no_duplicates

#: Of a receipt: it names a payment as the others do.
_KINDS = frozenset(STATES) | {"PARTIAL_REVERSED", "RECEIPT"}


def read_news(raw: bytes, *, terminal: str, password: str) -> News:
    """Read a notification for our terminal.

    :raises CallbackRefused: not JSON (``malformed``), unsigned, not signed with our password, or altered, or
        for another terminal
    """
    try:
        body = json.loads(raw.decode("utf-8"), object_pairs_hook=no_duplicates)
    except (ValueError, RecursionError):
        raise CallbackRefused("not JSON", malformed=True) from None
    if not isinstance(body, dict):
        raise CallbackRefused("not a notification", malformed=True)
    if not password:
        raise CallbackRefused("there is no password to judge the signature by")
    if body.get("TerminalKey") != terminal:
        raise CallbackRefused("the notification is for another terminal")
    token = body.get("Token")
    if not isinstance(token, str) or not hmac.compare_digest(
        token.lower().encode(), token_of(body, password).encode()
    ):
        raise CallbackRefused("the signature is not ours")
    return _news(body)


def _news(body: dict[str, Any]) -> News:
    word, reference, order_id = (str(body.get(name, "")) for name in ("Status", "PaymentId", "OrderId"))
    whole = word in _KINDS and is_reference(reference) and is_plain(order_id)
    return News(
        event=f"payment.{word}" if is_plain(word) and word else "",
        reference=reference if is_reference(reference) else "",
        order_id=order_id if is_plain(order_id) else "",
        known=whole,
        receipt=_receipt(body) if whole and word == "RECEIPT" else None,
    )


def _receipt(body: dict[str, Any]) -> BankReceipt | None:
    """«Уведомление о фискализации»: FnNumber, FiscalDocumentNumber, FiscalDocumentAttribute, Type, Url.

    One without those numbers tells of a basket only, of which no till made anything: that is no receipt.
    ``Type`` of money that goes back is ``IncomeReturn``; of one we do not know nothing is taken.
    """
    number, attribute, storage = (
        fiscal_number(body.get(name))
        for name in ("FiscalDocumentNumber", "FiscalDocumentAttribute", "FnNumber")
    )
    kind = str(body.get("Type", "")).lower()
    try:
        amount = amount_of(body.get("Amount"))
    except ValueError:
        return None
    if str(body.get("ErrorCode", "0")) != "0" or not (number and attribute and storage):
        return None
    if kind not in ("income", "incomereturn"):
        return None
    return BankReceipt(
        BankReceiptState.MADE,
        back=kind == "incomereturn",
        amount=amount,
        document_number=number,
        document_attribute=attribute,
        storage_number=storage,
        url=safe_url(body.get("Url")),
    )
