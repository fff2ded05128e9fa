"""«Вопрос перед списанием»: up to which sum a bound card is charged by one press."""

from __future__ import annotations

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

from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.kernel.money import ZERO
from svet.look.forms import form_page
from svet.payments import texts
from svet.payments.operations.choices import choose_unasked
from svet.payments.queries.choices import unasked_sum
from svet.payments.rules import UNASKED_MOST, parse_amount


class AskingForm(Form):
    """The sum; empty: the question is asked always."""

    unasked = forms.CharField(label=gettext_lazy("Не спрашивать до суммы"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def asking(request: HttpRequest) -> HttpResponse:
    """Show the choice, or keep a new one."""
    known = unasked_sum(person_of(request).person_id)
    shown: dict[str, Any] = {"unasked": f"{known.roubles:.2f}".replace(".", ",") if known else ""}
    form = AskingForm(request.POST if request.method == "POST" else None, initial=shown)

    def act() -> HttpResponse:
        typed = form.cleaned_data["unasked"].strip()
        money = parse_amount(typed, field="unasked") if typed else ZERO
        choose_unasked(by=actor_of(request), money=money, now=now_of(request))
        said = (
            _("Сохранено: малые суммы спишем без вопроса.")
            if money
            else _("Сохранено: перед списанием спросим.")
        )
        messages.success(request, said)
        return redirect("profile")

    return form_page(
        request,
        "cabinet/payment_asking.html",
        lambda: {"form": form, "most": UNASKED_MOST},
        form=form,
        explain=texts.explain,
        act=act,
    )


urlpatterns: list[URLPattern] = [path("payment/asking/", asking, name="payment-asking")]
