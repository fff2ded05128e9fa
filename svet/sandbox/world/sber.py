"""The bank speaks Sber's ``register.do`` family too, under ``/payment/rest/``.

register.do, getOrderStatusExtended.do, refund.do, decline.do, paymentOrderBinding.do, getBindings.do,
unBindCard.do over the same vault, cards and page, with signed callbacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from svet.sandbox.world import cards
from svet.sandbox.world.card_page import method_of
from svet.sandbox.world.cards import Behaviour
from svet.sandbox.world.payment_form import Invalid, refund_of
from svet.sandbox.world.sber_form import SberError, binding_of, callback, kopecks_of, order_of, shown
from svet.sandbox.world.vault import Clock, Vault
from svet.sandbox.world.webhooks import Webhooks

PREFIX: Final = "/payment/rest/"


@dataclass(frozen=True, slots=True)
class SberLogin:
    """One shop: its password, the key of its callbacks, whether kept cards may be charged without a CVC."""

    password: str
    key: str
    without_cvc: bool = True


LOGINS: Final[Mapping[str, SberLogin]] = {
    "svetdemo-api": SberLogin("test_sber", "test_callback"),
    "svetcvc-api": SberLogin("test_cvc", "test_cvc_callback", without_cvc=False),
}
_WORDS: Final[Mapping[str, str]] = {
    "payment.succeeded": "deposited",
    "payment.canceled": "declinedByTimeout",
    "payment.declined": "declined",
    "refund.succeeded": "refunded",
}


class SberDesk:
    """The API over the bank's vault."""

    #: What a shop must say besides 200, and how it is told.
    thanks = ""
    as_form = True

    def __init__(
        self, *, vault: Vault, webhooks: Webhooks, clock: Clock, logins: Mapping[str, SberLogin]
    ) -> None:
        self._vault = vault
        self._webhooks = webhooks
        self._clock = clock
        self._logins = logins
        self._verbs: Mapping[str, Callable[[str, Mapping[str, str], str], dict[str, Any]]] = {
            "register.do": self._register,
            "getOrderStatusExtended.do": self._status,
            "refund.do": self._refund,
            "decline.do": self._decline,
            "paymentOrderBinding.do": self._pay_by_binding,
            "getBindings.do": self._bindings,
            "unBindCard.do": self._unbind,
        }

    def answer(self, verb: str, raw: bytes, *, origin: str) -> dict[str, Any]:
        """Answer one call with what becomes JSON; errors too, by ``errorCode``."""
        try:
            fields = dict(parse_qsl(raw.decode("utf-8"), keep_blank_values=True))
            if verb not in self._verbs:
                raise SberError("5", "Неверный запрос")
            return self._verbs[verb](self._login(fields), fields, origin)
        except UnicodeDecodeError:
            error = SberError("5", "Неверный запрос")
        except SberError as refusal:
            error = refusal
        return {"errorCode": error.code, "errorMessage": str(error)}

    def notifications(self, event: str, thing: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What is told of an event, in a form."""
        payment = self._vault.payment(str(thing.get("payment_id") or thing["id"]))
        if payment is None or str(payment["shop"]) not in self._logins:
            return []
        key = self._logins[str(payment["shop"])].key
        return [dict(callback(payment, operation=_WORDS[event], key=key))]

    def speaks_for(self, shop: str) -> bool:
        """Whether a shop is a login of this API."""
        return shop in self._logins

    def _login(self, fields: Mapping[str, str]) -> str:
        """By name and password; a password sent as ``token`` tells the login by itself."""
        if "token" in fields:
            found = next(
                (login for login, own in self._logins.items() if own.password == fields["token"]), ""
            )
        else:
            found = fields.get("userName", "")
        if found not in self._logins or self._logins[found].password not in (
            fields.get("token"),
            fields.get("password"),
        ):
            raise SberError("5", "Доступ запрещён")
        return found

    def _order(self, login: str, fields: Mapping[str, str], *, name: str = "orderId") -> dict[str, Any]:
        if name not in fields and "orderNumber" not in fields:
            raise SberError("1", f"Ожидается [{name}] или [orderNumber]")
        found = fields.get(name, "")
        if name not in fields:
            own = [one for one in self._vault.payments(login) if one["order_number"] == fields["orderNumber"]]
            found = str(own[0]["id"]) if own else ""
        payment = self._vault.payment(found)
        if payment is None or payment["shop"] != login:
            raise SberError("2" if name == "mdOrder" else "6", "Заказ не найден")
        return payment

    def _register(self, login: str, fields: Mapping[str, str], origin: str) -> dict[str, Any]:
        # Not from the payment: whose card it is says the client it was kept for.
        first = self._binding(login, fields["bindingId"]) if "bindingId" in fields else None
        if first is not None and first["client"] != fields.get("clientId"):
            raise SberError("2", "Связка не найдена")
        order = order_of(
            fields, order_id=self._vault.new_id(), login=login, now=self._clock(), page=f"{origin}/card/"
        )
        if first is not None:
            order |= {"binding": first["id"], "kept_number": first["number"]}

        def make() -> dict[str, Any]:
            taken = {str(one["order_number"]) for one in self._vault.payments(login)}
            if order["order_number"] in taken:
                raise SberError("1", "Заказ с таким номером уже обработан")
            return order

        body = {name: value for name, value in fields.items() if name not in ("password", "token")}
        made = self._vault.create(key=self._vault.new_id(), shop=login, what="payment", body=body, make=make)
        return {"orderId": made["id"], "formUrl": made["page"]}

    def _status(self, login: str, fields: Mapping[str, str], origin: str) -> dict[str, Any]:
        return shown(self._order(login, fields))

    def _decline(self, login: str, fields: Mapping[str, str], origin: str) -> dict[str, Any]:
        order = self._order(login, fields)
        if order["status"] != "pending":
            raise SberError("5", "Заказ не может быть отменён")
        self._vault.cancel(order["id"], reason="canceled_by_merchant", party="merchant")
        return {"errorCode": "0", "errorMessage": "Успешно"}

    def _refund(self, login: str, fields: Mapping[str, str], origin: str) -> dict[str, Any]:
        """Each call gives money back: there is no key."""
        order = self._order(login, fields)
        amount = fields.get("amount", "")
        if not (amount.isascii() and amount.isdigit()):
            raise SberError("5", "Неверно указано значение параметра amount")
        kopecks = int(amount) or kopecks_of(order) - int(order["refunded_kopecks"])
        asked = {"amount": {"value": f"{kopecks // 100}.{kopecks % 100:02d}", "currency": "RUB"}}

        def make() -> dict[str, Any]:
            whole = self._vault.payment(str(order["id"])) or order
            return refund_of(asked, refund_id=self._vault.new_id(), payment=whole, now=self._clock())

        try:
            refund = self._vault.create(
                key=self._vault.new_id(), shop=login, what="refund", body=asked, make=make
            )
        except Invalid:
            raise SberError("7", "Сумма возврата превышает сумму списания") from None
        if not order.get("quiet"):
            self._webhooks.send("refund.succeeded", refund)
        return {"errorCode": "0", "errorMessage": "Успешно"}

    def _pay_by_binding(self, login: str, fields: Mapping[str, str], origin: str) -> dict[str, Any]:
        """Charge a kept card; an order only once."""
        order = self._order(login, fields, name="mdOrder")
        if order["status"] != "pending":
            raise SberError("5", "Заказ уже обработан")
        if not fields.get("ip"):
            raise SberError("4", "Не указан обязательный параметр ip")
        if not self._logins[login].without_cvc and not fields.get("cvc"):
            raise SberError("1", "Необходимо указать CVC2/CVV2")
        first = self._binding(login, fields.get("bindingId", ""))
        if first["client"] != order["client"]:
            raise SberError("2", "Связка не найдена")
        card = cards.find(str(first["number"]))
        if card is None:
            raise SberError("2", "Связка не найдена")
        if card.behaviour is Behaviour.SILENT:
            self._vault.mark(order["id"], "payment.silenced", quiet=True)
        self._vault.mark(order["id"], "payment.bound", binding=first["id"])
        changed = self._vault.succeed(order["id"], method=method_of(card, first["id"], saved=True))
        if changed is not None and not changed.get("quiet"):
            self._webhooks.send(f"payment.{changed['status']}", changed)
        return {"errorCode": 0, "redirect": order["return_url"], "info": "Ваш платёж обработан"}

    def _bindings(self, login: str, fields: Mapping[str, str], origin: str) -> dict[str, Any]:
        own = [one for one in self._vault.payments(login) if one["client"] == fields.get("clientId")]
        found = [one for one in own if _is_kept(one) and not one.get("card_removed")]
        if not found:
            raise SberError("2", "Информация не найдена")
        return {"errorCode": "0", "bindings": [binding_of(one) for one in found]}

    def _unbind(self, login: str, fields: Mapping[str, str], origin: str) -> dict[str, Any]:
        first = self._binding(login, fields.get("bindingId", ""))
        self._vault.mark(first["id"], "payment.card_removed", card_removed=True)
        return {"errorCode": "0", "errorMessage": "Успешно"}

    def _binding(self, login: str, binding_id: str) -> dict[str, Any]:
        """The payment a card was kept at. :raises SberError: none, removed, or revoked by its bank"""
        first = self._vault.payment(binding_id)
        if first is None or first["shop"] != login or not _is_kept(first) or first.get("card_removed"):
            raise SberError("2", "Связка не найдена")
        card = cards.find(str(first["number"]))
        if card is None or card.behaviour is Behaviour.REVOKED:
            raise SberError("2", "Связка не найдена")
        return first


def _is_kept(payment: Mapping[str, Any]) -> bool:
    kept = payment["status"] == "succeeded" and payment["keeps_method"]
    return bool(kept and payment.get("number"))
