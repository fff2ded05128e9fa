"""«Решения»: what waits for a hand, the decisions of one account with a new one, each with its preview."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from svet.accounts import queries as account_queries
from svet.billing import texts
from svet.billing.operations import decisions as operations
from svet.billing.queries.decisions import (
    DecisionEntry,
    DecisionPreview,
    decision_by_id,
    decisions_of,
    preview_decision,
    recent_decisions,
    waiting_decision_count,
    waiting_decisions,
)
from svet.billing.rules.decisions import ENDLESS, LONGEST_DOCUMENT, NewDecision
from svet.billing.rules.facts import OverrideKind
from svet.billing.texts.decisions import DECISION_EFFECTS, DECISION_NAMES, decision_state
from svet.kernel import words
from svet.kernel.periods import Month
from svet.kernel.refusals import NotFound
from svet.look.formats import numbered
from svet.look.requests import now_of
from svet.metering import queries as metering
from svet.metering.queries import MeterView
from svet.metering.rules import Zone
from svet.metering.texts import ZONE_NAMES
from svet.staff.billing.policy import AmountField
from svet.staff.billing.shell import PAGE, around, page_of, tabs
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing.rules import Permission

_MOST = 50


class MonthField(forms.CharField):
    """A month, written 2026-12."""

    widget = forms.TextInput(attrs={"type": "month"})

    def clean(self, value: Any) -> Any:
        """The month as a month; None where nothing was written."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError:
            raise ValidationError(_("Введите месяц так: 2026-12."), code="invalid") from None


