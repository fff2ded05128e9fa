"""What this room says of a supplier, a place and an account: frozen values, each with its inner key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from svet.accounts import rules
from svet.accounts.models import Account, Premises, Provider
from svet.kernel.ids import AccountId, PremisesId, ProviderId
from svet.kernel.services import Service


@dataclass(frozen=True, slots=True)
class ProviderView:
    """A supplier: requisites, the window of readings in days of a month, the zone its days are counted in."""

    provider_id: ProviderId
    public_id: str
    code: str
    name: str
    legal_name: str
    service: Service
    inn: str
    kpp: str
    settlement_account: str
    bank_name: str
    bic: str
    correspondent_account: str
    account_lengths: tuple[int, ...]
    window_from_day: int
    window_to_day: int
    due_day: int
    dispute_days: int
    absence_months: int
    time_zone: str
    hotline: str
    region: str
    logo_color: str


@dataclass(frozen=True, slots=True)
class PremisesView:
    """The flat or house that is supplied, as the registry writes it; ``flat`` is not for strangers."""

    premises_id: PremisesId
    city: str
    street: str
    house: str
    flat: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account as the registry has it: name, phone and flat are not for strangers."""

    account_id: AccountId
    public_id: str
    number: str
    provider: ProviderView
    premises: PremisesView
    holder_name: str
    registry_phone: str
    opened_on: date
    closed_on: date | None
    delivery: str
    delivery_email: str
    held_since: date | None


def provider_view(row: Provider) -> ProviderView:
    """The value of a row; for this room."""
    return ProviderView(
        provider_id=ProviderId(row.pk),
        public_id=row.public_id,
        code=row.code,
        name=row.name,
        legal_name=row.legal_name,
        service=Service(row.service),
        inn=row.inn,
        kpp=row.kpp,
        settlement_account=row.settlement_account,
        bank_name=row.bank_name,
        bic=row.bic,
        correspondent_account=row.correspondent_account,
        account_lengths=tuple(row.account_lengths),
        window_from_day=row.window_from_day,
        window_to_day=row.window_to_day,
        due_day=row.due_day,
        dispute_days=row.dispute_days,
        absence_months=row.absence_months,
        time_zone=row.time_zone,
        hotline=row.hotline,
        region=row.region,
        logo_color=row.logo_color,
    )


def account_view(row: Account) -> AccountView:
    """The value of a row that was read with its provider and premises, here or through a foreign key."""
    return AccountView(
        account_id=AccountId(row.pk),
        public_id=row.public_id,
        number=row.number,
        provider=provider_view(row.provider),
        premises=_premises_view(row.premises),
        holder_name=row.holder_name,
        registry_phone=row.registry_phone,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        delivery=row.delivery,
        delivery_email=row.delivery_email,
        held_since=row.held_since,
    )


def _premises_view(row: Premises) -> PremisesView:
    return PremisesView(
        premises_id=PremisesId(row.pk),
        city=row.city,
        street=row.street,
        house=row.house,
        flat=row.flat,
    )


def shown_holder(account: AccountView, *, confirmed: bool) -> str:
    """The holder's name for a page or a document."""
    return account.holder_name if confirmed else rules.mask_name(account.holder_name)


def shown_address(account: AccountView, *, confirmed: bool) -> str:
    """The address for a page or a document."""
    place = account.premises
    return rules.address(
        city=place.city, street=place.street, house=place.house, flat=place.flat, shown=confirmed
    )
