"""What late payment of an account costs, day by day, what of it was shown, and where its streams stand."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from svet.accounts import queries
from svet.accounts.queries import AccountView
from svet.accounts.queries.suppliers import provider_today
from svet.bills.queries.dues import accrual
from svet.look.requests import now_of
from svet.penalties import texts
from svet.penalties.queries import provider_choice, shown_rows
from svet.penalties.queries.shown import ShownRow
from svet.penalties.queries.standing import account_streams
from svet.penalties.rules.streams import Stream
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
    mode = provider_choice(account.provider.provider_id, on=today).mode
    form = UntilForm(request.GET if "until" in request.GET else {"until": today.isoformat()})
    context: dict[str, Any] = {
        "account": account,
        "form": form,
        "found": None,
        "missing": "",
        "mode": texts.mode_name(mode),
        "shown": [_shown(row) for row in shown_rows([account.account_id])[account.account_id]],
        "streams": _streams(account),
    }
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


def _shown(row: ShownRow) -> dict[str, Any]:
    return {"row": row, "cause": texts.cause_words(row.cause)}


def _streams(account: AccountView) -> list[tuple[str, int]]:
    """Each part of the balance by its name; works and penalties only where there are any."""
    found = account_streams(account.account_id, provider_id=account.provider.provider_id)
    kopecks = {Stream.ENERGY: found.energy, Stream.FEE: found.fee, Stream.PENALTY: found.penalty}
    return [
        (texts.stream_name(each), kopecks[each]) for each in Stream if each is Stream.ENERGY or kopecks[each]
    ]
