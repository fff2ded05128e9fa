"""Bulkheads before the banks: of all the threads that serve pages only a few may wait for them at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from threading import BoundedSemaphore
from typing import TypeVar

from django.conf import settings

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
from svet.gateways.bulkhead import Bulkhead
from svet.gateways.failures import Temporary
from svet.kernel.money import Money

T = TypeVar("T")


class Hurried:
    """A bank of which those in a hurry (``patience`` below ``PATIENT``) ask at most ``places`` at once.

    One more is told at once that nobody knows, as with a silent bank: its order is asked about by a job. The
    patience is for the whole call, however the bank spreads its answer; a call that is given up goes on
    holding its place until it ends. Whoever has time, a job, is not counted.

    Each shop has places of its own, so one that is silent does not keep the others; and however many are,
    one thread is left that waits for no bank.
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
        self.bank.forget_card(card=card)

    def bind_sbp(self, *, binding: BankBinding, patience: float = PATIENT) -> BankPage:
        return self._within(lambda: self.bank.bind_sbp(binding=binding, patience=patience), patience)

    def bound_sbp(self, *, reference: str, patience: float = PATIENT) -> BindingStatus:
        return self._within(lambda: self.bank.bound_sbp(reference=reference, patience=patience), patience)

    def status(self, *, reference: str, patience: float = PATIENT) -> BankStatus:
        return self._within(lambda: self.bank.status(reference=reference, patience=patience), patience)

    def refund(self, *, key: str, reference: str, amount: Money) -> BankRefund:
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
        if patience >= PATIENT:
            return call()
        threads = _threads(max(1, settings.WEB_THREADS - 1))
        if not threads.acquire(blocking=False):
            raise Temporary("bank: enough others are asking", code="crowded")
        try:
            return self._places.within(call, patience=patience)
        finally:
            threads.release()


@lru_cache(maxsize=4)
def _threads(places: int) -> BoundedSemaphore:
    """The threads of this process that may wait for any bank; a call given up holds none."""
    return BoundedSemaphore(places)
