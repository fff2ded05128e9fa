"""Whose money it is: one order pays one provider, never "the first one's"."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from svet.accounts import queries as accounts
from svet.accounts.queries import AccountView, ProviderView
from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.payments.models import Order, OrderLine


class SeveralPayees(RuntimeError):
    """An order whose accounts belong to several providers: it must go to nobody's requisites."""


@dataclass(frozen=True, slots=True)
class Share:
    """What of an order belongs to one payee: outer account ids with sums, in the order they were given."""

    provider: ProviderView
    lines: tuple[tuple[str, Money], ...]
    account_numbers: tuple[str, ...]

    @property
    def total(self) -> Money:
        return Money.total(money for _, money in self.lines)


def payee_of(order: Order) -> ProviderView:
    """The provider that an order pays: its requisites, its ledger, its time zone.

    A payee is a provider, not an ИНН: two providers of one legal entity keep apart ledgers, purposes and
    time zones, and two that were set up without requisites would look like the same one (ADR 72).

    :raises SeveralPayees: the order's lines belong to several, or it has none
    """
    return accounts.provider_by_id(_only({*_paid.all(order.pk)}))


@frozen
def _paid(order_id: int) -> QuerySet[OrderLine, int]:
    return OrderLine.objects.filter(order_id=order_id).values_list("account__provider_id", flat=True)


def check_one_payee(paid: Iterable[AccountView]) -> None:
    """Let only accounts of one provider pass. :raises SeveralPayees:"""
    _only({account.provider.provider_id for account in paid})


def _only(keys: Collection[int]) -> int:
    if len(keys) != 1:
        raise SeveralPayees(f"{len(keys)} payees in one order")
    return next(iter(keys))


def has_one_payee(order: Order) -> bool:
    """Whether :func:`payee_of` has an answer."""
    return order.lines.values("account__provider_id").distinct().count() == 1


def shares(
    lines: Sequence[tuple[str, Money]], paid: Mapping[str, AccountView], *, due: Mapping[str, date]
) -> list[Share]:
    """Divide lines (outer account id, sum) by payee, who is due first before the others.

    ``due`` has the day until which an account is to be paid; what has none comes last. Payees of one day, and
    the lines of each, stay in the order they were given.
    """
    found: dict[int, list[tuple[str, Money]]] = {}
    for account, money in lines:
        found.setdefault(paid[account].provider.provider_id, []).append((account, money))
    in_order = sorted(found.values(), key=lambda own: min(due.get(account, date.max) for account, _ in own))
    return [
        Share(paid[own[0][0]].provider, tuple(own), tuple(paid[account].number for account, _ in own))
        for own in in_order
    ]
