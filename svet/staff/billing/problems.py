"""«Ошибки»: who could not be charged and why, how to mend it, and trying the mended ones again."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.billing import queries, texts
from svet.billing.operations import asking
from svet.billing.queries.problem_desk import (
    accounts_of_problems,
    problem_rows,
    problem_share,
    reason_counts,
)
from svet.billing.rules import BillingReason
from svet.billing.rules.kinds import PROBLEMS
from svet.billing.texts import month_tables
from svet.kernel import words
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.look.requests import now_of
from svet.staff.billing.shell import PAGE, ROOT, around, month_at, page_of, provider_at, tabs
from svet.staff.shell.desk import actor_of, desk_page
from svet.staff.shell.sheets import line_of
from svet.staffing.rules import Permission


@require_safe
@desk_page(Permission.BILLING)
def overview(request: HttpRequest) -> HttpResponse:
    """Months of every provider with accounts that nobody has charged, each with its reasons."""
    months = [
        {
            "provider": provider,
            "month": each,
            "reasons": [
                (texts.problem_name(found.reason), found.count)
                for found in reason_counts(provider_id=provider.provider_id, period=each.period)
            ],
        }
        for provider in account_queries.charging_providers()
        for each in reversed(queries.open_months(provider_id=provider.provider_id))
    ]
    return render(request, "staff/billing_problems.html", {"tabs": tabs("problems"), "months": months})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.BILLING)
def problems(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """The problems of one month, all or of one reason; those that are ticked are tried again."""
    provider, asked = provider_at(request, code), month_at(request, period)
    if request.method == "POST":
        return _retry(request, provider, asked)
    page, reason = page_of(request), _reason(request)
    rows = problem_rows(
        provider_id=provider.provider_id,
        period=asked,
        reason=reason,
        limit=PAGE + 1,
        offset=(page - 1) * PAGE,
    )
    context = {
        "tabs": tabs("problems"),
        "provider": provider,
        "period": asked,
        "share": problem_share(provider_id=provider.provider_id, period=asked),
        "percent": queries.rules_for(provider.provider_id, asked).problems_percent,
        "reason": "" if reason is None else reason.value,
        "reasons": [
            {"word": each.reason.value, "name": texts.problem_name(each.reason), "count": each.count}
            for each in reason_counts(provider_id=provider.provider_id, period=asked)
        ],
        "rows": [(each, texts.problem(each.reason, each.details)) for each in rows[:PAGE]],
        **around(page, rows),
    }
    return render(request, "staff/billing_month_problems.html", context)


@require_safe
@desk_page(Permission.BILLING)
def problems_csv(request: HttpRequest, code: str, period: str) -> StreamingHttpResponse:
    """The same list as a file for a spreadsheet."""
    provider, asked = provider_at(request, code), month_at(request, period)
    return StreamingHttpResponse(
        _lines(provider, asked, _reason(request)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="problems-{provider.code}-{asked}.csv"'},
    )


def _lines(provider: ProviderView, period: Month, reason: BillingReason | None) -> Iterator[str]:
    yield "\ufeff"
    yield line_of(month_tables.problem_heads())
    for each in queries.problems(provider_ids=[provider.provider_id], period=period, reason=reason):
        yield line_of(month_tables.problem_cells(each))


def _retry(request: HttpRequest, provider: ProviderView, period: Month) -> HttpResponse:
    chosen = accounts_of_problems(
        provider_id=provider.provider_id,
        period=period,
        account_public_ids=request.POST.getlist("account")[: PAGE * 2],
    )
    try:
        asking.ask_retry(
            provider_id=provider.provider_id,
            period=period,
            account_ids=chosen,
            by=actor_of(request),
            now=now_of(request),
        )
    except Refused as refused:
        messages.error(request, words.explain(refused))
        return redirect(f"{ROOT}{provider.code}/{period}/problems/")
    messages.success(request, _("Выбранные счета начислим ещё раз."))
    return redirect(f"{ROOT}{provider.code}/{period}/")


def _reason(request: HttpRequest) -> BillingReason | None:
    """The reason the list is narrowed to; an unknown one narrows nothing."""
    asked = request.GET.get("reason", "")
    return next((each for each in PROBLEMS if each.value == asked), None)


overview_urlpatterns: list[URLPattern] = [
    path("billing/problems/", overview, name="staff-billing-problems"),
]
urlpatterns: list[URLPattern] = [
    path("billing/<slug:code>/<str:period>/problems/", problems, name="staff-billing-month-problems"),
    path("billing/<slug:code>/<str:period>/problems.csv", problems_csv, name="staff-billing-problems-csv"),
]
