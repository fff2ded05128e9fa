"""«Тарифы»: the prices of a group with their sources, and a small calculator that compares the schemes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries.terms import terms_of
from svet.billing.queries import Preview, calculate
from svet.billing.rules import BillingRefused
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.session import actor_of, now_of
from svet.kernel.actors import ActorKind
from svet.look.formats import NBSP, number
from svet.metering.rules import Scheme, Zone
from svet.tariffs import queries
from svet.tariffs.queries import TariffRowView

_KWH = re.compile(r"[0-9]{1,6}", re.ASCII)
_SENTENCE = re.compile(r"(?<=\.)\s+(?=[А-ЯЁ])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """One zone of a scheme with its prices, range after range."""

    name: str
    hours: str
    prices: list[str]


@dataclass(frozen=True, slots=True)
class SchemeTable:
    """The prices of one scheme: what the columns are and the zones below them."""

    name: str
    ranges: list[str]
    zones: list[ZoneRow]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the prices come from, and how those that nobody published were made up."""

    links: list[str]
    decrees: list[str]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Cost:
    """What the calculator found for one scheme; ``best`` is the cheapest."""

    scheme: str
    preview: Preview
    best: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Which prices the page shows."""

    region: str
    group: str
    on: date


class KwhField(forms.CharField):
    """Whole kWh of a month, at most six ASCII digits; empty is nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=6, **kwargs)

    def clean(self, value: object) -> Decimal | None:
        """The volume, or None where nothing was typed. :raises ValidationError: not a whole number"""
        text = str(value or "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
        if not text:
            return None
        if len(text) > 6 or not _KWH.fullmatch(text):
            raise ValidationError(_("Введите целое число кВт·ч, не больше шести цифр."), code="bad_kwh")
        return Decimal(text)


class Calculator(Form):
    """kWh of a month by time of day; the peak is a part of the day and may be left out."""

    day = KwhField(label=gettext_lazy("Днём, с 7 до 23 часов, кВт·ч"))
    night = KwhField(label=gettext_lazy("Ночью, с 23 до 7 часов, кВт·ч"))
    peak = KwhField(label=gettext_lazy("Из дневных — в пик, с 7 до 10 и с 17 до 21 часа, кВт·ч"))

    def clean(self) -> dict[str, Decimal | None]:
        """The peak cannot be more than the whole day."""
        found: dict[str, Decimal | None] = super().clean() or self.cleaned_data
        peak, day = found.get("peak"), found.get("day")
        if peak is not None and "day" in found and peak > (day or 0):
            self.add_error("peak", ValidationError(_("В пик не может быть больше, чем за весь день.")))
        return found


@require_safe
def tariffs_page(request: HttpRequest) -> HttpResponse:
    """Prices of a region's group on a day; with kWh in the address, what they cost in every scheme."""
    regions = queries.regions()
    choice = _choice(request, regions)
    groups = queries.groups(choice.region, on=choice.on)
    rows = queries.tariffs(choice.region, choice.group, choice.on)
    asked = any(request.GET.get(name) for name in ("day", "night", "peak"))
    form = Calculator(request.GET) if asked else Calculator()
    costs = _costs(form.cleaned_data, choice) if asked and form.is_valid() else []
    return render(
        request,
        "cabinet/tariffs.html",
        {
            "choice": choice,
            "regions": regions,
            "groups": groups,
            "group_name": dict(groups).get(choice.group, ""),
            "periods": queries.periods(choice.region, choice.group),
            "tables": _tables(rows),
            "sources": _sources(rows),
            "valid_from": rows[0].valid_from if rows else None,
            "valid_to": rows[0].valid_to if rows else None,
            "demonstration": any(row.demonstration for row in rows),
            "form": form,
            "costs": costs,
        },
    )


def _choice(request: HttpRequest, regions: Sequence[str]) -> Choice:
    """What the address names, else those of the person's first account or of the retailer's region."""
    on = _day(request.GET.get("on", "")) or timezone.localtime(now_of(request)).date()
    home, own = _home(request)
    region = request.GET.get("region", "")
    if region not in regions:
        region = home if home in regions else (regions[0] if regions else "")
    codes = [code for code, _name in queries.groups(region, on=on)]
    if not codes and "on" not in request.GET:
        # A region whose prices end in the past opens on the last of them.
        last = queries.periods(region)
        on = last[0][0] if last else on
        codes = [code for code, _name in queries.groups(region, on=on)]
    group = request.GET.get("group", "")
    if group not in codes:
        group = own if region == home and own in codes else (codes[0] if codes else "")
    return Choice(region, group, on)


def _home(request: HttpRequest) -> tuple[str, str]:
    """Region and group of the person's first account, else the region the retailer serves."""
    actor = actor_of(request)
    if actor.kind is ActorKind.PERSON:
        account = account_queries.first_account(actor)
        if account is not None:
            today = account_queries.provider_today(account.provider, now_of(request))
            terms = terms_of([account.account_id], on=today)[account.account_id]
            return account.provider.region, terms.tariff_group
    return account_queries.home_region(), ""


def _day(text: str) -> date | None:
    if len(text) != 10 or not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _tables(rows: Sequence[TariffRowView]) -> list[SchemeTable]:
    tables = []
    for scheme, of_scheme in groupby(rows, key=lambda row: row.scheme):
        zones = [list(found) for _zone, found in groupby(of_scheme, key=lambda row: row.zone)]
        # A publication may leave out a range of a zone, or name none at all.
        ranges = {row.range_no: row for found in zones for row in found}
        numbers = sorted(ranges)
        plain = len(ranges) == 1 and all(_endless(row) for row in ranges.values())
        tables.append(
            SchemeTable(
                name=scheme_name(scheme),
                ranges=[_("Цена за кВт·ч")] if plain else [_range_name(ranges[n]) for n in numbers],
                zones=[ZoneRow(*_zone_name(found[0].zone), _prices(found, numbers)) for found in zones],
            )
        )
    return tables


def _prices(rows: Sequence[TariffRowView], ranges: Sequence[int]) -> list[str]:
    """The prices of a zone under the ranges of its table; a dash where none was published."""
    found = {row.range_no: _price(row.price) for row in rows}
    return [found.get(number, "—") for number in ranges]


def _endless(row: TariffRowView) -> bool:
    return row.range_upper_kwh is None and row.per_person is None and not row.limit_unknown


def _sources(rows: Sequence[TariffRowView]) -> Sources:
    """Each address, decree and sentence of the notes once, in the order of the table."""
    sentences = [sentence for row in rows for sentence in _SENTENCE.split(row.note) if sentence]
    return Sources(
        links=list(dict.fromkeys(row.source_url for row in rows if row.source_url)),
        decrees=list(dict.fromkeys(row.decree for row in rows if row.decree)),
        notes=list(dict.fromkeys(sentences)),
    )


def scheme_name(scheme: int) -> str:
    """A scheme as the prices call it."""
    return {
        Scheme.SINGLE: _("Круглосуточный тариф"),
        Scheme.DAY_NIGHT: _("Два тарифа: день и ночь"),
        Scheme.PEAKS: _("Три тарифа: пик, полупик и ночь"),
    }[Scheme(scheme)]


def _zone_name(zone: Zone) -> tuple[str, str]:
    return {
        Zone.SINGLE: (_("Круглосуточный"), ""),
        Zone.DAY: (_("День"), _("с 7 до 23 часов")),
        Zone.NIGHT: (_("Ночь"), _("с 23 до 7 часов")),
        Zone.PEAK: (_("Пик"), _("с 7 до 10 и с 17 до 21 часа")),
        Zone.SEMIPEAK: (_("Полупик"), _("с 10 до 17 и с 21 до 23 часов")),
    }[zone]


def _price(price: Decimal) -> str:
    """Roubles per kWh: kopecks always, further digits only where the regulator gives them."""
    cents = price.quantize(Decimal("0.01"))
    return f"{number(price, places=2) if cents == price else number(price)}{NBSP}₽"


def _range_name(row: TariffRowView) -> str:
    if row.per_person is not None:
        return _("до {kwh} кВт·ч на человека").format(kwh=number(row.per_person))
    if row.limit_unknown:
        return _("диапазон {number}, предел не опубликован").format(number=row.range_no)
    if row.range_upper_kwh is None and row.range_no > 1 and not row.range_lower_kwh:
        return _("сверх диапазона {number}").format(number=row.range_no - 1)
    if row.range_upper_kwh is None:
        return _("свыше {lower} кВт·ч").format(lower=number(row.range_lower_kwh))
    if not row.range_lower_kwh:
        return _("до {upper} кВт·ч").format(upper=number(row.range_upper_kwh))
    return _("{lower}–{upper} кВт·ч").format(
        lower=number(row.range_lower_kwh + 1), upper=number(row.range_upper_kwh)
    )


def _costs(kwh: Mapping[str, Decimal | None], choice: Choice) -> list[Cost]:
    nothing = Decimal(0)
    day, night, peak = kwh.get("day") or nothing, kwh.get("night") or nothing, kwh.get("peak")
    cases: list[tuple[int, dict[Zone, Decimal]]] = [
        (Scheme.SINGLE, {Zone.SINGLE: day + night}),
        (Scheme.DAY_NIGHT, {Zone.DAY: day, Zone.NIGHT: night}),
    ]
    if peak is not None:
        cases.append((Scheme.PEAKS, {Zone.PEAK: peak, Zone.SEMIPEAK: day - peak, Zone.NIGHT: night}))
    found = []
    for scheme, usage in cases:
        try:
            preview = calculate(region=choice.region, group=choice.group, usage=usage, on=choice.on)
        except BillingRefused:
            continue
        found.append((scheme_name(scheme), preview))
    least = min((preview.total for _name, preview in found), default=None)
    return [Cost(name, preview, best=len(found) > 1 and preview.total == least) for name, preview in found]


urlpatterns: list[URLPattern] = [path("tariffs/", tariffs_page, name="tariffs")]
