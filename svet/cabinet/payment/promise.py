"""«Обещанный платёж»: a day by which what an account owes will be paid."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from svet.accounts.queries import accounts_by_id, cabinet, provider_today
from svet.accounts.rules import Right
from svet.arrangements import texts
from svet.arrangements.operations import promise_payment, recall_promise
from svet.arrangements.queries import promise_answers, promise_offer, standing_promises
from svet.arrangements.queries.offering import instalment_offer, plan_answers
from svet.arrangements.queries.plans import living_plans
from svet.arrangements.rules import PromiseConflict, PromiseNotFound, PromiseOffer
from svet.arrangements.texts.plans import plan_progress, why_no_plan_words
from svet.autopay import queries as autopay
from svet.autopay.rules import AgreementState, TurnState
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
    now, person_id = now_of(request), person_of(request).person_id
    plans = living_plans(ids, now=now)
    owing = [card for card in payable if balances[card.account_id].kopecks > 0]
    accounts = accounts_by_id([card.account_id for card in owing])
    may_promise = promise_answers(accounts, person_id=person_id, now=now)
    may_plan = plan_answers(accounts, now=now)
    rows = []
    for card in owing:
        one, plan = standing.get(card.account_id), plans.get(card.account_id)
        rows.append(
            {
                "card": card,
                "balance": balances[card.account_id],
                "standing": texts.promise_line(one) if one else "",
                "over": one is not None and one.until_on < provider_today(card.provider, now),
                "plan": plan_progress(plan) if plan else "",
                "no_promise": texts.why_not(may_promise[card.account_id]),
                "no_plan": why_no_plan_words(may_plan[card.account_id]),
            }
        )
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
    if request.method == "POST" and request.POST.get("act") == "recall":
        try:
            recall_promise(
                by=by,
                account_public_id=account_public_id,
                promise_public_id=request.POST.get("promise", "")[:40],
                now=now,
            )
            messages.success(request, _("Обещание снято: о долге напоминаем как обычно."))
        except PromiseConflict as refused:
            messages.error(request, explain(refused))
        return redirect("promise", account_public_id)
    form = PromiseForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        until = form.cleaned_data["until"]
        promise_payment(by=by, account_public_id=account_public_id, until=until, now=now)
        messages.success(request, _("Обещание записано."))
        return redirect("promise", account_public_id)

    def context() -> dict[str, Any]:
        return {
            "offer": offer,
            "form": form,
            "why": texts.why_not(offer) if offer.standing is None else "",
            "standing": texts.promise_line(offer.standing) if offer.standing else "",
            "pause": ngettext("%(days)d день", "%(days)d дней", offer.terms.pause)
            % {"days": offer.terms.pause},
            "autopay": _autopay(request, offer),
            "no_plan": why_no_plan_words(instalment_offer(by, account_public_id=account_public_id, now=now)),
            "past": [texts.promise_line(one) for one in offer.past],
        }

    return form_page(request, "cabinet/promise.html", context, form=form, explain=explain, act=act)


def _autopay(request: HttpRequest, offer: PromiseOffer) -> str:
    """What the person's own autopay of the account does meanwhile; empty: there is none, or it is paused."""
    person_id, standing = person_of(request).person_id, offer.standing
    found = autopay.agreements(person_id=person_id, now=now_of(request))
    own = [one for one in found if one.account_public_id == offer.account_public_id]
    active = next((one for one in own if one.state is AgreementState.ACTIVE), None)
    if active is None or (standing is None and offer.why is not None):
        return ""
    turn = active.next.turn if active.next is not None else None
    if turn is not None and turn.state is TurnState.CHARGING:
        return _("Автоплатёж уже списывает деньги: обещание это списание не остановит.")
    if standing is None:
        return _("Автоплатёж подождёт обещанного дня: раньше денег не спишет.")
    if standing.person_id != person_id or active.next is None:
        return ""
    on = active.next.on
    if offer.day_over:
        # Nothing can be paid before a day that is over.
        return _("Обещанный день прошёл, автоплатёж спишет деньги %(on)s.") % {"on": day(on)}
    if on > standing.until_on:
        return _("Автоплатёж спишет деньги %(on)s, позже обещанного дня: до него заплатите сами.") % {
            "on": day(on)
        }
    said = _("Автоплатёж ждёт обещанного дня: %(on)s он спишет то, что останется. За сутки предупредим.")
    return said % {"on": day(on)}


urlpatterns: list[URLPattern] = [
    path("payment/promise/", promises, name="promises"),
    path("payment/promise/<public_id:account_public_id>/", promise, name="promise"),
]
