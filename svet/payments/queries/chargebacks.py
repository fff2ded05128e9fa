"""Reads of disputes at the bank: those that wait for an answer, and those of a payment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet

from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.payments.models import Chargeback
from svet.payments.rules.chargebacks import ChargebackState, ChargebackWay


@dataclass(frozen=True, slots=True)
class ChargebackView:
    """A dispute as the desk shows it; ``lines`` are account numbers with what would come off them."""

    public_id: str
    state: ChargebackState
    way: ChargebackWay
    order_public_id: str
    order_number: str
    reference: str
    no: int
    money: Money
    above: Money
    lines: tuple[tuple[str, Money], ...]
    told_on: date
    due_on: date | None
    reason: str
    written_by: str
    ended_on: date | None
    ended_by: str
    ended_because: str

    def late(self, today: date) -> bool:
        """Whether the time to object is over."""
        return self.state is ChargebackState.TOLD and self.due_on is not None and self.due_on < today


def open_chargebacks(*, limit: int) -> list[ChargebackView]:
    """Disputes that have not ended, by the day on which our time to object ends; first those without one."""
    return _views(
        _all().filter(state=ChargebackState.TOLD).order_by(F("due_on").asc(nulls_first=True), "pk")[:limit]
    )


def open_chargeback_count() -> int:
    """How many disputes have not ended."""
    return _open_keys.count()


@frozen
def _open_keys() -> QuerySet[Chargeback, int]:
    return Chargeback.objects.filter(state=ChargebackState.TOLD).values_list("pk", flat=True)


def chargebacks_of(*, order_public_id: str) -> list[ChargebackView]:
    """The disputes of a payment, the newest first."""
    return _views(_all().filter(order__public_id=order_public_id).order_by("-pk"))


def chargeback_by_id(public_id: str) -> ChargebackView | None:
    """One dispute."""
    return next(iter(_views(_all().filter(public_id=public_id))), None)


def _all() -> QuerySet[Chargeback]:
    return Chargeback.objects.select_related("order").prefetch_related("lines__line__account")


def _views(rows: Iterable[Chargeback]) -> list[ChargebackView]:
    return [
        ChargebackView(
            public_id=row.public_id,
            state=ChargebackState(row.state),
            way=ChargebackWay(row.way),
            order_public_id=row.order.public_id,
            order_number=row.order.number,
            reference=row.reference,
            no=row.no,
            money=row.money,
            above=Money(row.above_kopecks),
            lines=tuple((part.line.account.number, Money(part.kopecks)) for part in row.lines.all()),
            told_on=row.told_on,
            due_on=row.due_on,
            reason=row.reason,
            written_by=row.written_by_name,
            ended_on=row.ended_on,
            ended_by=row.ended_by_name,
            ended_because=row.ended_because,
        )
        for row in rows
    ]
