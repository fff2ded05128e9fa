"""«Тарифы»: the prices in force by group, each beside the one of the table before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.bills.texts import price_text
from svet.look.formats import number
from svet.look.requests import now_of
from svet.staff.billing.shell import tabs
from svet.staff.shell.desk import desk_page
from svet.staffing.rules import Permission
from svet.tariffs import queries, texts
from svet.tariffs.queries import TariffRowView, TariffTable
from svet.tariffs.rules.tariff_diff import growth


@require_safe
@desk_page(Permission.BILLING)
def tariffs(request: HttpRequest) -> HttpResponse:
    """The tables of one group of a region: in force, before it, and those that are loaded for later."""
    today = timezone.localdate(now_of(request))
    regions = queries.regions()
    region = _chosen(request.GET.get("region") or account_queries.home_region(), regions)
    groups = queries.group_codes(region) if region else []
    group = _chosen(request.GET.get("group", ""), groups)
    tables = queries.tariff_tables(region=region, group=group) if group else []
    context = {
        "tabs": tabs("tariffs"),
        "regions": regions,
        "region": region,
        "groups": groups,
        "group": group,
        "tables": _shown(tables, today),
    }
    return render(request, "staff/billing_tariffs.html", context)


def _chosen(asked: str, known: Sequence[str]) -> str:
    """What was asked for if there is such a one, else the first."""
    return asked if asked in known else next(iter(known), "")


def _shown(tables: Sequence[TariffTable], today: date) -> list[dict[str, Any]]:
    """Tables that hold today or later, the newest first, each compared with the one before it."""
    ordered = sorted(tables, key=lambda table: table.since)
    found = []
    for place, table in enumerate(ordered):
        if table.until is not None and table.until < today:
            continue
        before = ordered[place - 1] if place else None
        holds = table.since <= today
        found.append(
            {
                "table": table,
                "days": texts.days(table.since, table.until),
                "state": _("действует") if holds else _("начнёт действовать"),
                "kind": "success" if holds else "info",
                "demonstration": any(row.demonstration for row in table.rows),
                "rows": _rows(table, before),
                "decrees": sorted({row.decree for row in table.rows if row.decree}),
                "sources": sorted({row.source_url for row in table.rows if row.source_url}),
                "compared": before is not None,
            }
        )
    return found[::-1]


def _rows(table: TariffTable, before: TariffTable | None) -> list[dict[str, Any]]:
    known = {} if before is None else {_place(row): row.price for row in before.rows}
    return [
        {
            "scheme": row.scheme,
            "zone": texts.zone_name(row.zone),
            "range": row.range_no,
            "limit": texts.limit(row),
            "price": price_text(row.price),
            "before": "—" if _place(row) not in known else price_text(known[_place(row)]),
            "growth": _growth(known.get(_place(row)), row.price),
        }
        for row in table.rows
    ]


def _place(row: TariffRowView) -> tuple[int, str, int]:
    return row.scheme, row.zone, row.range_no


def _growth(before: Decimal | None, after: Decimal) -> str:
    percent = growth(before=before, after=after)
    return "—" if percent is None else _("%(percent)s\u00a0%%") % {"percent": number(percent, sign=True)}


urlpatterns: list[URLPattern] = [path("billing/tariffs/", tariffs, name="staff-billing-tariffs")]
