"""«Автоплатёж»: what is charged when, the terms, the person's yes, and skipping by the link of a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.accounts.queries import AccountCard, cabinet
from svet.accounts.rules import Right
from svet.autopay import operations, queries, texts
from svet.autopay.queries import AutopayView
from svet.autopay.rules import LAST_DAY, MOST_DAYS_AFTER, AgreementState, AutopayNotFound, TurnState
from svet.cabinet.payment.binding import places
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, client_address, now_of, person_of, signed_in
from svet.kernel.money import Money
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.kernel.words import explain
from svet.look.forms import form_page
from svet.payments import queries as payments
from svet.payments.queries import CardView
from svet.payments.rules import parse_amount

_BADGES = {
    AgreementState.OFFERED: "info",
    AgreementState.ACTIVE: "success",
    AgreementState.PAUSED: "warning",
    AgreementState.ENDED: "neutral",
}
_ACTS = {
    "confirm": operations.confirm,
    "pause": operations.pause,
    "resume": operations.resume,
    "end": operations.end,
}


class AutopayForm(Form):
    """One account, one bound card, how much, when."""

    account = forms.ChoiceField(label=gettext_lazy("За какой счёт платить"))
    card = forms.ChoiceField(label=gettext_lazy("Чем платить"))
    much = forms.ChoiceField(
        label=gettext_lazy("Сколько"),
        widget=forms.RadioSelect,
        choices=[("whole", gettext_lazy("Весь счёт")), ("limit", gettext_lazy("Не больше суммы"))],
        initial="whole",
    )
    ceiling = forms.CharField(label=gettext_lazy("Сумма, больше которой не списывать"), required=False)
    when = forms.ChoiceField(
        label=gettext_lazy("Когда"),
        widget=forms.RadioSelect,
        choices=[
            ("after", gettext_lazy("Через несколько дней после счёта")),
            ("month", gettext_lazy("В день месяца")),
        ],
        initial="after",
    )
    days_after_bill = forms.IntegerField(
        label=gettext_lazy("Через сколько дней после счёта"), required=False, initial=3
    )
    day_of_month = forms.IntegerField(label=gettext_lazy("День месяца"), required=False, initial=7)

    def __init__(
        self,
        data: Any,
        *,
        accounts: Sequence[AccountCard],
        cards: Sequence[CardView],
        account: str,
        standing: frozenset[str],
    ) -> None:
        super().__init__(data)
        chosen, card = self.fields["account"], self.fields["card"]
        assert isinstance(chosen, forms.ChoiceField)
        assert isinstance(card, forms.ChoiceField)
        chosen.choices = [(one.public_id, _choice(one, standing=standing)) for one in accounts]
        chosen.initial = account
        card.choices = [(one.public_id, one.title) for one in cards]
        for name, most in (("days_after_bill", MOST_DAYS_AFTER), ("day_of_month", LAST_DAY)):
            self.fields[name].error_messages["invalid"] = _("Введите число от 1 до %(max)s.") % {"max": most}
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = _("Выберите из списка.")
            field.error_messages["required"] = _("Выберите из списка.")

    @property
    def terms(self) -> dict[str, Any]:
        """How much and when, as the operation takes it. :raises AmountRefused: the limit is no sum"""
        limit = self.cleaned_data["much"] == "limit"
        after = self.cleaned_data["when"] == "after"
        ceiling: Money | None = parse_amount(self.cleaned_data["ceiling"], field="ceiling") if limit else None
        return {
            "ceiling": ceiling,
            "days_after_bill": (self.cleaned_data["days_after_bill"] or 0) if after else None,
            "day_of_month": None if after else (self.cleaned_data["day_of_month"] or 0),
        }


@require_safe
@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """The person's agreements: what is charged when, paused and ended ones too."""
    person_id = person_of(request).person_id
    found = queries.agreements(person_id=person_id, now=now_of(request))
    cards = payments.cards(person_id=person_id)
    context = {
        "rows": [_shown(one) for one in found if one.state is not AgreementState.ENDED],
        "ended": [_shown(one) for one in found if one.state is AgreementState.ENDED],
        "cards": cards,
        "places": () if cards else places(person_id),
    }
    return render(request, "cabinet/autopay.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Choose the terms; nothing is charged by them before the yes of the next page."""
    person_id = person_of(request).person_id
    accounts = [
        card
        for group in cabinet(person_id)
        for card in group.cards
        if Right.PAY in card.rights and card.provider.service.charged_here
    ]
    cards = payments.cards(person_id=person_id)
    found = queries.agreements(person_id=person_id, now=now_of(request))
    form = AutopayForm(
        request.POST if request.method == "POST" else None,
        standing=frozenset(one.account_public_id for one in found if one.state is not AgreementState.ENDED),
        accounts=accounts,
        cards=cards,
        account=request.GET.get("account", ""),
    )

    def act() -> HttpResponse:
        wanted = operations.OfferRequest(
            account=form.cleaned_data["account"], card=form.cleaned_data["card"], **form.terms
        )
        public_id = operations.offer(by=actor_of(request), wanted=wanted, now=now_of(request))
        return redirect("autopay-agreement", public_id)

    return form_page(
        request,
        "cabinet/autopay_new.html",
        lambda: {
            "form": form,
            "accounts": accounts,
            "cards": cards,
            "places": () if cards else places(person_id),
        },
        form=form,
        explain=explain,
        act=act,
    )


@require_safe
@signed_in
def agreement(request: HttpRequest, public_id: str) -> HttpResponse:
    """One agreement with its course; an offer asks for the person's yes."""
    try:
        person_id = person_of(request).person_id
        found = queries.agreement(person_id=person_id, public_id=public_id, now=now_of(request))
    except AutopayNotFound:
        deny_as_missing(request, subject="autopay", public_id=public_id)
    return render(request, "cabinet/autopay_agreement.html", {"row": _shown(found)})


@require_POST
@signed_in
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say yes, pause, resume, end; skip the charge that was told."""
    by, now, act = actor_of(request), now_of(request), request.POST.get("act", "")[:20]
    try:
        if act == "skip":
            turn = request.POST.get("turn", "")[:40]
            operations.skip(by=by, public_id=public_id, turn_public_id=turn, now=now)
        elif act in _ACTS:
            _ACTS[act](by=by, public_id=public_id, now=now)
        else:
            raise Http404
    except AutopayNotFound:
        deny_as_missing(request, subject="autopay", public_id=public_id)
    except (NotFound, Refused) as refusal:
        messages.error(request, explain(refusal))
    else:
        messages.success(request, _said(act))
    return redirect("autopay-agreement", public_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def skip(request: HttpRequest, skip_key: str) -> HttpResponse:
    """What the link of a message opens: looking at it does nothing, the button skips the charge."""
    refused, status = "", 200
    try:
        if request.method == "POST":
            try:
                operations.skip_by_key(key=skip_key, address=client_address(request), now=now_of(request))
            except Conflict as refusal:
                refused, status = explain(refusal), 409
        told = queries.told_by_key(skip_key)
    except AutopayNotFound as missing:
        raise Http404 from missing
    context = {
        "told": told,
        "may": told.may_skip,
        "skipped": told.state is TurnState.SKIPPED,
        # Of what was told and is over without a charge there is nothing to skip.
        "begun": not told.may_skip and told.state in (TurnState.CHARGING, TurnState.PAID),
        "refused": refused,
    }
    # The address opens the charge to whoever has it, and the policy of the site (same-origin) keeps it here;
    # no-referrer would have browsers send the form with «Origin: null», which no form of ours may have.
    return render(request, "cabinet/autopay_skip.html", context, status=status)


def _choice(one: AccountCard, *, standing: frozenset[str]) -> str:
    """An account in the list; of one that has an autopay of the person's, that its terms are replaced."""
    values = {"title": one.title, "number": one.number}
    if one.public_id in standing:
        return _("%(title)s, аб. № %(number)s: автоплатёж уже есть, условия заменятся") % values
    return _("%(title)s, аб. № %(number)s") % values


def _said(act: str) -> str:
    return {
        "confirm": _("Автоплатёж включён. За сутки до списания предупредим."),
        "pause": _("Автоплатёж на паузе: ничего не списываем."),
        "resume": _("Автоплатёж снова включён. За сутки до списания предупредим."),
        "end": _("Автоплатёж выключен: больше ничего не списываем."),
        "skip": _("Это списание пропустим. Следующее будет как обычно."),
    }[act]


def _shown(row: AutopayView) -> dict[str, Any]:
    """An agreement with its words."""
    return {
        "it": row,
        "state": texts.state_name(row.state),
        "badge": _BADGES[row.state],
        "note": texts.cause_note(row.state, row.cause, sbp=row.card.is_sbp),
        "terms": texts.terms_line(row.terms),
        "next": ""
        if row.next is None
        else texts.next_words(money=row.next.money, left=row.next.left, told=row.next.turn is not None),
        "turns": [(turn, texts.turn_line(turn)) for turn in row.turns],
        "steps": [(texts.state_name(step.state), step.at) for step in row.steps],
        "skip": row.next.turn if row.next and row.next.turn and row.next.turn.may_skip else None,
        "may_skip": row.next is not None and row.next.turn is not None and row.next.turn.may_skip,
        "is_offer": row.state is AgreementState.OFFERED,
        "is_active": row.state is AgreementState.ACTIVE,
        "is_paused": row.state is AgreementState.PAUSED,
    }


urlpatterns: list[URLPattern] = [
    path("autopay/", page, name="autopay"),
    path("autopay/new/", new, name="autopay-new"),
    path("autopay/<public_id:public_id>/", agreement, name="autopay-agreement"),
    path("autopay/<public_id:public_id>/decide/", decide, name="autopay-decide"),
    path("autopay/skip/<slug:skip_key>/", skip, name="autopay-skip"),
]
