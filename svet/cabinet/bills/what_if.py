"""«Что если»: what the account's own months would have cost by other zones, and a forecast of this month."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountNotFound
from svet.accounts.queries.registry import accounts_by_id
from svet.cabinet.bills.tariffs import scheme_name
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.metering import queries as metering
from svet.quotes.queries import SchemeChoice, WhatIf, forecast, what_if
from svet.quotes.texts import cost_lines


class NightForm(Form):
    """How much of the consumption is in the night, where the meter does not tell."""

    night = forms.IntegerField(
        label=gettext_lazy("Сколько из вашего расхода приходится на ночь, с 23 до 7 часов, %"),
        required=False,
        min_value=0,
        max_value=100,
    )


@dataclass(frozen=True, slots=True)
class ChoiceShown:
    """A scheme in words."""

    name: str
    choice: SchemeChoice


@require_safe
@signed_in
def what_if_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The months of an account by one, two and three zones, and the forecast of the open month."""
    try:
        card = account_queries.card_of(actor_of(request), account_public_id=public_id)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=public_id)
    form = NightForm(request.GET) if "night" in request.GET else NightForm()
    asked = form.cleaned_data["night"] if form.is_bound and form.is_valid() else None
    (account,) = accounts_by_id([card.account_id])
    on = account_queries.provider_today(account.provider, now_of(request))
    found = what_if(account=account, on=on, night=None if asked is None else Fraction(asked, 100))
    meters = metering.meters_of(account_ids=[card.account_id])
    dials = metering.dials(meters=meters, read_on=on)
    told = forecast(account=account, dials=list(dials.values()), on=on) if dials else None
    return render(
        request,
        "cabinet/what_if.html",
        {
            "card": card,
            "found": found,
            "form": form,
            "choices": [] if found is None else _choices(found),
            "months": [] if found is None else _months(found),
            "names": [] if found is None else [scheme_name(each.scheme) for each in found.choices],
            "forecast": told,
            "forecast_lines": cost_lines(told),
        },
        status=422 if form.is_bound and not form.is_valid() else 200,
    )


def _choices(found: WhatIf) -> list[ChoiceShown]:
    return [ChoiceShown(scheme_name(each.scheme), each) for each in found.choices]


def _months(found: WhatIf) -> list[dict[str, Any]]:
    """Each month with its cost by every scheme, in the order of the choices."""
    return [
        {
            "month": month,
            "kwh": kwh,
            "costs": [(scheme_name(each.scheme), costs[each.scheme]) for each in found.choices],
        }
        for month, kwh, costs in found.months
    ]


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:public_id>/what-if/", what_if_page, name="what-if")
]
