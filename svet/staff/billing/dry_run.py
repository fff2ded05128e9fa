"""A month's dry run on one page: totals beside the month before, what they consist of, movers, the sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from svet.billing import texts
from svet.billing.queries.dry_runs import (
    DryRunAccountView,
    DryRunView,
    accounts_of_dry_run,
    dry_run_of,
    movers_of,
    sample_of,
)
from svet.billing.texts import month_tables
from svet.billing.texts import months as month_texts
from svet.look.formats import energy, number, roubles
from svet.staff.billing.shell import PAGE, around, month_at, page_of, provider_at, tabs
from svet.staff.shell.desk import deny_as_missing, desk_page
from svet.staff.shell.sheets import line_of
from svet.staffing.rules import Permission


@require_safe
@desk_page(Permission.BILLING)
def dry_run(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """The dry run that stands for the month."""
    provider, asked = provider_at(request, code), month_at(request, period)
    found = dry_run_of(provider_id=provider.provider_id, period=asked)
    page = page_of(request)
    movers = (
        []
        if found is None
        else movers_of(dry_run_id=found.dry_run_id, limit=PAGE + 1, offset=(page - 1) * PAGE)
    )
    context: dict[str, Any] = {
        "tabs": tabs("months"),
        "provider": provider,
        "period": asked,
        "dry_run": found,
        "totals": [] if found is None else _totals(found),
        "parts": [] if found is None else [(month_texts.part_name(each.part), each) for each in found.parts],
        "problems": []
        if found is None
        else [(texts.problem(reason, {}), count) for reason, count in found.problems.items()],
        "causes": []
        if found is None
        else [(month_texts.mover_name(cause), count) for cause, count in found.movers.items()],
        "movers": [_row(each) for each in movers[:PAGE]],
        "sample": []
        if found is None or page > 1
        else [_row(each) for each in sample_of(dry_run_id=found.dry_run_id)],
        **around(page, movers),
    }
    return render(request, "staff/billing_dry_run.html", context)


@require_safe
@desk_page(Permission.BILLING)
def dry_run_csv(request: HttpRequest, code: str, period: str) -> HttpResponse | StreamingHttpResponse:
    """Every account of the dry run as a file for a spreadsheet."""
    provider, asked = provider_at(request, code), month_at(request, period)
    found = dry_run_of(provider_id=provider.provider_id, period=asked)
    if found is None:
        deny_as_missing(request, subject="dry_run", public_id=f"{code}/{period}")
    return StreamingHttpResponse(
        _lines(found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="dry-run-{provider.code}-{asked}.csv"'},
    )


def _lines(found: DryRunView) -> Iterator[str]:
    yield "\ufeff"
    yield line_of(month_tables.dry_run_heads())
    for each in accounts_of_dry_run(dry_run_id=found.dry_run_id):
        yield line_of(month_tables.dry_run_cells(each))


def _totals(found: DryRunView) -> list[tuple[str, str, str, str]]:
    """(what, now, before, difference) of the totals."""
    now, before = found.now, found.before
    return [
        (
            _("Начислено"),
            roubles(now.kopecks),
            roubles(before.kopecks),
            roubles(now.kopecks - before.kopecks, sign=True),
        ),
        (_("Расход"), energy(now.kwh), energy(before.kwh), energy(now.kwh - before.kwh, sign=True)),
        (
            _("Лицевых счетов"),
            number(now.accounts),
            number(before.accounts),
            number(now.accounts - before.accounts, sign=True),
        ),
        (
            _("Без показаний"),
            _percent(now.estimated, now.estimated_percent),
            _percent(before.estimated, before.estimated_percent),
            number(now.estimated - before.estimated, sign=True),
        ),
    ]


def _percent(count: int, share: Any) -> str:
    return _("%(count)s (%(share)s\u00a0%%)") % {"count": number(count), "share": number(share)}


def _row(each: DryRunAccountView) -> dict[str, Any]:
    if each.reason is not None:
        why = texts.problem_name(each.reason)
    else:
        why = "" if each.mover is None else month_texts.mover_name(each.mover)
    return {"view": each, "why": why, "percent": month_texts.percent(each.moved_percent)}


urlpatterns: list[URLPattern] = [
    path("billing/<slug:code>/<str:period>/dry-run/", dry_run, name="staff-billing-dry-run"),
    path("billing/<slug:code>/<str:period>/dry-run.csv", dry_run_csv, name="staff-billing-dry-run-csv"),
]
