"""Suppliers: by key, by code, all of them; their days, and when it is time to remind."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from svet.accounts.models import Provider
from svet.accounts.queries.views import ProviderView, provider_view
from svet.kernel.frozen import frozen
from svet.kernel.ids import ProviderId
from svet.notices.rules import is_time_to_remind


class InZone(Protocol):
    """Whatever counts its days in a zone: the value of a supplier, or the row another room's row leads to."""

    @property
    def time_zone(self) -> str: ...


def providers() -> list[ProviderView]:
    """All suppliers in the order they were entered."""
    return [provider_view(row) for row in _everyone.all()]


@frozen
def _everyone() -> QuerySet[Provider]:
    return Provider.objects.order_by("pk")


def charging_providers() -> list[ProviderView]:
    """Those whose sums are computed here: the others' come from billings of their own (decision 208)."""
    return [provider for provider in providers() if provider.service.charged_here]


def provider_by_id(provider_id: int) -> ProviderView:
    """The supplier with this inner key, which must be there."""
    row = _by_id.first(provider_id)
    if row is None:
        raise Provider.DoesNotExist
    return provider_view(row)


@frozen
def _by_id(provider_id: int) -> QuerySet[Provider]:
    return Provider.objects.filter(pk=provider_id)


def time_zones() -> dict[ProviderId, ZoneInfo]:
    """The zone of every supplier."""
    rows = Provider.objects.order_by("pk").values_list("pk", "time_zone")
    return {ProviderId(key): ZoneInfo(zone) for key, zone in rows}


def account_lengths() -> frozenset[int]:
    """How long account numbers may be with any of the providers; ten digits before the first provider."""
    lengths = Provider.objects.values_list("account_lengths", flat=True)
    return frozenset(length for of_one in lengths for length in of_one) or frozenset({10})


def home_region() -> str:
    """The region of the first provider that names one: whose prices a visitor without an account sees."""
    named = Provider.objects.exclude(region="").order_by("pk").values_list("region", flat=True)
    return named.first() or ""


def provider_today(provider: InZone, now: datetime) -> date:
    """The date at the provider at this moment."""
    return now.astimezone(ZoneInfo(provider.time_zone)).date()


def providers_to_remind(now: datetime) -> dict[date, list[ProviderView]]:
    """The providers at which it is an hour for reminders, by the date it is there."""
    found: dict[date, list[ProviderView]] = {}
    for provider in providers():
        local = now.astimezone(ZoneInfo(provider.time_zone))
        if is_time_to_remind(local):
            found.setdefault(local.date(), []).append(provider)
    return found
