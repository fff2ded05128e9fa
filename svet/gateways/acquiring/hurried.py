"""The gate before the banks: no thread that serves pages goes through, and who hurries is back in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from svet.gateways.acquiring.bank_receipts import BankReceipt
from svet.gateways.acquiring.port import (
    PATIENT,
    Acquiring,
    BankBinding,
    BankOrder,
    BankPage,
    BankRefund,
    BankStatus,
    BindingStatus,
    Capabilities,
    News,
    StoredCard,
)
from svet.gateways.failures.bulkhead import Bulkhead
from svet.kernel.money import Money
from svet.kernel.serving import require_not_serving

T = TypeVar("T")
_BANK = "a bank"


class Hurried:
    """A bank that only jobs may ask (ADR 188): for a page that waits, an errand goes (``svet.payments``).

    Of those in a hurry (``patience`` below ``PATIENT``) at most ``places`` ask at once: as many as go on
    errands. The patience is for the whole call, however the bank spreads its answer; a call that is given up
    goes on holding its place until it ends, and one more is told at once that nobody knows, as with a silent
    bank. Whoever has time is not counted. Each shop has places of its own.
    """

    def __init__(self, bank: Acquiring, *, places: int) -> None:
        self.bank = bank
        self._places = Bulkhead("bank", places=places)

    @property
    def capabilities(self) -> Capabilities:
        return self.bank.capabilities

    def create(self, *, order: BankOrder, patience: float = PATIENT) -> BankPage:
        return self._within(lambda: self.bank.create(order=order, patience=patience), patience)

    def charge(self, *, reference: str, card: str, patience: float = PATIENT) -> None:
        self._within(lambda: self.bank.charge(reference=reference, card=card, patience=patience), patience)

    def found(self, *, order_id: str, patience: float = PATIENT) -> tuple[BankStatus, ...]:
        return self._within(lambda: self.bank.found(order_id=order_id, patience=patience), patience)

    def cancel(self, *, reference: str, patience: float = PATIENT) -> None:
        self._within(lambda: self.bank.cancel(reference=reference, patience=patience), patience)

    def kept_card(self, *, order_id: str, patience: float = PATIENT) -> StoredCard | None:
        return self._within(lambda: self.bank.kept_card(order_id=order_id, patience=patience), patience)

    def forget_card(self, *, card: str) -> None:
        require_not_serving(_BANK)
        self.bank.forget_card(card=card)

    def bind_sbp(self, *, binding: BankBinding, patience: float = PATIENT) -> BankPage:
        return self._within(lambda: self.bank.bind_sbp(binding=binding, patience=patience), patience)

    def bound_sbp(self, *, reference: str, patience: float = PATIENT) -> BindingStatus:
        return self._within(lambda: self.bank.bound_sbp(reference=reference, patience=patience), patience)

    def status(self, *, reference: str, patience: float = PATIENT) -> BankStatus:
        return self._within(lambda: self.bank.status(reference=reference, patience=patience), patience)

    def refund(self, *, key: str, reference: str, amount: Money) -> BankRefund:
        require_not_serving(_BANK)
        return self.bank.refund(key=key, reference=reference, amount=amount)

    def refunds(
        self, *, reference: str = "", since: datetime | None = None, patience: float = PATIENT
    ) -> tuple[BankRefund, ...]:
        return self._within(
            lambda: self.bank.refunds(reference=reference, since=since, patience=patience), patience
        )

    def payments(
        self, *, since: datetime, until: datetime, patience: float = PATIENT
    ) -> tuple[BankStatus, ...]:
        return self._within(lambda: self.bank.payments(since=since, until=until, patience=patience), patience)

    def receipts(self, *, reference: str, patience: float = PATIENT) -> tuple[BankReceipt, ...]:
        return self._within(lambda: self.bank.receipts(reference=reference, patience=patience), patience)

    def read_callback(self, *, raw: bytes, address: str) -> News:
        return self.bank.read_callback(raw=raw, address=address)

    def _within(self, call: Callable[[], T], patience: float) -> T:
        require_not_serving(_BANK)
        if patience >= PATIENT:
            return call()
        return self._places.within(call, patience=patience)
