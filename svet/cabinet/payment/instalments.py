"""«Рассрочка»: for how many months, its days and sums before anything is agreed, then where it stands."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.arrangements.operations.plans import agree_on_plan, withdraw_plan
from svet.arrangements.queries.offering import instalment_offer
from svet.arrangements.rules.plans import (
    InstalmentConflict,
    InstalmentNotFound,
    InstalmentReason,
    InstalmentState,
)
from svet.arrangements.rules.views import InstalmentOffer
from svet.arrangements.texts import plans as words
from svet.autopay import queries as autopay
from svet.autopay.rules import AgreementState, TurnState
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.kernel.words import explain
from svet.look.formats import day, roubles
from svet.look.forms import form_page

#: What the form shows first: half a year.
_USUAL = 6


class InstalmentForm(Form):
    """For how many months; ``seen``: the number whose days and sums were in the table."""

    months = forms.TypedChoiceField(
        label=gettext_lazy("На сколько месяцев"), coerce=int, required=True, widget=forms.Select
    )
    seen = forms.CharField(required=False, max_length=2, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, offer: InstalmentOffer, months: int) -> None:
        super().__init__(data, initial={"months": months, "seen": months})
        field = self.fields["months"]
        # Where nothing can be chosen, why not is the operation's to say.
        known = list(offer.choices) or [months]
        field.choices = [(each, words.months_words(each)) for each in known]  # type: ignore[attr-defined]
        field.error_messages["required"] = _("Выберите, на сколько месяцев.")
        field.error_messages["invalid_choice"] = _("На столько месяцев рассрочки нет.")

    def clean(self) -> dict[str, Any]:
        """Nothing is agreed on but the days and sums in the table, whatever the list was changed to."""
        known = super().clean() or {}
        if "months" in known and known.get("seen") != str(known["months"]):
            said = _("Теперь в таблице дни и суммы для этого срока. Проверьте их и согласитесь ещё раз.")
            self.add_error("months", said)
        return known


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def instalments(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """One account: what stands and asks, what became of earlier plans, or a new one, seen first."""
    by, now = actor_of(request), now_of(request)
    try:
        offer = instalment_offer(by, account_public_id=account_public_id, now=now)
    except InstalmentNotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    posted = request.method == "POST"
    months = _months(request.POST if posted else request.GET, offer)
    form = InstalmentForm(request.POST if posted else None, offer=offer, months=months)
    if posted and request.POST.get("act") == "withdraw":
        try:
            withdraw_plan(
                by=by,
                account_public_id=account_public_id,
                plan_public_id=request.POST.get("plan", "")[:40],
                state=request.POST.get("state", "")[:10],
                now=now,
            )
            messages.success(request, _("Рассрочки больше нет: долг нужно заплатить сразу."))
        except InstalmentConflict as refused:
            if offer.mine and refused.reason is InstalmentReason.DECIDED:
                said = _("Пока вы смотрели, рассрочка изменилась. Проверьте её и решите ещё раз.")
            else:
                said = _("Отказаться может тот, кто оформил рассрочку, пока она действует.")
            messages.error(request, said)
        return redirect("instalments", account_public_id)
    if posted and request.POST.get("act") == "show":
        query = urlencode({"months": months})
        return redirect(f"{reverse('instalments', args=[account_public_id])}?{query}")

    def act() -> HttpResponse:
        waits = agree_on_plan(
            by=by,
            account_public_id=account_public_id,
            months=form.cleaned_data["months"],
            shown=request.POST.get("shown", "")[:40],
            now=now,
        )
        said = (
            _("Просьба принята: её подпишут два сотрудника, и мы сообщим вам.")
            if waits
            else _("Рассрочка оформлена. За три дня до каждой части напомним.")
        )
        messages.success(request, said)
        return redirect("instalments", account_public_id)

    def context() -> dict[str, Any]:
        known = instalment_offer(by, account_public_id=account_public_id, now=now) if posted else offer
        return {
            "offer": known,
            "form": form,
            "why": words.why_no_plan_words(known) if known.living is None else "",
            "living": known.living,
            "progress": words.plan_progress(known.living) if known.living else "",
            "waits": known.living is not None and known.living.state is InstalmentState.WAITING,
            "parts": known.living.parts if known.living else known.choices.get(months, ()),
            "months": months,
            "pause": words.months_words(known.terms.pause),
            "autopay": _autopay(request, known),
            "past": [words.plan_line(one) for one in known.past],
        }

    return form_page(
        request, "cabinet/instalments.html", context, form=form, explain=explain, act=act if posted else None
    )


def _autopay(request: HttpRequest, offer: InstalmentOffer) -> str:
    """What the person's own autopay of the account does about the parts; empty: there is none, or a pause."""
    found = autopay.agreements(person_id=person_of(request).person_id, now=now_of(request))
    own = [one for one in found if one.account_public_id == offer.account_public_id]
    active = next((one for one in own if one.state is AgreementState.ACTIVE), None)
    plan = offer.living
    if active is None or (plan is None and offer.why is not None):
        return ""
    charge = active.next
    if charge is not None and charge.turn is not None and charge.turn.state is TurnState.CHARGING:
        return _("Автоплатёж уже списывает деньги: рассрочка это списание не остановит.")
    if plan is None and not offer.by_two:
        return _("Автоплатёж будет списывать только то, что просит рассрочка.")
    if plan is None or plan.state is InstalmentState.WAITING:
        mine = plan is None or offer.mine
        return _("Пока рассрочку не подписали, автоплатёж подождёт.") if mine else ""
    if plan.next is None or not plan.due:
        return ""
    until = {"until": day(plan.next.due_on)}
    if charge is None:
        return (
            _("Эту часть автоплатёж не спишет, если до %(until)s не придёт новый счёт: внесите её сами.")
            % until
        )
    if charge.on > plan.next.due_on:
        said = _("Автоплатёж спишет деньги %(on)s, позже дня этой части: внесите её сами до %(until)s.")
    else:
        said = _("Автоплатёж спишет %(sum)s %(on)s.")
    return said % (until | {"on": day(charge.on), "sum": roubles(charge.left)})


def _months(asked: Any, offer: InstalmentOffer) -> int:
    """The number of months that was chosen, if there can be so many; else what is usual."""
    typed = asked.get("months", "")
    months = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 3 else 0
    if months in offer.choices or (months and not offer.choices):
        return months
    return min(_USUAL, max(offer.choices, default=_USUAL))


urlpatterns: list[URLPattern] = [
    path("payment/instalments/<public_id:account_public_id>/", instalments, name="instalments"),
]
