"""What stands now, in the same words in which it is asked, and what waits for a second member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from svet.accounts.queries import ProviderView, provider_today, providers
from svet.arrangements.queries.limits import provider_limits
from svet.arrangements.rules.limits import SUMS
from svet.billing.queries.policies import policies
from svet.kernel.money import Money
from svet.kernel.writing import plain_number
from svet.payments.queries.shops import ShopView, shops
from svet.setup.models import SupplierDraft
from svet.setup.rules import CARDS, NO_CARDS, REQUISITES, SetupState
from svet.site.queries import installation, is_set_up
from svet.staffing.queries import members


def present(*, now: datetime) -> SetupState:
    """The answers as they stand in the database; nothing of a retailer nobody has named."""
    return SetupState(
        retailer=_retailer(),
        suppliers={row.code: _supplier(row, now=now) for row in providers()},
        members=frozenset(one.phone for one in members()),
        shops={one.code: _shop(one) for one in shops()},
        limits=_limits(now=now),
    )


def _limits(*, now: datetime) -> dict[str, dict[str, str]]:
    rows = providers()
    held = provider_limits({row.provider_id: provider_today(row, now) for row in rows})
    return {
        row.code: {"supplier": row.code}
        | {
            name: plain_number(Money(value).roubles) if name in SUMS else str(value)
            for name, value in held[row.provider_id].numbers.items()
        }
        for row in rows
    }


def _retailer() -> dict[str, str]:
    if not is_set_up():
        return {}
    view = installation()
    return {
        "brand": view.brand,
        "legal_name": view.legal_name,
        "hotline": view.hotline,
        "hours": view.hours_text,
        "site": view.site_url,
        "address": view.address,
        "reception_email": view.reception_email,
        "primary_color": view.primary_color,
        "accent_color": view.accent_color,
    }


def _supplier(row: ProviderView, *, now: datetime) -> dict[str, str]:
    return {
        "code": row.code,
        "name": row.name,
        "legal_name": row.legal_name,
        "region": row.region,
        "inn": row.inn,
        "kpp": row.kpp,
        "bic": row.bic,
        "bank": row.bank_name,
        "account": row.settlement_account,
        "correspondent_account": row.correspondent_account,
        "account_lengths": ", ".join(map(str, sorted(row.account_lengths))),
        "window": f"{row.window_from_day}–{row.window_to_day}",
        "due_day": str(row.due_day),
        "time_zone": row.time_zone,
        "hotline": row.hotline,
        "service": row.service.value,
        "norm": _norm(row, now=now),
    }


def _shop(one: ShopView) -> dict[str, str]:
    return {
        "code": one.code,
        "name": one.name,
        "address": one.address,
        "secret": one.secret,
        "cards": CARDS if one.keeps_cards else NO_CARDS,
        "suppliers": ", ".join(one.providers),
    }


def _norm(row: ProviderView, *, now: datetime) -> str:
    today = provider_today(row, now)
    norms = [
        each.rules.norm_kwh_per_person
        for each in policies(provider_id=row.provider_id)
        if each.valid_from <= today
    ]
    return "" if not norms or norms[-1] is None else plain_number(norms[-1])


@dataclass(frozen=True, slots=True)
class DraftView:
    """What of a supplier waits for a second member; ``is_new``: the whole supplier does."""

    public_id: str
    code: str
    wanted: Mapping[str, str]
    standing: Mapping[str, str]
    reason: str
    by_id: int | None
    by_name: str
    asked_at: datetime

    @property
    def is_new(self) -> bool:
        return not self.standing


def waiting_drafts() -> list[DraftView]:
    """What waits for a second member, the oldest first."""
    rows = SupplierDraft.objects.filter(signed_at=None, refused_at=None).order_by("asked_at", "pk")
    return [
        DraftView(
            row.public_id,
            row.code,
            row.wanted,
            row.standing,
            row.reason,
            row.by_id,
            row.by_name,
            row.asked_at,
        )
        for row in rows
    ]


def waiting_drafts_count() -> int:
    """How much waits for a second member."""
    return SupplierDraft.objects.filter(signed_at=None, refused_at=None).count()


def requisites_of(supplier: Mapping[str, str]) -> dict[str, str]:
    """Of a supplier's answers those that say where money goes."""
    return {key: supplier.get(key, "") for key in REQUISITES}
