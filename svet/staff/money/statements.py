"""A row of a statement that nothing fits: a customer's money, none of ours, or left until a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.look.requests import now_of
from svet.payments.operations import stated
from svet.payments.queries.statements import StatementRowView, statement_row_by_id
from svet.payments.rules.chargebacks import speaks_of_dispute
from svet.payments.rules.matching import STATEMENT_WAITS
from svet.payments.rules.registers import CaseKind
from svet.payments.texts.statements import statement_state
from svet.staff.money.acts import CLAIMS, claim, ownership
from svet.staff.money.words import explain, how_long
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing.rules import Permission

_LIST = "staff-money-days"


class CustomersForm(ReasonForm):
    """Why it is a customer's money."""

    prefix = "customers"


class AsideForm(ReasonForm):
    """Why it is none of ours."""

    prefix = "aside"


class PutOffForm(ReasonForm):
    """Until when it may wait, and why."""

    prefix = "later"
    until = forms.DateField(
        label=gettext_lazy("Оставить до"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": gettext_lazy("Введите день так: 31.12.2026.")},
    )
    field_order = ["until", "reason"]


_FORMS: dict[str, type[ReasonForm]] = {"customers": CustomersForm, "aside": AsideForm, "later": PutOffForm}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def statement_row(request: HttpRequest, statement_row_public_id: str) -> HttpResponse:
    """One row of a statement with what may be decided about it."""
    found = statement_row_by_id(statement_row_public_id)
    if found is None:
        deny_as_missing(request, subject="statement_row", public_id=statement_row_public_id)
    asked = request.POST.get("act", "") if request.method == "POST" else ""
    if asked in CLAIMS:
        return claim(request, CaseKind.STATEMENT, found.public_id, asked)
    shown = {name: form(request.POST if asked == name else None) for name, form in _FORMS.items()}
    form = shown.get(asked, shown["customers"])

    def decide() -> HttpResponse:
        try:
            return _decide(request, found, asked, form.cleaned_data)
        except stated.StatementRowConflict as conflict:
            messages.error(request, explain(conflict))
            return redirect(request.path)

    act: Callable[[], HttpResponse] | None = decide if asked in _FORMS else None
    return answer(
        request,
        "staff/money_statement_row.html",
        lambda: _context(request, found) | {f"{name}_form": each for name, each in shown.items()},
        form=form,
        act=act,
        explain=explain,
    )


def _decide(request: HttpRequest, found: StatementRowView, asked: str, data: dict[str, Any]) -> HttpResponse:
    said: dict[str, Any] = {
        "row_public_id": found.public_id,
        "by": actor_of(request),
        "reason": data["reason"],
        "now": now_of(request),
    }
    if asked == "later":
        stated.put_off(until=data["until"], **said)
        messages.success(request, _("Оставлена до срока."))
        return redirect(_LIST)
    if asked == "aside":
        stated.set_aside(**said)
        messages.success(request, _("Строка отложена: в книгах её денег нет."))
        return redirect(_LIST)
    payment_id, waits = stated.take_as_customers(**said)
    if waits:
        messages.success(request, _("Деньги в невыясненных: зачислите на счёт или верните отправителю."))
        return redirect("staff-money-row", payment_id)
    messages.success(request, _("Зачислено на счёт из назначения."))
    return redirect(_LIST)


def _context(request: HttpRequest, found: StatementRowView) -> dict[str, Any]:
    row = statement_row_by_id(found.public_id) or found
    return {
        "row": row,
        "state": statement_state(row.state),
        "waits": how_long(now_of(request) - row.since),
        "open": row.state in STATEMENT_WAITS,
        "came": row.money.kopecks > 0,
        "disputed": row.state in STATEMENT_WAITS and speaks_of_dispute(row.purpose),
        **ownership(request, CaseKind.STATEMENT, row.public_id),
    }


_PATH = "money/statement-rows/<public_id:statement_row_public_id>/"
urlpatterns: list[URLPattern] = [path(_PATH, statement_row, name="staff-money-statement")]
