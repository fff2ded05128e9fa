"""Rows of registers that name a supplier and an account of it: whose they are, in portions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

from svet.accounts import queries as account_queries
from svet.accounts import texts as account_texts
from svet.accounts.queries import ProviderView, providers
from svet.accounts.rules import NumberRefused, normalise_account_number
from svet.exchange.operations.outcomes import AccountsRow, RowOutcome, refused, rejected
from svet.exchange.rules.control_lines import Register
from svet.exchange.rules.refusals import RowReason


class SupplierRow(AccountsRow, Protocol):
    """A row of an account, with its supplier's code."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def provider(self) -> str: ...


Row = TypeVar("Row", bound=SupplierRow)
Taken = TypeVar("Taken")


def by_supplier(
    register: Register[Row],
    outcomes: list[RowOutcome],
    check: Callable[[Row, ProviderView], Taken | RowOutcome],
) -> Iterator[tuple[ProviderView, Sequence[Taken]]]:
    """Each supplier with its rows as ``check`` has them, which is given each with its number as we write it.

    What cannot be read, is of no supplier or is refused stands in ``outcomes`` before the first of them.
    """
    outcomes += [rejected(line, fault) for line, fault in register.faults]
    known = {provider.code: provider for provider in providers()}
    readable: dict[str, list[Taken]] = {}
    for row in register.rows:
        checked = _checked(row, known.get(row.provider), check)
        if isinstance(checked, RowOutcome):
            outcomes.append(checked)
        else:
            readable.setdefault(row.provider, []).append(checked)
    for code, rows in readable.items():
        yield known[code], rows


def _checked(
    row: Row, provider: ProviderView | None, check: Callable[[Row, ProviderView], Taken | RowOutcome]
) -> Taken | RowOutcome:
    if provider is None:
        return refused(row, RowReason.PROVIDER_UNKNOWN, column="provider")
    try:
        number = normalise_account_number(row.account, frozenset(provider.account_lengths))
    except NumberRefused as refusal:
        return refused(row, RowReason.REFUSED, account_texts.explain(refusal), column="account")
    return check(replace(row, account=number), provider)


def account_ids(provider: ProviderView, rows: Sequence[SupplierRow]) -> dict[str, int]:
    """The accounts of these rows by their numbers; whom the supplier does not have is absent."""
    found = account_queries.accounts_of_provider(provider.provider_id, numbers=[row.account for row in rows])
    return {account.number: account.account_id for account in found}
