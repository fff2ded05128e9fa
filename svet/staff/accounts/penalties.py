"""What late payment of an account costs, day by day: accrued, and not shown to the customer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from svet.accounts import queries
from svet.accounts.queries.suppliers import provider_today
from svet.bills.queries.dues import accrual
from svet.look.requests import now_of
from svet.penalties import texts
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staffing.rules import Permission
from svet.tariffs.rules.law import LawMissing
from svet.tariffs.texts import explain


class UntilForm(forms.Form):
    """The last day that counts."""

    until = forms.DateField(
        label=gettext_lazy("По какой день"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": gettext_lazy("Введите день так: 31.12.2026.")},
    )


@require_safe
@desk_page(Permission.ACCOUNTS)
def penalties(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Each part of a debt with its days, rate and sum; a day that no act reaches is refused by its name."""
    try:
        account = queries.account_for(actor_of(request), public_id=account_public_id)
    except queries.AccountNotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    today = provider_today(account.provider, now_of(request))
    form = UntilForm(request.GET if "until" in request.GET else {"until": today.isoformat()})
    context: dict[str, Any] = {"account": account, "form": form, "found": None, "missing": ""}
    status = 200
    if form.is_valid():
        until: date = form.cleaned_data["until"]
        try:
            found = accrual(account_id=account.account_id, provider=account.provider, until=until)
            context |= {"found": found, "rows": texts.rows(found)}
        except LawMissing as missing:
            context["missing"] = explain(missing)
    else:
        status = 422
    return render(request, "staff/account_penalties.html", context, status=status)
