"""T-Bank, API v2.

Source: the published OpenAPI description, version 1.80 (see ``tbank_values``): Init, GetState, CheckOrder,
Cancel, Charge, GetCardList, RemoveCard. It has no key for Init, no list, and no names for refunds (ADR 130).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from svet.gateways.acquiring.bank_receipts import BankReceipt, ReceiptsTold
from svet.gateways.acquiring.port import (
    PATIENT,
    BankBinding,
    BankOrder,
    BankPage,
    BankRefund,
    BankState,
    BankStatus,
    BindingStatus,
    Capabilities,
    News,
    RefundsTold,
    StoredCard,
)
from svet.gateways.acquiring.tbank_news import read_news
from svet.gateways.acquiring.tbank_values import (
    DECLINED,
    FAULTS,
    NO_CUSTOMER,
    NO_ORDER,
    SBP,
    STATES,
    WRONG_STATE,
    amount_of,
    card_of,
    code_of,
    is_reference,
    reference_of,
    status_of,
    token_of,
)
from svet.gateways.acquiring.wire import BankAnswer, address_of, ask, unsupported
from svet.gateways.failures import Permanent, Temporary
from svet.kernel.money import Money

CAPABILITIES = Capabilities(
    repeats_open=False,
    finds_by_number=True,
    repeats_refund=True,
    refunds_told=RefundsTold.TOTAL,
    lists=False,
    keeps_cards=True,
    charges_apart=True,
    tells_card_apart=True,
    forgets_cards=True,
    unkeyed_methods=frozenset({SBP}),
)
# «Ставка НДС» and «Система налогообложения» of a receipt; vat22 and vat122 since 2026.
VAT = "vat22"
TAXATION = "osn"
_VATS = frozenset({"none", "vat0", "vat5", "vat7", "vat10", "vat20", "vat22", "vat110", "vat120", "vat122"})
_TAXATIONS = frozenset({"osn", "usn_income", "usn_income_outcome", "esn", "patent"})
#: Who begins («Передача признака инициатора операции»): a person who pays, pays and lets the card be kept,
#: pays with a kept card; we, as was agreed (R: services, utilities among them).
_PAYS, _PAYS_AND_KEEPS, _PAYS_BY_KEPT, _AGREED = "0", "1", "2", "R"


@dataclass(frozen=True, slots=True)
class TBank:
    """One terminal at T-Bank; ``with_till`` says whether a till is bound to it, so that receipts go along."""

    base: str
    terminal: str
    password: str = field(repr=False)
    vat: str = VAT
    taxation: str = TAXATION
    with_till: bool = True

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read ``tbank[+http|+https]://TERMINAL:password@host[:port]/v2?vat=vat22&taxation=osn&receipts=no``.

        :raises ValueError: no such port, rate of VAT or system of taxes can be
        """
        where = address_of(url)
        vat, taxation = where.options.get("vat", VAT), where.options.get("taxation", TAXATION)
        receipts = where.options.get("receipts", "yes")
        if vat not in _VATS or taxation not in _TAXATIONS or receipts not in ("yes", "no"):
            raise ValueError("no such rate of VAT, system of taxes or wish for receipts")
        return cls(where.base, where.shop, where.secret, vat, taxation, receipts == "yes")

    @property
    def capabilities(self) -> Capabilities:
        told = ReceiptsTold.PUSHED if self.with_till else ReceiptsTold.NEVER
        return replace(CAPABILITIES, makes_receipts=self.with_till, receipts_told=told)

    def create(self, *, order: BankOrder, patience: float = PATIENT) -> BankPage:
        """Init. Each call makes a payment; one for a kept card has no page and waits for Charge."""
        answer = self._call("Init", self._payment(order), patience=patience)
        try:
            reference = reference_of(answer["PaymentId"])
            if answer["OrderId"] != order.order_id or amount_of(answer["Amount"]) != order.total:
                raise ValueError("another payment")
            url = "" if order.card else str(answer["PaymentURL"])
        except (KeyError, TypeError, ValueError):
            raise Temporary("the bank's answer has no page", code="no_page") from None
        return BankPage(reference, url)

    def charge(self, *, reference: str, card: str, patience: float = PATIENT) -> None:
        """Charge. What became of it is told by GetState; a payment that was charged before is left alone."""
        body = {"PaymentId": reference, "RebillId": card.partition(".")[0]}
        try:
            self._call("Charge", body, patience=patience)
        except Permanent as refusal:
            if refusal.code != WRONG_STATE:
                raise

    def found(self, *, order_id: str, patience: float = PATIENT) -> tuple[BankStatus, ...]:
        """CheckOrder: every payment of the number."""
        return tuple(
            status_of(part, order_id=order_id) for part in self._payments(order_id, patience=patience)
        )

    def cancel(self, *, reference: str, patience: float = PATIENT) -> None:
        """Cancel of a payment in ``NEW``: of one that was paid the same call gives all the money back.

        :raises Permanent: somebody has paid it, or it is over; nothing was asked for
        """
        if self.status(reference=reference, patience=patience).state is not BankState.PENDING:
            raise Permanent("not a page that nobody paid", code=WRONG_STATE)
        self._call("Cancel", {"PaymentId": reference}, patience=patience)

    def kept_card(self, *, order_id: str, patience: float = PATIENT) -> StoredCard | None:
        """GetCardList: the order is the customer, so the card is the only one and nobody's else."""
        try:
            listed = self._ask("GetCardList", {"CustomerKey": order_id}, patience=patience).body
            if not isinstance(listed, list):
                _judge(listed)
                raise Temporary("the bank's answer cannot be read", code="shape")
        except Permanent as refusal:
            if refusal.code == NO_CUSTOMER:
                return None
            raise
        cards = [card_of(part, customer=order_id) for part in listed if isinstance(part, dict)]
        return next((card for card in reversed(cards) if card is not None), None)

    def bind_sbp(self, *, binding: BankBinding, patience: float = PATIENT) -> BankPage:
        """AddAccountQr is not spoken here: its token is charged by calls of its own (ADR 174)."""
        raise unsupported("bind_sbp")

    def bound_sbp(self, *, reference: str, patience: float = PATIENT) -> BindingStatus:
        """As :meth:`bind_sbp`."""
        raise unsupported("bound_sbp")

    def forget_card(self, *, card: str) -> None:
        """RemoveCard."""
        _, customer, card_id = card.split(".")
        try:
            self._call("RemoveCard", {"CustomerKey": customer, "CardId": card_id})
        except Permanent as refusal:
            if refusal.code not in (NO_CUSTOMER, "107"):
                raise

    def status(self, *, reference: str, patience: float = PATIENT) -> BankStatus:
        """GetState; why a payment was declined CheckOrder tells."""
        if not is_reference(reference):
            raise Permanent("not a payment's id", code="reference")
        answer = self._call("GetState", {"PaymentId": reference}, patience=patience)
        order_id, code = str(answer.get("OrderId", ""))[:40], code_of(answer)
        if answer.get("Status") in DECLINED and code == "0":
            parts = self._payments(order_id, patience=patience)
            code = next((code_of(part) for part in parts if str(part.get("PaymentId")) == reference), "")
        return status_of(answer, order_id=order_id, code=code)

    def refund(self, *, key: str, reference: str, amount: Money) -> BankRefund:
        """Cancel of a paid payment, whole or in part. It has no name at the bank, so our key is its name."""
        body = {"PaymentId": reference, "Amount": amount.kopecks, "ExternalRequestId": key}
        answer = self._call("Cancel", body)
        word = str(answer.get("Status"))
        if STATES.get(word) is not BankState.PAID or word == "CONFIRMED":
            raise Temporary(f"an unknown status of a refund: {word[:40]}", code="status")
        made = word in ("PARTIAL_REFUNDED", "REFUNDED")
        return BankRefund(key, BankState.PAID if made else BankState.PENDING, amount, reference)

    def refunds(
        self, *, reference: str = "", since: datetime | None = None, patience: float = PATIENT
    ) -> tuple[BankRefund, ...]:
        """There is no list, and refunds have no names."""
        raise unsupported("refunds")

    def payments(
        self, *, since: datetime, until: datetime, patience: float = PATIENT
    ) -> tuple[BankStatus, ...]:
        """There is no list."""
        raise unsupported("payments")

    def receipts(self, *, reference: str, patience: float = PATIENT) -> tuple[BankReceipt, ...]:
        """There is no verb for it: a notification with the word RECEIPT tells."""
        raise unsupported("receipts")

    def read_callback(self, *, raw: bytes, address: str) -> News:
        """Notifications are signed: where they come from does not matter."""
        return read_news(raw, terminal=self.terminal, password=self.password)

    def _payments(self, order_id: str, *, patience: float) -> list[Mapping[str, Any]]:
        try:
            answer = self._call("CheckOrder", {"OrderId": order_id}, patience=patience)
        except Permanent as refusal:
            if refusal.code == NO_ORDER:
                return []
            raise
        parts = answer.get("Payments")
        if answer.get("OrderId") != order_id or not isinstance(parts, list):
            raise Temporary("the bank's answer cannot be read", code="shape")
        if not all(isinstance(part, dict) for part in parts):
            raise Temporary("the bank's answer cannot be read", code="shape")
        return parts

    def _payment(self, order: BankOrder) -> dict[str, Any]:
        by_kept = _AGREED if order.unattended else _PAYS_BY_KEPT
        who = by_kept if order.card else _PAYS_AND_KEEPS if order.keep_card else _PAYS
        body: dict[str, Any] = {
            "Amount": order.total.kopecks,
            "OrderId": order.order_id,
            "Description": f"{order.number}: {order.lines[0].purpose}"[:140],
            "PayType": "O",
            "Language": "ru",
            "SuccessURL": order.return_url,
            "FailURL": order.return_url,
            "DATA": {"OperationInitiatorType": who},
        }
        if order.page_until is not None:
            body["RedirectDueDate"] = order.page_until.isoformat(timespec="seconds")
        if order.keep_card:
            body |= {"Recurrent": "Y", "CustomerKey": order.order_id}
        contact = {"Email": order.email} if order.email else {"Phone": order.phone}
        if self.with_till and order.with_receipt and any(contact.values()):
            body["Receipt"] = {**contact, "Taxation": self.taxation, "Items": [*map(self._item, order.lines)]}
        return body

    def _item(self, line: Any) -> dict[str, Any]:
        return {
            "Name": line.purpose[:128],
            "Price": line.amount.kopecks,
            "Quantity": 1,
            "Amount": line.amount.kopecks,
            "Tax": self.vat,
            "PaymentMethod": "full_payment",
            "PaymentObject": "service",
        }

    def _call(self, verb: str, body: Mapping[str, Any], *, patience: float = PATIENT) -> dict[str, Any]:
        answer = self._ask(verb, body, patience=patience)
        return _judge(answer.body, about_payment=verb in ("GetState", "Charge"))

    def _ask(self, verb: str, body: Mapping[str, Any], *, patience: float) -> BankAnswer:
        signed = {**body, "TerminalKey": self.terminal}
        signed["Token"] = token_of(signed, self.password)
        answer = ask(
            "POST",
            f"{self.base}/{verb}",
            shop=(self.base, self.terminal),
            patience=patience,
            body=signed,
        )
        if answer.status >= 500 or answer.body is None:
            # A page of somebody between, or of the bank in trouble: nobody knows.
            raise Temporary(f"the bank answered {answer.status}", code=str(answer.status))
        return answer


def _judge(body: Any, *, about_payment: bool = False) -> dict[str, Any]:
    """The truth of an answer; errors come with HTTP 200 too. :raises Temporary: :raises Permanent:

    With ``about_payment`` an answer that says where a payment stands is told with whatever code: a decline is
    no refusal of the question.
    """
    if not isinstance(body, dict) or not isinstance(body.get("Success"), bool):
        raise Temporary("the bank's answer cannot be read", code="shape")
    code = code_of(body)
    if body["Success"] and code == "0":
        return body
    if about_payment and body.get("Status") in STATES and body.get("PaymentId"):
        return body
    if code in FAULTS or code == "0":
        raise Temporary(f"the bank has trouble: {code}", code=code)
    raise Permanent(f"the bank refused: {code}", code=code)
