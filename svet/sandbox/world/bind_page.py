"""Binding an account of СБП without a payment: what the API takes and shows, and the page ``/bind/<id>``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any, Final
from urllib.parse import parse_qs, quote
from wsgiref.types import StartResponse, WSGIEnvironment

from svet.sandbox.world import card_page, cards
from svet.sandbox.world.card_texts import BIND_FORM, BIND_RESULT
from svet.sandbox.world.payment_form import Invalid
from svet.sandbox.world.vault import Vault, stamp
from svet.sandbox.world.webhooks import Webhooks

_PATH: Final = re.compile(r"/bind/([0-9a-f-]{10,36})(/cancel)?/?", re.ASCII)
_HIDDEN: Final = frozenset({"shop", "return_url"})


def method_from(
    body: Mapping[str, Any], *, method_id: str, shop: str, now: datetime, page: str
) -> dict[str, Any]:
    """A method of payment that waits for the person. :raises Invalid:"""
    if body.get("type") != "sbp":
        raise Invalid("Only type sbp is supported here", "type")
    holder = body.get("holder") or {"account_id": shop}
    if not isinstance(holder, Mapping) or holder.get("account_id") != shop:
        raise Invalid("The holder is another shop", "holder.account_id")
    confirmation, metadata = body.get("confirmation"), body.get("metadata") or {}
    if not isinstance(confirmation, Mapping) or confirmation.get("type") != "redirect":
        raise Invalid("Confirmation of type redirect is required", "confirmation.type")
    return_url = confirmation.get("return_url")
    if not isinstance(return_url, str) or not return_url.startswith(("http://", "https://")):
        raise Invalid("Missing or incorrect return_url", "confirmation.return_url")
    if not isinstance(metadata, Mapping) or not all(isinstance(one, str) for one in metadata.values()):
        raise Invalid("Incorrect metadata", "metadata")
    return {
        "id": method_id,
        "type": "sbp",
        "saved": False,
        "status": "pending",
        "title": "СБП",
        "holder": {"account_id": shop, "gateway_id": f"{shop}1"},
        "confirmation": {
            "type": "redirect",
            "confirmation_url": f"{page}{method_id}",
            "return_url": return_url,
        },
        "metadata": dict(metadata),
        "created_at": stamp(now),
        "shop": shop,
        "return_url": return_url,
    }


def shown_method(method: Mapping[str, Any]) -> dict[str, Any]:
    """A method as the API shows it: a page only while the person is awaited."""
    thing = {name: value for name, value in method.items() if name not in _HIDDEN}
    if method["status"] != "pending":
        thing.pop("confirmation", None)
    return thing


def banks() -> dict[str, Any]:
    """The participants of СБП."""
    items = [{"bank_id": key, "name": name, "bic": "047500001"} for key, (name, _) in cards.SBP_BANKS.items()]
    return {"type": "list", "items": items}


def answer(
    environ: WSGIEnvironment, start_response: StartResponse, *, vault: Vault, webhooks: Webhooks
) -> Iterable[bytes]:
    """Answer one request to the page."""
    found = _PATH.fullmatch(str(environ.get("PATH_INFO", "")))
    method = vault.bound_method(found[1]) if found else None
    if found is None or method is None:
        return card_page.html(start_response, "404 Not Found", "<h1>Такой привязки нет</h1>")
    if environ["REQUEST_METHOD"] != "POST":
        return _page(method, start_response)
    length = min(int(environ.get("CONTENT_LENGTH") or 0), card_page.LONGEST_FORM)
    typed = parse_qs(environ["wsgi.input"].read(length).decode("utf-8", "replace"))
    if found[2]:
        vault.decide_method(method["id"], status="inactive")
    else:
        bank_id = typed.get("bank", [next(iter(cards.SBP_BANKS))])[0]
        if bank_id not in cards.SBP_BANKS:
            return _page(method, start_response)
        details = {"payer_bank_details": {"bank_id": bank_id}}
        changed = vault.decide_method(method["id"], status="active", **details)
        if changed is not None:
            webhooks.send("payment_method.active", shown_method(changed))
    where = quote(method["return_url"], safe=":/?&=%#[]@!$'()*+,;~-._")
    start_response("303 See Other", [("Location", where)])
    return [b""]


def _page(method: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    if method["status"] != "pending":
        title = "Счёт привязан" if method["status"] == "active" else "Счёт не привязан"
        back = escape(method["return_url"], quote=True)
        return card_page.html(start_response, "200 OK", BIND_RESULT.substitute(title=title, return_url=back))
    options = "".join(
        f'<option value="{key}">{escape(name)}</option>' for key, (name, _) in cards.SBP_BANKS.items()
    )
    return card_page.html(start_response, "200 OK", BIND_FORM.substitute(id=method["id"], banks=options))
