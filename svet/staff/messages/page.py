"""«Сообщения»: what became of every SMS and letter; those that failed or wait too long stand first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.kernel.refusals import Refused
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.notices import queries
from svet.notices.rules import DeliveryState
from svet.people.rules import normalise_phone
from svet.staff.shell.desk import Desk, desk_page
from svet.staff.shell.searching import asked_of, keep_search
from svet.staff.shell.sent import STATES, shown_delivery
from svet.staffing.rules import Permission

#: How far back a failure is somebody's work; older ones stay in the list.
_RECENT = timedelta(days=1)
_PAGE = 100


def _waiting(now: datetime) -> int:
    return queries.troubled_count(now=now, since=now - _RECENT)


DESK = Desk(
    name="deliveries",
    label=gettext_lazy("Сообщения"),
    url="/staff/deliveries/",
    icon="mail",
    permission=Permission.DELIVERIES,
    letter="d",
    count=_waiting,
)


class MessageFilterForm(Form):
    """Which messages: to whom, in what state."""

    to = forms.CharField(required=False, max_length=100, label=gettext_lazy("Телефон или почта"))
    state = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Состояние"),
        choices=[("", gettext_lazy("Все")), *((state.value, words) for state, (words, _) in STATES.items())],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.DELIVERIES)
def deliveries(request: HttpRequest) -> HttpResponse:
    """The newest messages of the filter; a filter that means nothing shows all."""
    if request.method == "POST":
        return keep_search(request)
    form = MessageFilterForm(asked_of(request) or None)
    given = form.cleaned_data if form.is_valid() else {}
    rows = queries.deliveries(
        address=_address(given.get("to", "")),
        state=DeliveryState(given["state"]) if given.get("state") else None,
        limit=_PAGE,
    )
    now = now_of(request)
    return render(
        request,
        "staff/deliveries.html",
        {
            "form": form,
            "rows": [shown_delivery(row) for row in rows],
            "stuck": len(queries.stuck(now=now)),
            "full": len(rows) == _PAGE,
        },
    )


def _address(typed: str) -> str:
    """A phone in its one spelling, anything else as it is."""
    try:
        return normalise_phone(typed)
    except Refused:
        return typed.strip()


urlpatterns: list[URLPattern] = [path("deliveries/", deliveries, name="staff-deliveries")]
