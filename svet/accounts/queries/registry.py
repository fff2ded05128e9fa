"""Accounts of the registry by key, number or phone, whoever asks: for what serves no actor."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import QuerySet

from svet.accounts import rules
from svet.accounts.models import Account, LinkProof
from svet.accounts.queries.views import AccountView, account_view
from svet.kernel.frozen import frozen
from svet.kernel.ids import AccountId, ProviderId

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class AccountKey:
    """Where a number leads: the account and the supplier whose it is."""

    account_id: AccountId
    provider_id: ProviderId
    number: str


def accounts_by_id(account_ids: Collection[int]) -> list[AccountView]:
    """The accounts with these inner keys, in the order of the keys."""
    return [account_view(row) for row in _by_id.all([*account_ids])]


class PrintedAccount(NamedTuple):
    """What a paper says of an account, also as it is masked for whoever is not confirmed."""

    account_id: int
    number: str
    holder: str
    masked_holder: str
    address: str
    masked_address: str


def printed_accounts(account_ids: Collection[int]) -> list[PrintedAccount]:
    """What papers say of these accounts, in the order of the keys: for whole months of them."""
    return [
        PrintedAccount(
            key, number, holder, rules.mask_name(holder),
            rules.address(city=city, street=street, house=house, flat=flat, shown=True),
            rules.address(city=city, street=street, house=house, flat=flat, shown=False),
        )
        for key, number, holder, city, street, house, flat in _printed.all([*account_ids])
    ]  # fmt: skip


@frozen
def _printed(
    account_ids: Collection[int],
) -> QuerySet[Account, tuple[int, str, str, str, str, str, str]]:
    return (
        Account.objects.filter(pk__in=account_ids)
        .order_by("pk")
        .values_list(
            "pk", "number", "holder_name", "premises__city", "premises__street", "premises__house",
            "premises__flat",
        )
    )  # fmt: skip


@frozen
def _by_id(account_ids: Collection[int]) -> QuerySet[Account]:
    whole = Account.objects.select_related("provider", "premises")
    return whole.filter(pk__in=account_ids).order_by("pk")


def accounts_by_number(number: str) -> list[AccountView]:
    """The accounts of this number, one for each supplier; twenty of them at most."""
    return _views(Account.objects.filter(number=number), limit=20)


def accounts_of_provider(provider_id: int, *, numbers: Collection[str]) -> list[AccountView]:
    """The accounts of these numbers with one supplier."""
    return _views(Account.objects.filter(provider_id=provider_id, number__in=numbers))


def account_keys(numbers: Collection[str]) -> list[AccountKey]:
    """The keys behind these numbers; a number stands there once for each supplier that has it."""
    wanted = sorted(numbers)
    found: list[AccountKey] = []
    for start in range(0, len(wanted), _AT_ONCE):
        rows = Account.objects.filter(number__in=wanted[start : start + _AT_ONCE]).order_by("pk")
        found += [
            AccountKey(AccountId(key), ProviderId(provider), number)
            for key, provider, number in rows.values_list("pk", "provider_id", "number")
        ]
    return found


def accounts_of_phone(phone: str) -> list[AccountId]:
    """Keys of the accounts that have this phone in the registry, in the order they were entered."""
    rows = Account.objects.filter(registry_phone=phone).order_by("pk")
    return [AccountId(key) for key in rows.values_list("pk", flat=True)]


def account_count(*, provider_codes: Collection[str]) -> int:
    """How many accounts these suppliers have."""
    return Account.objects.filter(provider__code__in=provider_codes).count()


def link_proofs(account_id: int) -> list[str]:
    """The meter numbers that, with the account's own, let somebody add it to a cabinet."""
    return list(
        LinkProof.objects.filter(account_id=account_id).order_by("pk").values_list("serial", flat=True)
    )


def _views(rows: QuerySet[Account], *, limit: int | None = None) -> list[AccountView]:
    return [account_view(row) for row in rows.select_related("provider", "premises").order_by("pk")[:limit]]
