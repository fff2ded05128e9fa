"""«Расчёты»: the months of every provider, each with its state, its run and what is not charged."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.billing import queries
from svet.billing.queries.decisions import waiting_decision_count
from svet.billing.queries.months import BillingMonthView, month_views
from svet.billing.queries.policies import rules_for
from svet.billing.rules.months import MonthState
from svet.billing.texts import months as month_texts
from svet.look.requests import now_of
from svet.staff.billing import (
    decisions,
    dry_run,
    houses,
    law,
    money_limits,
    month,
    penalties,
    policy,
    problems,
    tariffs,
)
from svet.staff.billing.shell import ROOT, page_of, tabs
from svet.staff.shell.desk import Desk, desk_page
from svet.staffing.rules import Permission

#: A year and the month that is due.
SHOWN = 13
_KINDS = {
    MonthState.OPEN: "neutral",
    MonthState.READY: "warning",
    MonthState.RELEASED: "info",
    MonthState.CHARGING: "info",
    MonthState.CHARGED: "success",
    MonthState.ISSUED: "success",
}


def _count(now: datetime) -> int:
    """Accounts that nobody has charged, and decisions that wait for a hand."""
    return waiting_decision_count() + sum(
        each.problems
        for provider in account_queries.charging_providers()
        for each in queries.open_months(provider_id=provider.provider_id)
    )


DESK = Desk(
    name="billing",
    label=gettext_lazy("Расчёты"),
    url=ROOT,
    icon="calendar",
    permission=Permission.BILLING,
    letter="b",
    count=_count,
)


@require_safe
@desk_page(Permission.BILLING)
def months(request: HttpRequest) -> HttpResponse:
    """The newest months of each provider; older ones on further pages."""
    now, number = now_of(request), page_of(request)
    suppliers = []
    for provider in account_queries.charging_providers():
        found = month_views(
            provider_id=provider.provider_id,
            today=account_queries.provider_today(provider, now),
            limit=SHOWN + 1,
            offset=(number - 1) * SHOWN,
        )
        suppliers.append(
            (provider, [_row(each, provider.provider_id) for each in found[:SHOWN]], len(found) > SHOWN)
        )
    context = {
        "tabs": tabs("months"),
        "suppliers": suppliers,
        "before": number - 1,
        "after": number + 1 if any(more for *_rest, more in suppliers) else 0,
    }
    return render(request, "staff/billing_months.html", context)


def _row(view: BillingMonthView, provider_id: int) -> dict[str, object]:
    # Only of a month that is ready it matters, and few are.
    alone = view.state is MonthState.READY and not rules_for(provider_id, view.period).release_required
    lasted = None if view.run is None else view.run.duration
    return {
        "view": view,
        "state": month_texts.state_name(view.state, alone=alone),
        "kind": _KINDS[view.state],
        "duration": "" if lasted is None else month_texts.duration(lasted),
    }


urlpatterns: list[URLPattern] = [
    path("billing/", months, name="staff-billing"),
    *problems.overview_urlpatterns,
    *decisions.urlpatterns,
    *houses.urlpatterns,
    *tariffs.urlpatterns,
    *policy.urlpatterns,
    *penalties.urlpatterns,
    *money_limits.urlpatterns,
    *law.urlpatterns,
    *month.urlpatterns,
    *dry_run.urlpatterns,
    *problems.urlpatterns,
]
