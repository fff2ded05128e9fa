"""«Показания без входа»: two numbers and the values; the answer never tells whether they fit."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from svet.accounts import texts as subscribers_texts
from svet.accounts.rules import NumberRefused
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.proof_of_work import proof_of_work_for, proof_of_work_of
from svet.cabinet.shell.session import client_address, now_of
from svet.kernel.refusals import Refused
from svet.limits.operations import LimitReached
from svet.limits.rules import Purpose
from svet.look.forms import form_page
from svet.metering import texts as metering_texts
from svet.metering.operations.quick import QuickRefused, submit_quick
from svet.metering.rules import Zone

SCALES = (Zone.SINGLE, Zone.DAY, Zone.NIGHT, Zone.PEAK, Zone.SEMIPEAK)


class QuickForm(Form):
    """Every scale there is: the page does not know, and must not tell, which ones the meter has."""

    account_number = forms.CharField(
        label=gettext_lazy("Номер абонента"),
        help_text=gettext_lazy("Это лицевой счёт: 10 цифр вверху квитанции."),
        required=False,
        strip=False,
    )
    meter_number = forms.CharField(
        label=gettext_lazy("Номер прибора учёта"),
        help_text=gettext_lazy("Он стоит в квитанции и на самом счётчике, под штрихкодом."),
        required=False,
        strip=False,
    )
    single = forms.CharField(label=gettext_lazy("Показание"), required=False)
    day = forms.CharField(label=gettext_lazy("День"), required=False)
    night = forms.CharField(label=gettext_lazy("Ночь"), required=False)
    peak = forms.CharField(label=gettext_lazy("Пик"), required=False)
    semipeak = forms.CharField(label=gettext_lazy("Полупик"), required=False)

    @property
    def more(self) -> list[forms.BoundField]:
        """The scales of meters with several."""
        return [self[zone.value] for zone in SCALES[1:]]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def quick(request: HttpRequest) -> HttpResponse:
    """Take readings from somebody who has not signed in."""
    form = QuickForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        submit_quick(
            account_number=form.cleaned_data["account_number"],
            meter_number=form.cleaned_data["meter_number"],
            values={zone: form.cleaned_data[zone.value] for zone in SCALES},
            address=client_address(request),
            now=now_of(request),
            work=proof_of_work_of(request),
        )
        messages.success(
            request,
            _(
                "Спасибо, показания отправлены. Если оба номера верны, они появятся "
                "на лицевом счёте, а владельцу придёт уведомление."
            ),
        )
        return redirect("quick")

    return form_page(
        request,
        "cabinet/quick.html",
        lambda: {"form": form, "work": proof_of_work_for(request, Purpose.QUICK, form.refused)},
        form=form,
        explain=_explain,
        act=act,
    )


def _explain(refused: Refused) -> str:
    if isinstance(refused, QuickRefused):
        return _("Введите показания хотя бы одной шкалы.")
    if isinstance(refused, NumberRefused | LimitReached):
        return subscribers_texts.explain(refused)
    return metering_texts.explain(refused)


urlpatterns: list[URLPattern] = [path("quick/", quick, name="quick")]