class DecisionForm(ReasonForm):
    """A new decision; ``shown`` stands for the preview that the member has seen."""

    kind = forms.ChoiceField(label=gettext_lazy("Что решено"), choices=list(DECISION_NAMES.items()))
    document = forms.CharField(label=gettext_lazy("Документ"), max_length=LONGEST_DOCUMENT, required=False)
    since = MonthField(label=gettext_lazy("С месяца"), max_length=7)
    until = MonthField(
        label=gettext_lazy("По месяц"),
        max_length=7,
        required=False,
        help_text=gettext_lazy("Пусто — тот же месяц; удержание, потери и пересчёт без него не кончаются."),
    )
    meter = forms.ChoiceField(label=gettext_lazy("Прибор учёта"), required=False)
    zone = forms.ChoiceField(
        label=gettext_lazy("Зона"),
        required=False,
        choices=[("", gettext_lazy("не объём")), *((zone.value, ZONE_NAMES[zone]) for zone in Zone)],
    )
    kwh = AmountField(label=gettext_lazy("Объём, кВт·ч за месяц"), required=False)
    roubles = AmountField(
        label=gettext_lazy("Сумма, ₽"),
        required=False,
        max_digits=14,
        decimal_places=2,
        help_text=gettext_lazy("С минусом — в пользу потребителя."),
    )
    percent = AmountField(label=gettext_lazy("Потери, %"), required=False)
    ends = MonthField(
        label=gettext_lazy("Удерживать до начисления за"),
        max_length=7,
        required=False,
        help_text=gettext_lazy("Пусто — пока решение не отменят."),
    )
    shown = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    field_order = [
        "kind",
        "document",
        "since",
        "until",
        "meter",
        "zone",
        "kwh",
        "roubles",
        "percent",
        "ends",
        "reason",
    ]

    def __init__(self, *args: Any, meters: list[MeterView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["meter"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", gettext_lazy("весь счёт")),
            *((meter.public_id, numbered(meter.serial)) for meter in meters),
        ]

    def decision(self) -> NewDecision:
        """What was filled in."""
        data = self.cleaned_data
        kind = OverrideKind(data["kind"])
        endless = kind in ENDLESS
        return NewDecision(
            kind=kind,
            document=data["document"],
            since=data["since"],
            until=data["until"] if endless else data["until"] or data["since"],
            zone=data["zone"],
            kwh=data["kwh"],
            kopecks=int((data["roubles"] or Decimal(0)) * 100),
            ends=data["ends"],
            percent=data["percent"],
        )


class UndoForm(ReasonForm):
    """Why a decision is taken back."""


@require_safe
@desk_page(Permission.BILLING)
def decisions(request: HttpRequest) -> HttpResponse:
    """Decisions that wait for a second hand, and the latest ones of all accounts."""
    page = page_of(request)
    rows = recent_decisions(limit=PAGE + 1, offset=(page - 1) * PAGE)
    context = {
        "tabs": tabs("decisions"),
        "waiting": [_row(each) for each in waiting_decisions(limit=_MOST)] if page == 1 else [],
        "count": waiting_decision_count(),
        "rows": [_row(each) for each in rows[:PAGE]],
        **around(page, rows),
    }
    return render(request, "staff/billing_decisions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.BILLING)
def account(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """The decisions of one account, and a new one: looked at first, then written as it was seen."""
    try:
        row = account_queries.account_for(actor_of(request), public_id=account_public_id)
    except NotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    now = now_of(request)
    today = Month.of(account_queries.provider_today(row.provider, now))
    form = DecisionForm(
        request.POST if request.method == "POST" else None,
        meters=list(metering.meters_of(account_ids=[row.account_id], standing_only=False)),
        initial={"since": str(today.plus(-1)), "kind": OverrideKind.NO_CHARGE.value},
    )
    seen: list[DecisionPreview] = []

    def act() -> HttpResponse | None:
        given: dict[str, Any] = {
            "by": actor_of(request),
            "account_public_id": account_public_id,
            "new": form.decision(),
            "meter_public_id": form.cleaned_data["meter"],
            "now": now,
        }
        if request.POST.get("act") == "write":
            report = operations.decide(
                **given, reason=form.cleaned_data["reason"], shown=form.cleaned_data["shown"]
            )
            text = (
                _("Решение записано и ждёт второй подписи.")
                if report.waits
                else _("Решение записано: оно войдёт в следующее начисление.")
            )
            messages.success(request, text)
            return redirect("staff-billing-account-decisions", account_public_id)
        seen.append(operations.preview_new(**given))
        return None

    def context() -> dict[str, Any]:
        return {
            "tabs": tabs("decisions"),
            "account": row,
            "form": form,
            "preview": _preview(seen[0]) if seen else None,
            "next": _preview(preview_decision(account=row, today=today)),
            "rows": [_row(each) for each in decisions_of(account_id=row.account_id)],
        }

    return answer(
        request, "staff/billing_account_decisions.html", context, form=form, act=act, explain=_explain
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.BILLING)
def decision(request: HttpRequest, decision_public_id: str) -> HttpResponse:
    """One decision: the difference it makes, the second signature, and its undoing."""
    entry = decision_by_id(decision_public_id)
    if entry is None:
        deny_as_missing(request, subject="decision", public_id=decision_public_id)
    by, now = actor_of(request), now_of(request)
    form = UndoForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        if request.POST.get("act") == "sign":
            operations.sign_decision(
                by=by,
                decision_public_id=decision_public_id,
                shown=request.POST.get("shown", ""),
                now=now,
            )
            messages.success(request, _("Подписано: решение войдёт в следующее начисление."))
        elif request.POST.get("act") == "undo":
            done = operations.undo_decision(
                by=by,
                decision_public_id=decision_public_id,
                reason=form.cleaned_data["reason"] or entry.gone_reason,
                now=now,
            )
            text = (
                _("Решение отменено: всё вернётся со следующим начислением.")
                if done
                else _("Отмена предложена: её подтверждает другой сотрудник.")
            )
            messages.success(request, text)
        return redirect("staff-billing-decision", decision_public_id)

    def context() -> dict[str, Any]:
        known = decision_by_id(decision_public_id) or entry
        mine = known.by_id == member_at(request).person_id
        waits = known.signed_at is None and known.gone_at is None
        asked = known.undo_at is not None and known.gone_at is None
        if waits:
            seen = operations.preview_signing(by=by, decision_public_id=decision_public_id, now=now)
        elif known.gone_at is None:
            seen = operations.preview_undoing(by=by, decision_public_id=decision_public_id, now=now)
        else:
            seen = None
        return {
            "tabs": tabs("decisions"),
            "row": _row(known),
            "form": form,
            "preview": None if seen is None else _preview(seen),
            "waits": waits,
            "may_sign": waits and not mine,
            "mine": waits and mine,
            "may_undo": known.gone_at is None
            and not (asked and known.undo_by_id == member_at(request).person_id),
            "asked": asked,
        }

    return answer(request, "staff/billing_decision.html", context, form=form, act=act, explain=_explain)


def _explain(refused: Any) -> str:
    return words.explain(refused)


def _row(entry: DecisionEntry) -> dict[str, Any]:
    state, kind = decision_state(entry)
    return {
        "decision": entry,
        "name": DECISION_NAMES[entry.kind],
        "effect": DECISION_EFFECTS[entry.kind],
        "state": state,
        "kind": kind,
        "zone": ZONE_NAMES[Zone(entry.zone)] if entry.zone and entry.meter_serial else "",
    }


def _preview(seen: DecisionPreview) -> dict[str, Any]:
    problem = "" if seen.reason is None else texts.problem(seen.reason, seen.details or {})
    return {"seen": seen, "problem": problem, "nothing": not seen.months}


urlpatterns: list[URLPattern] = [
    path("billing/decisions/", decisions, name="staff-billing-decisions"),
    path("decisions/<public_id:decision_public_id>/", decision, name="staff-billing-decision"),
    path(
        "accounts/<public_id:account_public_id>/decisions/", account, name="staff-billing-account-decisions"
    ),
]
