"""«Споры»: what a payer disputes at the bank, written from the bank's letter, with its end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.look.requests import now_of
from svet.payments.operations import chargebacks as operations
from svet.payments.queries import chargebacks as queries
from svet.payments.queries import refunds
from svet.payments.queries.chargebacks import ChargebackView
from svet.payments.rules.chargebacks import LONGEST_REFERENCE, ChargebackState, NewChargeback
from svet.payments.texts import chargebacks as wording
from svet.staff.money.corrections import ActSumField
from svet.staff.money.words import explain
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing.rules import Permission

_BADGES = {
    ChargebackState.TOLD: "warning",
    ChargebackState.WON: "success",
    ChargebackState.LOST: "neutral",
}


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": gettext_lazy("Введите день так: 31.12.2026.")},
    )


class ChargebackForm(ReasonForm):
    """A dispute as the bank's letter tells it."""

    reference = forms.CharField(
        label=gettext_lazy("Номер спора"), max_length=LONGEST_REFERENCE, required=False
    )
    no = forms.IntegerField(
        label=gettext_lazy("Круг спора"),
        help_text=gettext_lazy("1 — банк пишет о споре впервые, 2 — спор открыли снова после ответа."),
        min_value=1,
        max_value=20,
    )
    roubles = ActSumField(label=gettext_lazy("Сумма, ₽"), max_digits=12, decimal_places=2)
    told_on = _day(gettext_lazy("День письма банка"))
    due_on = _day(gettext_lazy("Ответить банку до"))
    field_order = ["reference", "no", "roubles", "told_on", "due_on", "reason"]


class ChargebackEndForm(ReasonForm):
    """How a dispute has ended."""

    on = _day(gettext_lazy("День решения"))
    field_order = ["on", "reason"]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def new_chargeback(request: HttpRequest, credited_order_public_id: str) -> HttpResponse:
    """The disputes of a payment, and a new one."""
    found = refunds.credited_payment(credited_order_public_id)
    if found is None:
        deny_as_missing(request, subject="order", public_id=credited_order_public_id)
    form = ChargebackForm(request.POST if request.method == "POST" else None, initial={"no": 1})

    def act() -> HttpResponse:
        data = form.cleaned_data
        kopecks = int(Decimal(data["roubles"]) * 100)
        public_id = operations.keep_chargeback(
            by=actor_of(request),
            order_public_id=found.public_id,
            new=NewChargeback(data["reference"], kopecks, data["told_on"], data["due_on"], data["no"]),
            reason=data["reason"],
            now=now_of(request),
        )
        messages.success(request, _("Спор записан: эти деньги банк удержал."))
        return redirect("staff-money-chargeback", public_id)

    def context() -> dict[str, Any]:
        rows = [shown_chargeback(one) for one in queries.chargebacks_of(order_public_id=found.public_id)]
        return {"payment": found, "form": form, "rows": rows}

    return answer(request, "staff/money_new_chargeback.html", context, form=form, act=act, explain=explain)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def chargeback(request: HttpRequest, chargeback_public_id: str) -> HttpResponse:
    """One dispute, and how it ended."""
    found = queries.chargeback_by_id(chargeback_public_id)
    if found is None:
        deny_as_missing(request, subject="chargeback", public_id=chargeback_public_id)
    today = timezone.localdate(now_of(request))
    form = ChargebackEndForm(request.POST if request.method == "POST" else None, initial={"on": today})
    asked = request.POST.get("act", "")

    def act() -> HttpResponse | None:
        if asked in ("won", "lost"):
            operations.end_chargeback(
                by=actor_of(request),
                chargeback_public_id=found.public_id,
                won=asked == "won",
                on=form.cleaned_data["on"],
                reason=form.cleaned_data["reason"],
                now=now_of(request),
            )
            messages.success(request, _("Записано, чем кончился спор."))
        return redirect("staff-money-chargeback", found.public_id)

    def context() -> dict[str, Any]:
        known = queries.chargeback_by_id(found.public_id) or found
        return {"row": shown_chargeback(known), "form": form, "open": known.state is ChargebackState.TOLD}

    return answer(request, "staff/money_chargeback.html", context, form=form, act=act, explain=explain)


def shown_chargeback(one: ChargebackView) -> dict[str, Any]:
    """A dispute in words."""
    late = one.late(timezone.localdate())
    return {
        "chargeback": one,
        "state": _("срок ответа прошёл") if late else wording.chargeback_state(one.state),
        "way": wording.chargeback_way(one.way),
        "badge": "error" if late else _BADGES[one.state],
    }


urlpatterns: list[URLPattern] = [
    path(
        "money/payments/<public_id:credited_order_public_id>/chargeback/",
        new_chargeback,
        name="staff-money-new-chargeback",
    ),
    path("money/chargebacks/<public_id:chargeback_public_id>/", chargeback, name="staff-money-chargeback"),
]
