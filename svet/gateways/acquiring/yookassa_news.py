"""YooKassa's notifications (…/using-api/webhooks): what they say happened, and to what."""

from __future__ import annotations

import json
from typing import Any

from svet.gateways.acquiring.port import CallbackRefused, News
from svet.gateways.acquiring.wire import is_plain, no_duplicates
from svet.gateways.acquiring.yookassa_values import is_reference

EVENTS = frozenset(
    {
        "payment.waiting_for_capture",
        "payment.succeeded",
        "payment.canceled",
        "payment_method.active",
        "refund.succeeded",
    }
)


def read_news(raw: bytes, *, shop_id: str) -> News:
    """Read a notification for our shop.

    Whatever is JSON is a message: the bank may invent kinds and shapes any day, and repeats for a day what
    it is refused.

    :raises CallbackRefused: not JSON (``malformed``), or for another shop
    """
    try:
        body = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise CallbackRefused("not JSON", malformed=True) from None
    try:
        strict = json.loads(raw.decode("utf-8"), object_pairs_hook=no_duplicates)
        thing = strict["object"]
        event, reference = str(strict["event"]), str(thing.get("payment_id") or thing["id"])
        binding = event.startswith("payment_method.")
        order_id = str((thing.get("metadata") or {}).get("binding_id" if binding else "order_id", ""))
        shop = str((thing.get("holder" if binding else "recipient") or {}).get("account_id", shop_id))
    except (ValueError, KeyError, TypeError, AttributeError):
        return _odd(body)
    if shop != shop_id:
        raise CallbackRefused("the notification is for another shop")
    if event not in EVENTS or not is_reference(reference) or not is_plain(order_id):
        return _odd(body)
    return News(event, reference, order_id, binding=binding)


def _odd(body: Any) -> News:
    """What can be read of a message whose kind or shape we do not know."""
    whole = body if isinstance(body, dict) else {}
    thing = whole["object"] if isinstance(whole.get("object"), dict) else {}
    metadata = thing["metadata"] if isinstance(thing.get("metadata"), dict) else {}
    event, order_id = str(whole.get("event", "")), str(metadata.get("order_id", ""))
    named = (str(thing.get(name) or "") for name in ("payment_id", "id"))
    return News(
        event=event if is_plain(event) else "",
        reference=next((text for text in named if is_reference(text)), ""),
        order_id=order_id if is_plain(order_id) else "",
        known=False,
    )
