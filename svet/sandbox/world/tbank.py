"""The bank speaks T-Bank's API v2 too: ``/tbank/v2/Init``, GetState, CheckOrder, Cancel, Charge, GetCardList,
RemoveCard over the same vault, cards and page as the other API, with notifications until ``OK``.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from svet.sandbox.world import cards
from svet.sandbox.world.card_page import method_of
from svet.sandbox.world.cards import Behaviour
from svet.sandbox.world.payment_form import Invalid, refund_of
from svet.sandbox.world.tbank_form import (
    CHARGES,
    CODES,
    TBankError,
    card_of,
    kopecks_of,
    left_of,
    notification,
    part_of,
    payment_of,
    receipt_notification,
    shown,
    source_of,
    token,
    word_of,
)
from svet.sandbox.world.vault import Clock, Vault
from svet.sandbox.world.webhooks import Webhooks

PREFIX: Final = "/tbank/v2/"
TERMINALS: Final[Mapping[str, str]] = {"SVETDEMO": "test_tbank", "SVETSECOND": "test_other"}


class TBankDesk:
    """The API over the bank's vault."""

    #: What a shop must say besides 200, and how it is told.
    thanks = "OK"
    as_form = False

    def __init__(
        self, *, vault: Vault, webhooks: Webhooks, clock: Clock, terminals: Mapping[str, str]
    ) -> None:
        self._vault = vault
        self._webhooks = webhooks
        self._clock = clock
        self._terminals = terminals
        self._verbs: Mapping[str, Callable[[str, Mapping[str, Any], str], Any]] = {
            "Init": self._init,
            "GetState": self._state,
            "CheckOrder": self._check_order,
            "Cancel": self._cancel,
            "Charge": self._charge,
            "GetCardList": self._card_list,
            "RemoveCard": self._remove_card,
        }

    def answer(self, verb: str, raw: bytes, *, origin: str) -> Any:
        """Answer one call with what becomes JSON; errors too, with ``Success`` false."""
        try:
            body = json.loads(raw)
            if not isinstance(body, dict) or verb not in self._verbs:
                raise TBankError("64", "Невалидные данные в запросе")
            return self._verbs[verb](self._terminal(body), body, origin)
        except (ValueError, RecursionError):
            error = TBankError("64", "Невалидные данные в запросе")
        except TBankError as refusal:
            error = refusal
        return {"Success": False, "ErrorCode": error.code, "Message": str(error), "Details": str(error)}

    def notifications(self, event: str, thing: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What is told of an event: AUTHORIZED and CONFIRMED together."""
        payment = self._vault.payment(str(thing.get("payment_id") or thing["id"]))
        if payment is None or str(payment["shop"]) not in self._terminals:
            return []
        password = self._terminals[str(payment["shop"])]
        words = ["AUTHORIZED", "CONFIRMED"] if event == "payment.succeeded" else [word_of(payment)]
        told = [notification(payment, word=word, password=password) for word in words]
        if not payment.get("receipt") or event not in ("payment.succeeded", "refund.succeeded"):
            return told
        receipt = receipt_notification(
            payment,
            name=str(thing["id"]),
            kopecks=kopecks_of(thing),
            back=event == "refund.succeeded",
            password=password,
        )
        return [*told, receipt]

    def speaks_for(self, shop: str) -> bool:
        """Whether a shop is a terminal of this API."""
        return shop in self._terminals

    def _terminal(self, body: Mapping[str, Any]) -> str:
        terminal = str(body.get("TerminalKey") or "")
        if terminal not in self._terminals:
            raise TBankError("205", "Неверный токен. Проверьте пару TerminalKey/SecretKey")
        if body.get("Token") != token(body, self._terminals[terminal]):
            raise TBankError("204", "Неверный токен. Проверьте пару TerminalKey/SecretKey")
        return terminal

    def _payment(self, terminal: str, body: Mapping[str, Any]) -> dict[str, Any]:
        payment = self._vault.payment(str(body.get("PaymentId") or ""))
        if payment is None or payment["shop"] != terminal:
            raise TBankError("255", "Платеж не найден")
        return payment

    def _init(self, terminal: str, body: Mapping[str, Any], origin: str) -> dict[str, Any]:
        def make() -> dict[str, Any]:
            number = str(10**9 + secrets.randbelow(9 * 10**9))
            return payment_of(
                body, payment_id=number, terminal=terminal, now=self._clock(), page=f"{origin}/card/"
            )

        # No key: each call makes a payment of its own.
        payment = self._vault.create(
            key=self._vault.new_id(), shop=terminal, what="payment", body=body, make=make
        )
        return shown(payment) | {"PaymentURL": payment["page"]}

    def _state(self, terminal: str, body: Mapping[str, Any], origin: str) -> dict[str, Any]:
        payment = self._payment(terminal, body)
        return shown(payment) | {"Params": source_of(payment)}

    def _check_order(self, terminal: str, body: Mapping[str, Any], origin: str) -> dict[str, Any]:
        own = [one for one in self._vault.payments(terminal) if one["order_id"] == body.get("OrderId")]
        if not own:
            raise TBankError("335", "OrderId не найден для TerminalKey")
        found = [self._vault.payment(str(one["id"])) for one in reversed(own)]
        return {
            "Success": True,
            "ErrorCode": "0",
            "Message": "OK",
            "TerminalKey": terminal,
            "OrderId": body["OrderId"],
            "Payments": [part_of(payment) for payment in found if payment is not None],
        }

    def _cancel(self, terminal: str, body: Mapping[str, Any], origin: str) -> dict[str, Any]:
        payment = self._payment(terminal, body)
        before = left_of(payment)
        if payment["status"] == "pending":
            changed = self._vault.cancel(payment["id"], reason="canceled_by_merchant", party="merchant")
            if changed is not None:
                self._webhooks.send("payment.canceled", changed)
        elif payment["status"] == "succeeded":
            self._give_back(payment, body)
        else:
            raise TBankError("8", "Неверный статус транзакции")
        payment = self._payment(terminal, body)
        left = left_of(payment) if payment["status"] == "succeeded" else 0
        answer = shown(payment) | {"OriginalAmount": before, "NewAmount": left}
        del answer["Amount"]
        asked = body.get("ExternalRequestId")
        return answer | ({"ExternalRequestId": asked} if asked else {})

    def _give_back(self, payment: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Once for each ``ExternalRequestId``; of payments by SBP the bank does not look at it."""
        terminal = str(payment["shop"])
        by_sbp = (payment.get("payment_method") or {}).get("type") == "sbp"
        key = "" if by_sbp else str(body.get("ExternalRequestId") or "")
        if key and self._vault.knows(terminal, key):
            return
        amount = body.get("Amount", kopecks_of(payment))
        if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
            raise TBankError("251", "Неверная сумма")
        asked = {"amount": {"value": f"{amount // 100}.{amount % 100:02d}", "currency": "RUB"}}

        def make() -> dict[str, Any]:
            whole = self._vault.payment(str(payment["id"])) or payment
            return refund_of(asked, refund_id=self._vault.new_id(), payment=whole, now=self._clock())

        try:
            refund = self._vault.create(
                key=key or self._vault.new_id(), shop=terminal, what="refund", body=asked, make=make
            )
        except Invalid:
            raise TBankError("4", "Не получится изменить статус платежа") from None
        if not payment.get("quiet"):
            self._webhooks.send("refund.succeeded", refund)

    def _charge(self, terminal: str, body: Mapping[str, Any], origin: str) -> dict[str, Any]:
        """Charge a kept card; of one payment only once."""
        payment = self._payment(terminal, body)
        if word_of(payment) != "NEW":
            raise TBankError("8", "Неверный статус транзакции")
        if payment["initiator"] and payment["initiator"] not in CHARGES:
            raise TBankError("1126", "Несопоставимые значения rebillId или Recurrent")
        first = self._vault.payment(str(body.get("RebillId") or ""))
        kept = first is not None and first["shop"] == terminal and first["status"] == "succeeded"
        card = cards.find(str(first["number"])) if first and kept and first.get("number") else None
        usable = first is not None and card is not None and not first.get("card_removed")
        if not usable or card is None or card.behaviour is Behaviour.REVOKED:
            changed = self._vault.decline(payment["id"], code=CODES["permission_revoked"], final=True)
        else:
            if card.behaviour is Behaviour.SILENT:
                self._vault.mark(payment["id"], "payment.silenced", quiet=True)
            changed = self._vault.succeed(
                payment["id"], method=method_of(card, str(body["RebillId"]), saved=True)
            )
        changed = changed or payment
        if not changed.get("quiet"):
            self._webhooks.send(f"payment.{changed['status']}", changed)
        code = str(changed.get("declined") or "0")
        return shown(changed) | {"Success": code == "0", "ErrorCode": code}

    def _card_list(self, terminal: str, body: Mapping[str, Any], origin: str) -> list[dict[str, Any]]:
        own = self._cards(terminal, body)
        if not own:
            raise TBankError("503", "CustomerKey не найден")
        return [card_of(payment) for payment in own]

    def _remove_card(self, terminal: str, body: Mapping[str, Any], origin: str) -> dict[str, Any]:
        for payment in self._cards(terminal, body):
            if card_of(payment)["CardId"] == str(body.get("CardId")) and not payment.get("card_removed"):
                self._vault.mark(payment["id"], "payment.card_removed", card_removed=True)
                return {
                    "Success": True,
                    "ErrorCode": "0",
                    "Message": "OK",
                    "TerminalKey": terminal,
                    "CustomerKey": body["CustomerKey"],
                    "CardId": str(body["CardId"]),
                    "Status": "D",
                    "CardType": 0,
                }
        raise TBankError("107", "Неверно введен CardId. Проверьте, что такая карта была ранее привязана")

    def _cards(self, terminal: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        customer = str(body.get("CustomerKey") or "")
        own = [one for one in self._vault.payments(terminal) if one["customer"] == customer and customer]
        kept = [one for one in own if one["status"] == "succeeded" and one["keeps_method"]]
        return [one for one in reversed(kept) if one.get("number")]
