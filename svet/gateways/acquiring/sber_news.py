"""Sber's callbacks («Уведомления обратного вызова»): signed, and still only a reason to ask."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qsl

from svet.gateways.acquiring.port import CallbackRefused, News
from svet.gateways.acquiring.sber_values import checksum_of, is_reference, order_of_number
from svet.gateways.acquiring.wire import is_plain, no_duplicates

#: ``operation``.
_KINDS = frozenset(
    {"created", "approved", "deposited", "reversed", "refunded", "declinedByTimeout", "declined"}
)


def read_news(raw: bytes, *, key: str) -> News:
    """Read a callback; ``raw`` is the query of a GET or the form of a POST.

    :raises CallbackRefused: not a callback (``malformed``), unsigned, or not signed with our key, or altered
    """
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, strict_parsing=True, errors="strict")
        fields = no_duplicates(pairs)
    except ValueError:
        raise CallbackRefused("not a form", malformed=True) from None
    if "mdOrder" not in fields and "orderNumber" not in fields:
        raise CallbackRefused("not a callback", malformed=True)
    if not key:
        raise CallbackRefused("there is no key to judge the signature by")
    told = fields.get("checksum", "")
    if not hmac.compare_digest(told.upper().encode(), checksum_of(fields, key).encode()):
        raise CallbackRefused("the signature is not ours")
    return _news(fields)


def _news(fields: dict[str, str]) -> News:
    word, reference = fields.get("operation", ""), fields.get("mdOrder", "")
    number = fields.get("orderNumber", "")
    whole = word in _KINDS and is_reference(reference) and is_plain(number)
    return News(
        event=f"payment.{word}" if is_plain(word) and word else "",
        reference=reference if is_reference(reference) else "",
        order_id=order_of_number(number) if is_plain(number) else "",
        known=whole,
    )
