"""«Обещанный платёж»: a day by which what an account owes will be paid."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from svet.accounts.queries import cabinet
from svet.accounts.rules import Right
from svet.arrangements import texts
from svet.arrangements.operations import promise_payment
from svet.arrangements.queries import promise_offer, standing_promises
from svet.arrangements.queries.plans import living_plans
from svet.arrangements.rules import PromiseNotFound
from svet.arrangements.texts.plans import plan_progress
from svet.cabinet.shell.forms import DayField, Form
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.kernel.words import explain
from svet.ledger import queries as ledger
from svet.look.formats import day
from svet.look.forms import form_page


class PromiseForm(Form):
    """By which day."""

    until = DayField(label=gettext_lazy("Заплачу не позже"), required=True)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["until"].error_messages["required"] = _("Выберите день.")


@require_safe
@signed_in
def promises(request: HttpRequest) -> HttpResponse:
    """«Не могу заплатить сразу»: the accounts that owe, what stands promised, and where to write."""
    cards = [card for group in cabinet(person_of(request).person_id) for card in group.cards]
    payable = [card for card in cards if Right.PAY in card.rights]
    ids = [card.account_id for card in payable]
    balances, standing = ledger.balances(ids), standing_promises(ids)
    plans = living_plans(ids, now=now_of(request))
    rows = []
    for card in payable:
        if balances[card.account_id].kopecks > 0:
            one, plan = standing.get(card.account_id), plans.get(card.account_id)
            said = texts.promise_line(one) if one else ""
            rows.append((card, balances[card.account_id], said, plan_progress(plan) if plan else ""))
    return render(request, "cabinet/promises.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def promise(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """One account: what stands, what became of earlier promises, and a new one."""
    by, now = actor_of(request), now_of(request)
    try:
        offer = promise_offer(by, account_public_id=account_public_id, now=now)
    except PromiseNotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    form = PromiseForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        until = form.cleaned_data["until"]
        promise_payment(by=by, account_public_id=account_public_id, until=until, now=now)
        messages.success(request, _("Записали: до %(until)s о долге не напоминаем.") % {"until": day(until)})
        return redirect("promise", account_public_id)

    def context() -> dict[str, Any]:
        return {
            "offer": offer,
            "form": form,
            "why": texts.why_not(offer) if offer.standing is None else "",
            "standing": texts.promise_line(offer.standing) if offer.standing else "",
            "past": [texts.promise_line(one) for one in offer.past],
        }

    return form_page(request, "cabinet/promise.html", context, form=form, explain=explain, act=act)


urlpatterns: list[URLPattern] = [
    path("payment/promise/", promises, name="promises"),
    path("payment/promise/<public_id:account_public_id>/", promise, name="promise"),
]
