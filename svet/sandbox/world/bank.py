"""A bank that speaks YooKassa's API v3 and has a page for the card.

``/v3/payments``, ``/v3/payments/<id>`` (also ``/capture``, ``/cancel``), ``/v3/refunds`` (both with lists),
``/v3/payment_methods`` (an account of СБП bound without a payment), ``/v3/sbp_banks``,
``/v3/receipts`` (of payments), ``/v3/me`` with Basic authentication and Idempotence-Key; ``/card/<id>`` and
``/bind/<id>`` are its pages. Sources: https://yookassa.ru/developers/using-api/interaction-format, https://yookassa.ru/developers/api.
T-Bank's API over the same vault is in ``tbank``, Sber's in ``sber``.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIEnvironment

from svet.sandbox.world import bind_page, card_page, cards, clerk
from svet.sandbox.world.bank_receipts import receipt_named, receipts_of
from svet.sandbox.world.cards import Behaviour
from svet.sandbox.world.clerk import shown_refund
from svet.sandbox.world.journal import Journal
from svet.sandbox.world.payment_form import Invalid, captured_of, payment_of, refund_of, shown
from svet.sandbox.world.requests import (
    LONGEST_BODY,
    Refusal,
    body_of,
    key_of,
    origin_of,
    page_asked,
)
from svet.sandbox.world.sber import LOGINS, SberDesk, SberLogin
from svet.sandbox.world.sber import PREFIX as SBER_PREFIX
from svet.sandbox.world.tbank import PREFIX, TERMINALS, TBankDesk
from svet.sandbox.world.vault import Clock, IdempotenceKeyReused, Vault, now_utc
from svet.sandbox.world.webhooks import Webhooks

# Two shops sell utilities and so must send payment orders; the other one is an ordinary shop.
SHOPS: Final[Mapping[str, str]] = {
    "100500": "test_sandbox",
    "100501": "test_ordinary",
    "100502": "test_second",
}
UTILITIES: Final = frozenset({"100500", "100502"})
_STATUS: Final = {
    200: "200 OK",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    413: "413 Payload Too Large",
}


class Bank:
    """The API; the card page is in ``card_page``."""

    def __init__(
        self,
        *,
        vault: Vault,
        webhooks: Webhooks,
        shops: Mapping[str, str],
        others: Mapping[str, TBankDesk | SberDesk],
        clock: Clock,
    ) -> None:
        self.vault = vault
        self._others = others
        self.webhooks = webhooks
        self._shops = shops
        self._clock = clock

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        prefix = next((prefix for prefix in self._others if path.startswith(prefix)), "")
        if prefix and environ["REQUEST_METHOD"] == "POST":
            length = min(int(environ.get("CONTENT_LENGTH") or 0), LONGEST_BODY)
            raw, verb = environ["wsgi.input"].read(length), path.removeprefix(prefix)
            desk = self._others[prefix]
            answer = json.dumps(desk.answer(verb, raw, origin=origin_of(environ)), ensure_ascii=False)
            start_response("200 OK", [("Content-Type", "application/json;charset=utf-8")])
            return [answer.encode()]
        if path.startswith("/bind/"):
            return bind_page.answer(environ, start_response, vault=self.vault, webhooks=self.webhooks)
        if not path.startswith("/v3/"):
            return card_page.answer(environ, start_response, vault=self.vault, webhooks=self.webhooks)
        try:
            status, body = 200, self._answer(environ, path)
        except Refusal as refusal:
            status, body = refusal.status, {"id": self.vault.new_id(), **refusal.body}
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = [
            ("Content-Type", "application/json;charset=utf-8"),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "no-cache, no-store"),
        ]
        start_response(_STATUS[status], headers)
        return [content]

    def _answer(self, environ: WSGIEnvironment, path: str) -> dict[str, Any]:
        shop = self._shop(environ)
        method = str(environ["REQUEST_METHOD"])
        match method, *path.removeprefix("/v3/").strip("/").split("/"):
            case "POST", "payments":
                return self._create_payment(environ, shop)
            case "GET", "payments":
                return page_asked(
                    environ,
                    self.vault.payments(shop),
                    exact=("status",),
                    moments=("captured_at",),
                    show=shown,
                )
            case "GET", "payments", payment_id:
                return self._shown(self._payment(shop, payment_id))
            case "POST", "payments", payment_id, ("capture" | "cancel") as verb:
                return self._finish(environ, shop, payment_id, verb)
            case "POST", "refunds":
                return self._create_refund(environ, shop)
            case "GET", "refunds":
                exact = ("payment_id", "status")
                return page_asked(environ, self.vault.refunds(shop), exact=exact, show=shown_refund)
            case "GET", "refunds", refund_id:
                return self._refund(shop, refund_id)
            case "GET", "receipts":
                made = receipts_of(self.vault.payments(shop))
                return page_asked(environ, made, exact=("payment_id", "status"), show=dict)
            case "GET", "receipts", receipt_id:
                return receipt_named(receipt_id, receipts_of(self.vault.payments(shop)))
            case "POST", "payment_methods":
                return self._create_method(environ, shop)
            case "GET", "payment_methods", method_id:
                return bind_page.shown_method(self._method(shop, method_id))
            case "GET", "sbp_banks":
                return bind_page.banks()
            case "GET", "me":
                return {"account_id": shop, "status": "enabled", "test": True, "fiscalization_enabled": True}
        raise Refusal(404, "not_found", "Method doesn't exist")

    def _shop(self, environ: WSGIEnvironment) -> str:
        scheme, _, credentials = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        try:
            text = base64.b64decode(credentials, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            text = ""
        shop, _, secret = text.partition(":")
        if scheme != "Basic" or not secret or self._shops.get(shop) != secret:
            raise Refusal(
                401,
                "invalid_credentials",
                "Error in shopId or secret key. Check their validity.",
                "Authorization",
            )
        return shop

    def _payment(self, shop: str, payment_id: str) -> dict[str, Any]:
        payment = self.vault.payment(payment_id) if clerk.ID.fullmatch(payment_id) else None
        if payment is None or payment["shop"] != shop:
            raise Refusal(404, "not_found", "Payment doesn't exist or access denied", "payment_id")
        return payment

    def _method(self, shop: str, method_id: str) -> dict[str, Any]:
        method = self.vault.bound_method(method_id)
        if method is None or method["shop"] != shop:
            raise Refusal(
                404, "not_found", "Payment method doesn't exist or access denied", "payment_method_id"
            )
        return method

    def _create_method(self, environ: WSGIEnvironment, shop: str) -> dict[str, Any]:
        key, body = key_of(environ), body_of(environ)

        def make() -> dict[str, Any]:
            return bind_page.method_from(
                body,
                method_id=self.vault.new_id(),
                shop=shop,
                now=self._clock(),
                page=f"{origin_of(environ)}/bind/",
            )

        method = self._once(key, shop, "method", body, make)
        return bind_page.shown_method(self._method(shop, method["id"]))

    def _refund(self, shop: str, refund_id: str) -> dict[str, Any]:
        refund = self.vault.refund(refund_id)
        if refund is None or refund["shop"] != shop:
            raise Refusal(404, "not_found", "Refund doesn't exist or access denied", "refund_id")
        return shown_refund(refund)

    def _create_payment(self, environ: WSGIEnvironment, shop: str) -> dict[str, Any]:
        key, body = key_of(environ), body_of(environ)

        def make() -> dict[str, Any]:
            return payment_of(
                body,
                payment_id=self.vault.new_id(),
                shop=shop,
                now=self._clock(),
                utilities=shop in UTILITIES,
                page=f"{origin_of(environ)}/card/",
            )

        saved = body.get("payment_method_id")
        if saved is not None and self.vault.saved_method(shop, str(saved)) is None:
            raise Refusal(400, "invalid_request", "Payment method doesn't exist", "payment_method_id")
        made_before = self.vault.knows(shop, key)
        payment = self._once(key, shop, "payment", body, make)
        if saved is not None and not made_before:
            payment = self._charge_saved(payment, shop, str(saved))
        return self._shown(payment)

    def _charge_saved(self, payment: dict[str, Any], shop: str, method_id: str) -> dict[str, Any]:
        """Charge a saved method at once: the person is not asked, so no code of 3-D Secure either."""
        first = self.vault.saved_method(shop, method_id)
        if first is not None and first.get("type") == "sbp":
            return self._charge_account(payment, first)
        card = cards.find(first["number"]) if first else None
        if card is None or card.behaviour is Behaviour.REVOKED:
            changed = self.vault.cancel(payment["id"], reason="permission_revoked", party="yoo_money")
        else:
            if card.behaviour is Behaviour.SILENT:
                self.vault.silence(payment["id"])
            changed = self.vault.succeed(
                payment["id"], method=card_page.method_of(card, method_id, saved=True)
            )
        return self._told(payment, changed)

    def _charge_account(self, payment: dict[str, Any], account: dict[str, Any]) -> dict[str, Any]:
        """Charge a bound account of СБП: each sample bank does as it is described."""
        match cards.SBP_BANKS[account["payer_bank_details"]["bank_id"]][1]:
            case Behaviour.REVOKED:
                changed = self.vault.cancel(payment["id"], reason="permission_revoked", party="yoo_money")
            case Behaviour.DECLINE:
                changed = self.vault.cancel(payment["id"], reason="insufficient_funds")
            case _:
                method = {"type": "sbp", "id": account["id"], "saved": True, "title": "СБП"}
                changed = self.vault.succeed(payment["id"], method=method)
        return self._told(payment, changed)

    def _told(self, payment: dict[str, Any], changed: dict[str, Any] | None) -> dict[str, Any]:
        if changed is None:
            return payment
        if not changed.get("quiet"):
            self.webhooks.send(f"payment.{changed['status']}", shown(changed))
        return changed

    def _create_refund(self, environ: WSGIEnvironment, shop: str) -> dict[str, Any]:
        key, body = key_of(environ), body_of(environ)
        made: list[dict[str, Any]] = []

        def make() -> dict[str, Any]:
            payment = self._payment(shop, str(body.get("payment_id", "")))
            made.append(refund_of(body, refund_id=self.vault.new_id(), payment=payment, now=self._clock()))
            return made[0]

        refund = self._once(key, shop, "refund", body, make)
        if made and not self._payment(shop, str(refund["payment_id"])).get("quiet"):
            self.webhooks.send("refund.succeeded", shown_refund(refund))
        return shown_refund(refund)

    def give_back(self, payment_id: str, amount: str) -> str:
        """A clerk gives money back without the shop: :func:`svet.sandbox.world.clerk.give_back`."""
        return clerk.give_back(
            payment_id, amount, vault=self.vault, webhooks=self.webhooks, now=self._clock()
        )

    def pay_twice(self, payment_id: str) -> str:
        """A second payment of the same order: :func:`svet.sandbox.world.clerk.pay_twice`."""
        return clerk.pay_twice(payment_id, vault=self.vault, webhooks=self.webhooks)

    def _once(self, key: str, shop: str, what: str, body: Mapping[str, Any], make: Any) -> dict[str, Any]:
        try:
            return self.vault.create(key=key, shop=shop, what=what, body=body, make=make)
        except IdempotenceKeyReused:
            raise Refusal(400, "invalid_request", "Idempotence key duplicated", "Idempotence-Key") from None
        except Invalid as invalid:
            raise Refusal(400, "invalid_request", str(invalid), invalid.parameter) from None

    def _finish(self, environ: WSGIEnvironment, shop: str, payment_id: str, verb: str) -> dict[str, Any]:
        key_of(environ)
        payment = self._payment(shop, payment_id)
        if payment["status"] != "waiting_for_capture":
            done = {"capture": "succeeded", "cancel": "canceled"}[verb]
            if payment["status"] == done:
                return self._shown(payment)
            raise Refusal(400, "invalid_request", f"Payment in status {payment['status']} can't be {verb}d")
        if verb == "capture":
            try:
                amount = captured_of(body_of(environ, may_lack=True), payment=payment)
            except Invalid as invalid:
                raise Refusal(400, "invalid_request", str(invalid), invalid.parameter) from None
            changed = self.vault.capture(payment_id, amount=amount)
        else:
            changed = self.vault.cancel(payment_id, reason="canceled_by_merchant", party="merchant")
        if changed is not None:
            self.webhooks.send(f"payment.{changed['status']}", shown(changed))
        return self._shown(changed or payment)

    def _shown(self, payment: Mapping[str, Any]) -> dict[str, Any]:
        return shown(payment)


def make_application(
    *,
    journal: Journal,
    webhook_url: str = "",
    webhook_urls: Mapping[str, str] | None = None,
    shops: Mapping[str, str] = SHOPS,
    terminals: Mapping[str, str] = TERMINALS,
    logins: Mapping[str, SberLogin] = LOGINS,
    clock: Clock = now_utc,
) -> Bank:
    """The bank over a journal; it tells a shop of decided payments at its own address or ``webhook_url``."""
    vault = Vault(journal=journal, clock=clock)
    webhooks = Webhooks(vault=vault, url=webhook_url, of_shops=webhook_urls)
    tbank = TBankDesk(vault=vault, webhooks=webhooks, clock=clock, terminals=terminals)
    sber = SberDesk(vault=vault, webhooks=webhooks, clock=clock, logins=logins)
    webhooks.add_dialect(tbank)
    webhooks.add_dialect(sber)
    for payment in vault.undelivered():
        webhooks.send(f"payment.{payment['status']}", shown(payment))
    for refund in vault.undelivered_refunds():
        webhooks.send("refund.succeeded", shown_refund(refund))
    for method in vault.undelivered_methods():
        webhooks.send("payment_method.active", bind_page.shown_method(method))
    others: dict[str, TBankDesk | SberDesk] = {PREFIX: tbank, SBER_PREFIX: sber}
    return Bank(vault=vault, webhooks=webhooks, shops=shops, others=others, clock=clock)
