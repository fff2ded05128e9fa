"""Whose money it is: one order pays one provider, never "the first one's"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from svet.accounts.models import Account, Provider
from svet.kernel.money import Money
from svet.payments.models import Order


class SeveralPayees(RuntimeError):
    """An order whose accounts belong to several providers: it must go to nobody's requisites."""


@dataclass(frozen=True, slots=True)
class Share:
    """What of an order belongs to one payee: outer account ids with sums, in the order they were given."""

    provider: Provider
    lines: tuple[tuple[str, Money], ...]
    account_numbers: tuple[str, ...]

    @property
    def total(self) -> Money:
        return Money.total(money for _, money in self.lines)


def payee_of(order: Order) -> Provider:
    """The provider that an order pays: its requisites, its ledger, its time zone.

    A payee is a provider, not an ИНН: two providers of one legal entity keep apart ledgers, purposes and
    time zones, and two that were set up without requisites would look like the same one (ADR 72).

    :raises SeveralPayees: the order's lines belong to several, or it has none
    """
    return only_payee(line.account for line in order.lines.select_related("account__provider"))


def only_payee(accounts: Iterable[Account]) -> Provider:
    """The one provider of all accounts. :raises SeveralPayees:"""
    providers = {account.provider_id: account.provider for account in accounts}
    if len(providers) != 1:
        raise SeveralPayees(f"{len(providers)} payees in one order")
    return next(iter(providers.values()))


def has_one_payee(order: Order) -> bool:
    """Whether :func:`payee_of` has an answer."""
    return order.lines.values("account__provider_id").distinct().count() == 1


def shares(lines: Sequence[tuple[str, Money]], accounts: dict[str, Account]) -> list[Share]:
    """Divide lines (outer account id, sum) by payee; payees and lines in the order they were given."""
    found: dict[int, list[tuple[str, Money]]] = {}
    for account, money in lines:
        found.setdefault(accounts[account].provider_id, []).append((account, money))
    return [
        Share(accounts[own[0][0]].provider, tuple(own), tuple(accounts[account].number for account, _ in own))
        for own in found.values()
    ]
