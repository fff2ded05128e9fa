"""«1 из 2»: what one «Оплатить» wants from several payees, paid one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from svet.kernel.ids import AccountId
from svet.kernel.money import Money
from svet.payments.models import LaterLine, Order, OrderLine
from svet.payments.rules.states import OrderState

# For how long «Оплата» reminds of what is left of a series.
REMEMBERED = timedelta(days=1)
_NOT_TAKEN = (OrderState.CANCELED, OrderState.FAILED)
# Something came of the order: the next payee's turn.
_OVER = (OrderState.PAID, OrderState.CREDITED, OrderState.REVIEW, OrderState.RETURNED)


@dataclass(frozen=True, slots=True)
class Remainder:
    """What a series still has to pay: the next payee's lines by outer account id, and the place «2 из 3»."""

    after: str
    number: str
    payee: str
    lines: tuple[tuple[str, Money], ...]
    step: int
    steps: int
    ready: bool

    @property
    def total(self) -> Money:
        return Money.total(money for _, money in self.lines)


def remainder(*, person_id: int, public_id: str) -> Remainder | None:
    """What is left to pay after an order of this person, None when nothing is.

    An account that the person pays by a later order is not left; one whose later order came to nothing is.
    """
    order = _order(person_id, public_id)
    return None if order is None else _left(order)


def remainders(*, person_id: int, now: datetime) -> list[Remainder]:
    """What the series of the last day have left, the newest first: for the way back after a break."""
    recent = Order.objects.filter(
        person_id=person_id, state__in=_OVER, created_at__gte=now - REMEMBERED, later_lines__isnull=False
    )
    found = [_left(order) for order in recent.distinct().order_by("-id")]
    return [left for left in found if left is not None]


def later_lines(*, person_id: int, public_id: str) -> tuple[tuple[str, Money], ...]:
    """Everything an order remembers for other payees, paid since or not."""
    order = _order(person_id, public_id)
    return () if order is None else tuple((line.account.public_id, line.money) for line in _lines(order))


def carried_on(*, person_id: int, after: str, without: Sequence[str]) -> list[tuple[AccountId, Money]]:
    """What an order made after another one of its series remembers of it by inner key: all not paid now."""
    before = _order(person_id, after)
    if before is None:
        return []
    own = set(without)
    left = [line for line in _unpaid(before) if line.account.public_id not in own]
    return [(AccountId(line.account_id), line.money) for line in left]


def next_step(*, person_id: int, after: str, payees: int) -> tuple[int, int]:
    """The place of an order that is made now: after another one of its series, or the first of its own."""
    before = _order(person_id, after)
    if before is None or before.step >= before.steps:
        return 1, payees
    return before.step + 1, max(before.steps, before.step + payees)


def _order(person_id: int, public_id: str) -> Order | None:
    return Order.objects.filter(person_id=person_id, public_id=public_id).first()


def _lines(order: Order) -> Sequence[LaterLine]:
    return list(order.later_lines.select_related("account__provider").order_by("position"))


def _unpaid(order: Order) -> list[LaterLine]:
    """Later lines that no later order of the person pays, or remembers in its turn."""
    later = Order.objects.filter(person_id=order.person_id, pk__gt=order.pk).exclude(state__in=_NOT_TAKEN)
    paid = set(OrderLine.objects.filter(order__in=later).values_list("account_id", flat=True))
    handed_on = set(LaterLine.objects.filter(order__in=later).values_list("account_id", flat=True))
    return [line for line in _lines(order) if line.account_id not in paid | handed_on]


def _left(order: Order) -> Remainder | None:
    lines = _unpaid(order)
    if not lines:
        return None
    provider = lines[0].account.provider
    own = [line for line in lines if line.account.provider_id == provider.pk]
    return Remainder(
        after=order.public_id,
        number=order.number,
        payee=provider.name,
        lines=tuple((line.account.public_id, line.money) for line in own),
        step=min(order.step + 1, order.steps),
        steps=order.steps,
        ready=order.state in _OVER,
    )
