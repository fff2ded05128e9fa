"""«Отъезд»: days away of one account, what will be sent or who will be asked, and an end before its day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from svet.accounts.queries import AccountNotFound, AccountView, account_for, card_of, provider_today
from svet.accounts.rules import Right
from svet.cabinet.shell.forms import Form, add_refusal
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.kernel.refusals import NotFound
from svet.look import formats
from svet.metering import queries as metering
from svet.metering import texts
from svet.metering.operations.absence import AbsenceRefused, begin_absence, end_absence
from svet.metering.queries.absence import standing_absence, steps_of
from svet.metering.rules.absence import Plan, acting_days
from svet.metering.texts import absence as texts_absence

_DATE: dict[str, Any] = {
    "input_formats": ["%Y-%m-%d", "%d.%m.%Y"],
    "error_messages": {
        "invalid": gettext_lazy("Введите день так: 31.12.2026."),
        "required": gettext_lazy("Укажите день."),
    },
}


class AbsenceForm(Form):
    """Which days, and what to do about the readings."""

    from_on = forms.DateField(
        label=gettext_lazy("Уезжаем"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        **_DATE,
    )
    until_on = forms.DateField(
        label=gettext_lazy("Возвращаемся"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        **_DATE,
    )
    plan = forms.ChoiceField(
        label=gettext_lazy("Что делать с показаниями"),
        choices=[
            (Plan.SEND.value, gettext_lazy("Передавать прежние: дома ничего не включено")),
            (Plan.REMIND.value, gettext_lazy("Напомнить мне")),
            (Plan.ASK.value, gettext_lazy("Попросить близких, у кого есть доступ")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Выберите, что делать с показаниями.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def absence(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """What stands, or the form for it; a preview tells the days before anything is kept."""
    account = _account(request, account_public_id)
    form, preview, status = AbsenceForm(initial={"plan": Plan.SEND.value}), None, 200
    if request.method == "POST":
        form, status = AbsenceForm(request.POST), 422
        if form.is_valid():
            preview = _days(account, form.cleaned_data["from_on"], form.cleaned_data["until_on"])
            if request.POST.get("act") == "preview":
                status = 200
            else:
                try:
                    begin_absence(
                        by=actor_of(request),
                        account_public_id=account_public_id,
                        from_on=form.cleaned_data["from_on"],
                        until_on=form.cleaned_data["until_on"],
                        plan=Plan(form.cleaned_data["plan"]),
                        now=now_of(request),
                    )
                except AbsenceRefused as refused:
                    preview = None
                    add_refusal(form, refused, texts_absence.explain(refused))
                else:
                    messages.success(request, _("Отъезд записан. Всё, что мы сделаем, будет видно здесь."))
                    return redirect("absence", account_public_id=account_public_id)
    standing = standing_absence(account_id=account.account_id)
    context = {
        "card": card_of(actor_of(request), account_public_id=account_public_id),
        "form": form,
        "preview": preview,
        "last": _last_values(request, account),
        "months": account.provider.absence_months,
        "standing": standing,
        "plan": texts_absence.plan_line(standing.plan) if standing else "",
        "days": _days(account, standing.from_on, standing.until_on) if standing else [],
        "steps": [(step, texts_absence.step_line(step)) for step in steps_of(standing.absence_id)]
        if standing
        else [],
    }
    return render(request, "cabinet/absence.html", context, status=status)


@require_POST
@signed_in
def end(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Back before the day."""
    _account(request, account_public_id)
    try:
        end_absence(by=actor_of(request), account_public_id=account_public_id, now=now_of(request))
    except NotFound:
        messages.info(request, _("Отъезд уже закончился."))
    else:
        messages.success(request, _("С возвращением! Показания снова передаёте вы."))
    return redirect("absence", account_public_id=account_public_id)


def _account(request: HttpRequest, account_public_id: str) -> AccountView:
    try:
        return account_for(actor_of(request), public_id=account_public_id, right=Right.SUBMIT)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)


def _days(account: AccountView, from_on: date, until_on: date) -> list[str]:
    if (until_on - from_on).days > 400:
        return []
    days = acting_days(
        from_on=from_on,
        until_on=until_on,
        window_from_day=account.provider.window_from_day,
        window_to_day=account.provider.window_to_day,
    )
    return [formats.day(day) for day in days]


def _last_values(request: HttpRequest, account: AccountView) -> list[tuple[str, str]]:
    meters = [m for m in metering.standing_with_accounts(account_ids=[account.account_id]) if not m.smart]
    known = metering.dials(meters=meters, read_on=provider_today(account.provider, now_of(request)))
    return [
        (
            meter.serial,
            texts.values_line(
                {dial.zone: dial.last.value for dial in known[meter.meter_id].dials}, meter.unit
            ),
        )
        for meter in meters
        if meter.meter_id in known
    ]


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:account_public_id>/absence/", absence, name="absence"),
    path("accounts/<public_id:account_public_id>/absence/end/", end, name="absence-end"),
]
