"""«Сверка с банком»: days of every payee, what does not agree, and the statements of our accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.exchange.operations.statements import take_statement
from svet.exchange.reporting import statement_summary
from svet.kernel.money import ZERO
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.payments import texts
from svet.payments.operations.shops import shops_without_lists
from svet.payments.queries import reconciliation
from svet.payments.queries.statements import settled_by_day, statement_rows_waiting
from svet.staff.money.words import explain, how_long
from svet.staff.shell.desk import actor_of, desk_page
from svet.staff.shell.forms import answer
from svet.staffing.rules import Permission

#: So many days and differences are shown.
DAYS = 31
MOST = 200
#: So many bad lines of a statement are told at once.
MOST_FAULTS = 20


class StatementForm(Form):
    """A statement of a settlement account, as the bank's client saves it."""

    file = forms.FileField(
        required=True,
        label=gettext_lazy("Файл выписки"),
        help_text=gettext_lazy("1CClientBankExchange (kl_to_1c.txt) или camt.053, до 20 МБ."),
        error_messages={
            "required": gettext_lazy("Выберите файл выписки."),
            "empty": gettext_lazy("Файл пуст."),
            "missing": gettext_lazy("Выберите файл выписки."),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def days(request: HttpRequest) -> HttpResponse:
    """Days by payees, every open difference with the way to its case, and statements of accounts."""
    form = StatementForm(request.POST, request.FILES) if request.method == "POST" else StatementForm()

    def take() -> HttpResponse:
        file = form.cleaned_data["file"]
        report = take_statement(
            name=file.name, content=file.read(), by=actor_of(request), now=now_of(request)
        )
        say = messages.warning if report.loud else messages.success
        say(request, statement_summary(report))
        for sentence in report.faults[:MOST_FAULTS]:
            messages.warning(request, sentence)
        return redirect(request.path)

    act = take if request.method == "POST" else None
    return answer(
        request,
        "staff/money_days.html",
        lambda: _context(request) | {"form": form},
        form=form,
        act=act,
        explain=explain,
    )


def _context(request: HttpRequest) -> dict[str, Any]:
    now = now_of(request)
    today = now.date()
    since, until = today - timedelta(days=DAYS), today + timedelta(days=1)
    settled = settled_by_day(since=since, until=until)
    rows = []
    for one in reconciliation.days(since=since, until=until):
        came = settled.get((one.day, one.provider_id), ZERO)
        rows.append((one, came, one.taken - one.refunded + one.register - came))
    found = reconciliation.differences(limit=MOST)
    return {
        "unlisted": ", ".join(shops_without_lists()),
        "days": rows,
        "differences": [(one, texts.difference(one.kind), how_long(one.age(now))) for one in found],
        "waiting": [(row, how_long(now - row.since)) for row in statement_rows_waiting(limit=MOST)],
        "most": MOST,
    }


urlpatterns: list[URLPattern] = [
    path("money/days/", days, name="staff-money-days"),
]
