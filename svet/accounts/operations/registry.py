"""The registry: providers, accounts with their premises, and the meter numbers that prove a holder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from svet.accounts.models import Account, LinkProof, Premises, Provider
from svet.accounts.operations.terms import first_terms
from svet.accounts.queries.views import ProviderView, provider_view
from svet.accounts.rules import BillDelivery, normalise_account_number
from svet.accounts.rules.refusals import SupplierReason
from svet.accounts.rules.terms import Stove, TermsSource, TermsValues
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.bulk import copy_rows, take_ids
from svet.kernel.ids import AccountId, new_public_id
from svet.kernel.refusals import Refused
from svet.kernel.services import Service
from svet.kernel.transactions import require_transaction

BATCH = 5_000


class SupplierRefused(Refused):
    """A supplier cannot become this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """One account as a register gives it; ``registry_phone`` is E.164 or empty."""

    number: str
    holder_name: str
    city: str
    opened_on: date
    street: str = ""
    house: str = ""
    flat: str = ""
    area_m2: Decimal | None = None
    residents: int | None = None
    rooms: int | None = None
    stove: Stove | None = None
    electric_heating: bool | None = None
    registry_phone: str = ""
    tariff_group: str = ""
    delivery: str = BillDelivery.PAPER
    delivery_email: str = ""


def add_provider(*, code: str, name: str, service: Service | None = None, **details: object) -> ProviderView:
    """Enter a provider; ``details`` are the other columns of the table.

    Without a ``service`` it stays what it was, or is electricity.
    :raises SupplierRefused: another service than its accounts were entered with
    """
    with transaction.atomic():
        if service is not None:
            _keep_service(code, service)
            details["service"] = service.value
        provider, _created = Provider.objects.update_or_create(code=code, defaults={"name": name, **details})
    return provider_view(provider)


def _keep_service(code: str, service: Service) -> None:
    """What was metered in one unit can never be read in another. :raises SupplierRefused:"""
    known = Provider.objects.filter(code=code).exclude(service=service.value).first()
    if known is not None and Account.objects.filter(provider=known).exists():
        raise SupplierRefused(SupplierReason.SERVICE_STAYS, field="service", details={"code": code})


def create_accounts(
    *, provider_id: int, rows: Sequence[NewAccount], by: Actor, now: datetime
) -> list[AccountId]:
    """Enter accounts in bulk and say their keys in the order of the rows.

    A number the provider already has keeps its row: the register may be loaded again.

    :raises NumberRefused: a number is not of the provider's form; nothing is entered
    """
    provider = Provider.objects.get(pk=provider_id)
    lengths = frozenset(provider.account_lengths)
    numbers = [normalise_account_number(row.number, lengths) for row in rows]
    with transaction.atomic():
        known = _known(provider=provider, numbers=numbers)
        fresh: dict[str, NewAccount] = {}
        for number, row in zip(numbers, rows, strict=True):
            if number not in known:
                fresh.setdefault(number, row)
        entered = _enter(provider=provider, rows=fresh, now=now)
        if entered:
            journal.record(
                by=by,
                action="accounts.registered",
                subject="provider",
                subject_id=provider.public_id,
                now=now,
                after={"accounts": len(entered)},
            )
    known |= entered
    return [AccountId(known[number]) for number in numbers]


def _known(*, provider: Provider, numbers: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(numbers), BATCH):
        accounts = Account.objects.filter(provider=provider, number__in=numbers[start : start + BATCH])
        found.update(accounts.values_list("number", "pk"))
    return found


def _enter(*, provider: Provider, rows: Mapping[str, NewAccount], now: datetime) -> dict[str, int]:
    premises_ids = take_ids(model=Premises, count=len(rows))
    account_ids = take_ids(model=Account, count=len(rows))
    copy_rows(
        model=Premises,
        columns=("id", "city", "street", "house", "flat"),
        rows=(
            (key, row.city, row.street, row.house, row.flat)
            for key, row in zip(premises_ids, rows.values(), strict=True)
        ),
    )
    copy_rows(
        model=Account,
        columns=(
            "id", "public_id", "provider_id", "number", "premises_id", "holder_name", "registry_phone",
            "opened_on", "delivery", "delivery_email",
        ),
        rows=(
            (
                key, new_public_id(), provider.pk, number, premises, row.holder_name, row.registry_phone,
                row.opened_on, str(row.delivery), row.delivery_email,
            )
            for key, premises, (number, row) in zip(account_ids, premises_ids, rows.items(), strict=True)
        ),
    )  # fmt: skip
    first_terms(
        ((key, row.opened_on, _terms(row)) for key, row in zip(account_ids, rows.values(), strict=True)),
        source=TermsSource.REGISTER,
        now=now,
    )
    return dict(zip(rows, account_ids, strict=True))


def _terms(row: NewAccount) -> TermsValues:
    return TermsValues(
        row.tariff_group, row.residents, row.area_m2, row.rooms, row.stove, row.electric_heating
    )


def lock_account(account_id: int) -> None:
    """Let nobody else change the account until the transaction ends (a step)."""
    require_transaction()
    Account.objects.select_for_update(no_key=True).only("pk").get(pk=account_id)


def set_link_proofs(*, account_id: int, serials: Iterable[str]) -> None:
    """Make these meter numbers, and no others, prove a holder of the account (a step)."""
    set_link_proofs_many(serials={account_id: list(serials)})


def set_link_proofs_many(*, serials: Mapping[int, Sequence[str]]) -> None:
    """The same for many accounts at once (a step). :raises RuntimeError: no transaction is open"""
    require_transaction()
    keys = list(serials)
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        LinkProof.objects.filter(account_id__in=part).delete()
        copy_rows(
            model=LinkProof,
            columns=("account_id", "serial"),
            rows=((key, serial) for key in part for serial in dict.fromkeys(serials[key])),
        )
