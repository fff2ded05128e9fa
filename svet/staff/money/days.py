"""«Сверка»: the last days of every payee against the bank, and what does not agree, the oldest first."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_safe

from svet.look.requests import now_of
from svet.payments import texts
from svet.payments.queries import reconciliation
from svet.staff.money.words import how_long
from svet.staff.shell.desk import desk_page
from svet.staffing.rules import Permission

#: So many days and differences are shown.
DAYS = 31
MOST = 200


@require_safe
@desk_page(Permission.MONEY)
def days(request: HttpRequest) -> HttpResponse:
    """Days by payees, and every open difference with both sums and the way to its case."""
    now = now_of(request)
    found = reconciliation.differences(limit=MOST)
    today = now.date()
    context = {
        "days": reconciliation.days(since=today - timedelta(days=DAYS), until=today + timedelta(days=1)),
        "differences": [(one, texts.difference(one.kind), how_long(one.age(now))) for one in found],
        "most": MOST,
    }
    return render(request, "staff/money_days.html", context)


urlpatterns: list[URLPattern] = [
    path("money/days/", days, name="staff-money-days"),
]
