"""Sber, the ``register.do`` family (JSON answers to form-encoded questions).

Sources: see ``sber_values``. ``orderNumber`` takes one order each, a refund has no key and no name, and there
is no list that every contract has. A kept card («связка») is paid on the bank's page, where only its CVC is
asked, unless the contract lets it be charged without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from svet.gateways.acquiring.bank_receipts import BankReceipt
from svet.gateways.acquiring.port import (
    CARD_GONE,
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
from svet.gateways.acquiring.sber_news import read_news
from svet.gateways.acquiring.sber_values import (
    NO_BINDING,
    NO_ORDER,
    REFUSALS,
    TAKEN,
    code_of,
    is_reference,
    number_of_try,
    reference_of,
    status_of,
)
from svet.gateways.acquiring.wire import address_of, ask, unsupported
from svet.gateways.failures import Permanent, Temporary
from svet.kernel.money import Money

CAPABILITIES = Capabilities(
    repeats_open=False,
    finds_by_number=True,
    repeats_refund=False,
    refunds_told=RefundsTold.TOTAL,
    lists=False,
    keeps_cards=True,
    charges_apart=False,
    tells_card_apart=False,
    forgets_cards=True,
    asks_cvc=True,
)
#: An order's payments, one after another as each was taken back.
MOST_TRIES: Final = 9
#: The manual's dates have no zone: Moscow time.
_MOSCOW = ZoneInfo("Europe/Moscow")
#: ``ip`` of who pays must be told with a kept card; nobody sits there when a job charges it.
_NOBODY = "127.0.0.1"
#: «%, +, \\r, \\n» are forbidden in ``description``.
_FORBIDDEN = str.maketrans(dict.fromkeys("%+\r\n", " "))


@dataclass(frozen=True, slots=True)
class Sber:
    """One login at Sber. ``token`` says that the secret is one; ``asks_cvc`` that a kept card has a page."""

    base: str
    login: str
    secret: str = field(repr=False)
    callback_key: str = field(default="", repr=False)
    token: bool = False
    asks_cvc: bool = True

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read ``sber[+http|+https]://LOGIN:secret@host[:port]/payment/rest?cvc=yes&auth=password``.

        ``secret`` is the password (or the token) and, after a blank or on the next line, the key by which
        callbacks are signed; without that none is believed.

        :raises ValueError: no such port or option can be
        """
        where = address_of(url)
        cvc, auth = where.options.get("cvc", "yes"), where.options.get("auth", "password")
        if cvc not in ("yes", "no") or auth not in ("password", "token"):
            raise ValueError("cvc is yes or no, auth is password or token")
        secret, key, *_ = [*where.secret.split(), "", ""]
        return cls(where.base, where.shop, secret, key, auth == "token", cvc == "yes")

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES if self.asks_cvc else replace(CAPABILITIES, charges_apart=True, asks_cvc=False)

    def create(self, *, order: BankOrder, patience: float = PATIENT) -> BankPage:
        """register.do under a number of the order's own; again only after the one before was taken back."""
        for count in range(1, MOST_TRIES + 1):
            number = number_of_try(order.order_id, count)
            try:
                return self._register(order, number, patience=patience)
            except Permanent as refusal:
                if order.card and refusal.code == NO_BINDING:
                    raise Permanent("the bank keeps this card no more", code=CARD_GONE) from refusal
                before = self._numbered(number, patience=patience) if refusal.code == TAKEN else None
                if before is None:
                    raise
                if before.state is not BankState.CANCELED:
                    raise Temporary("the order has a payment already", code=TAKEN) from refusal
        raise Permanent("the order was tried too often", code=TAKEN)

    def charge(self, *, reference: str, card: str, patience: float = PATIENT) -> None:
        """paymentOrderBinding.do without a CVC. An order that was charged before is left alone."""
        body = {"mdOrder": reference, "bindingId": card.partition(".")[0], "ip": _NOBODY}
        try:
            self._call("paymentOrderBinding", body, patience=patience)
        except Permanent as refusal:
            status = self.status(reference=reference, patience=patience)
            if status.state is not BankState.PENDING or status.reason is not None:
                return
            if refusal.code == NO_BINDING:
                raise Permanent("the bank keeps this card no more", code=CARD_GONE) from refusal
            raise

    def found(self, *, order_id: str, patience: float = PATIENT) -> tuple[BankStatus, ...]:
        """getOrderStatusExtended.do by the order's numbers, until one that nobody has."""
        payments = []
        for count in range(1, MOST_TRIES + 1):
            status = self._numbered(number_of_try(order_id, count), patience=patience)
            if status is None:
                break
            payments.append(status)
        return tuple(payments)

    def cancel(self, *, reference: str, patience: float = PATIENT) -> None:
        """decline.do of an order that nobody has begun to pay."""
        self._call("decline", {"orderId": reference}, patience=patience, told=True)

    def kept_card(self, *, order_id: str, patience: float = PATIENT) -> StoredCard | None:
        """The card kept at the order's payment, which its status tells as well."""
        found = self.found(order_id=order_id, patience=patience)
        return next((status.card for status in reversed(found) if status.card is not None), None)

    def bind_sbp(self, *, binding: BankBinding, patience: float = PATIENT) -> BankPage:
        """The published API has no binding without a payment."""
        raise unsupported("bind_sbp")

    def bound_sbp(self, *, reference: str, patience: float = PATIENT) -> BindingStatus:
        """As :meth:`bind_sbp`."""
        raise unsupported("bound_sbp")

    def forget_card(self, *, card: str) -> None:
        """unBindCard.do; one that is not there, or not active, is forgotten already."""
        try:
            self._call("unBindCard", {"bindingId": card.partition(".")[0]}, told=True)
        except Permanent as refusal:
            if refusal.code != NO_BINDING:
                raise

    def status(self, *, reference: str, patience: float = PATIENT) -> BankStatus:
        """getOrderStatusExtended.do."""
        if not is_reference(reference):
            raise Permanent("not an order's id", code="reference")
        body = {"orderId": reference}
        return status_of(self._call("getOrderStatusExtended", body, patience=patience), reference=reference)

    def refund(self, *, key: str, reference: str, amount: Money) -> BankRefund:
        """refund.do, which has no key: our key is its name here. What is left is looked at first.

        :raises Permanent: it is above what is left; nothing was asked for
        :raises Temporary: nobody knows; only the total given back can tell
        """
        status = self.status(reference=reference)
        if status.state is not BankState.PAID or amount > status.amount - status.refunded:
            raise Permanent("more than is left of the payment", code="left")
        self._call("refund", {"orderId": reference, "amount": amount.kopecks}, told=True)
        return BankRefund(key, BankState.PAID, amount, reference)

    def refunds(
        self, *, reference: str = "", since: datetime | None = None, patience: float = PATIENT
    ) -> tuple[BankRefund, ...]:
        """Refunds have no names."""
        raise unsupported("refunds")

    def payments(
        self, *, since: datetime, until: datetime, patience: float = PATIENT
    ) -> tuple[BankStatus, ...]:
        """getLastOrdersForMerchants.do is not in every contract, nor in the newer gateway's description."""
        raise unsupported("payments")

    def receipts(self, *, reference: str, patience: float = PATIENT) -> tuple[BankReceipt, ...]:
        """It is given no lines to make a receipt of (no ``orderBundle``), so it has none to tell of."""
        raise unsupported("receipts")

    def read_callback(self, *, raw: bytes, address: str) -> News:
        """Callbacks are signed: where they come from does not matter."""
        return read_news(raw, key=self.callback_key)

    def _register(self, order: BankOrder, number: str, *, patience: float) -> BankPage:
        answer = self._call("register", self._payment(order, number), patience=patience)
        try:
            reference, url = reference_of(answer["orderId"]), str(answer["formUrl"])
            if not url.startswith(("https://", "http://")):
                raise ValueError("not a page")
        except (KeyError, ValueError):
            raise Temporary("the bank's answer has no page", code="no_page") from None
        return BankPage(reference, "" if order.card and not self.asks_cvc else url)

    def _numbered(self, number: str, *, patience: float) -> BankStatus | None:
        try:
            answer = self._call("getOrderStatusExtended", {"orderNumber": number}, patience=patience)
        except Permanent as refusal:
            if refusal.code == NO_ORDER:
                return None
            raise
        if answer.get("orderNumber") != number:
            raise Temporary("the bank's answer cannot be read", code="shape")
        return status_of(answer)

    def _payment(self, order: BankOrder, number: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "orderNumber": number,
            "amount": order.total.kopecks,
            "currency": "643",
            "language": "ru",
            "description": f"{order.number}: {order.lines[0].purpose}".translate(_FORBIDDEN)[:99],
            "returnUrl": order.return_url,
            "failUrl": order.return_url,
        }
        if order.page_until is not None:
            body["expirationDate"] = f"{order.page_until.astimezone(_MOSCOW):%Y-%m-%dT%H:%M:%S}"
        if order.card:
            # Only who the card was kept for may pay with it.
            binding, _, body["clientId"] = order.card.partition(".")
            if self.asks_cvc:
                body["bindingId"] = binding
        elif order.keep_card:
            # The order is the customer, so the card is the only one and nobody's else.
            body["clientId"] = order.order_id
        contact = {"email": order.email, "phone": order.phone}
        return body | {name: value for name, value in contact.items() if value}

    def _call(
        self, verb: str, body: Mapping[str, Any], *, patience: float = PATIENT, told: bool = False
    ) -> dict[str, Any]:
        """Ask, and judge the answer; with ``told`` success must be said and is not taken from silence."""
        secret = {"token": self.secret} if self.token else {"userName": self.login, "password": self.secret}
        answer = ask(
            "POST",
            f"{self.base}/{verb}.do",
            shop=(self.base, self.login),
            patience=patience,
            form={**body, **secret},
        )
        if answer.status >= 500 or answer.body is None:
            # A page of somebody between, or of the bank in trouble: nobody knows.
            raise Temporary(f"the bank answered {answer.status}", code=str(answer.status))
        if not isinstance(answer.body, dict) or (told and "errorCode" not in answer.body):
            raise Temporary("the bank's answer cannot be read", code="shape")
        code = code_of(answer.body)
        if code == "0":
            return answer.body
        if code in REFUSALS:
            raise Permanent(f"the bank refused: {code}", code=code)
        raise Temporary(f"the bank has trouble: {code}", code=code)
