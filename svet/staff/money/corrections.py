"""«Исправить расчёты»: acts about the books, seen first, beyond a limit signed by two."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.accounts import queries as account_queries
from svet.kernel.refusals import NotFound
from svet.look.requests import now_of
from svet.payments.operations import acts as operations
from svet.payments.queries.acts import MoneyActView, act_by_id, acts_about
from svet.payments.queries.sendings import sending_of
from svet.payments.rules.acts import LONGEST_DOCUMENT, MoneyActKind, MoneyActState, NewMoneyAct
from svet.payments.rules.registers import CaseKind
from svet.payments.texts import acts as wording
from svet.staff.money import sendings
from svet.staff.money.acts import CLAIMS, claim
from svet.staff.money.words import explain
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing.rules import Permission
from svet.staffing.texts import name_in_words

_BADGES = {
    MoneyActState.WAITING: "warning",
    MoneyActState.POSTED: "success",
    MoneyActState.REFUSED: "neutral",
}


_SUM = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?", re.ASCII)


class ActSumField(forms.DecimalField):
    """Roubles with a point or a comma."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def to_python(self, value: Any) -> Any:
        """Commas become points, spaces go; what only a machine reads as a number (1e3, 1_0) is none."""
        if not isinstance(value, str):
            return super().to_python(value)
        plain = "".join(value.split()).replace(",", ".").replace("\u2212", "-")
        if plain and not _SUM.fullmatch(plain):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(plain)


class MoneyActForm(ReasonForm):
    """A new act; ``shown`` stands for the balances the member has seen."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Что сделать"),
        choices=[
            (MoneyActKind.TRANSFER.value, gettext_lazy("Перенести оплату на другой счёт")),
            (MoneyActKind.CORRECTION.value, gettext_lazy("Исправить долг")),
            (MoneyActKind.WRITE_OFF.value, gettext_lazy("Списать долг")),
            (MoneyActKind.FEE.value, gettext_lazy("Начислить плату за ограничение или возобновление")),
            (MoneyActKind.BENEFIT.value, gettext_lazy("Зачесть льготу, которую возместит бюджет")),
            (MoneyActKind.PENALTY.value, gettext_lazy("Показать или снять пени")),
        ],
    )
    roubles = ActSumField(
        label=gettext_lazy("Сумма, ₽"),
        max_digits=12,
        decimal_places=2,
        help_text=gettext_lazy("Корректировка и пени с минусом — в пользу потребителя."),
    )
    to_account = forms.CharField(
        label=gettext_lazy("На какой счёт перенести"), required=False, max_length=40, strip=False
    )
    to_provider = forms.ChoiceField(label=gettext_lazy("У какого поставщика этот счёт"), required=False)
    on = forms.DateField(
        label=gettext_lazy("Каким днём"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": gettext_lazy("Введите день так: 31.12.2026.")},
    )
    document = forms.CharField(
        label=gettext_lazy("Документ"),
        max_length=LONGEST_DOCUMENT,
        required=False,
        help_text=gettext_lazy("Его увидит и потребитель."),
    )
    shown = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    field_order = ["kind", "roubles", "to_account", "to_provider", "on", "document", "reason"]

    def __init__(self, data: Any = None, *, own: str, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        suppliers = sorted(account_queries.providers(), key=lambda one: one.code != own)
        if len(suppliers) > 1:
            field = cast(forms.ChoiceField, self.fields["to_provider"])
            field.choices = [(one.code, one.name) for one in suppliers]
        else:
            del self.fields["to_provider"]

    def act(self) -> NewMoneyAct:
        """What was filled in."""
        data = self.cleaned_data
        return NewMoneyAct(
            kind=MoneyActKind(data["kind"]),
            kopecks=int((data["roubles"] or Decimal(0)) * 100),
            document=data["document"],
            on=data["on"],
            to_account_number=data["to_account"],
            to_provider=data.get("to_provider", ""),
        )


class WhyForm(ReasonForm):
    """Why an act is turned down or taken back."""


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def corrections(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """The acts about an account, and a new one: looked at first, then written as it was seen."""
    by, now = actor_of(request), now_of(request)
    try:
        account = account_queries.account_for(by, public_id=account_public_id)
    except NotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    today = account_queries.provider_today(account.provider, now)
    form = MoneyActForm(
        request.POST if request.method == "POST" else None, own=account.provider.code, initial={"on": today}
    )
    seen: list[operations.MoneyActPreview] = []

    def act() -> HttpResponse | None:
        new = form.act()
        if request.POST.get("act") == "write":
            report = operations.write_act(
                by=by,
                account_public_id=account_public_id,
                new=new,
                reason=form.cleaned_data["reason"],
                shown=form.cleaned_data["shown"],
                now=now,
            )
            said = _("Записано и ждёт второй подписи.") if report.waits else _("Проведено.")
            messages.success(request, said)
            return redirect("staff-money-corrections", account_public_id)
        seen.append(operations.preview_act(by=by, account_public_id=account_public_id, new=new, now=now))
        return None

    def context() -> dict[str, Any]:
        return {
            "account": account,
            "form": form,
            "preview": seen[0] if seen else None,
            "acts": [shown_act(one) for one in acts_about(account_id=account.account_id)],
        }

    return answer(request, "staff/money_corrections.html", context, form=form, act=act, explain=explain)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def correction(request: HttpRequest, money_act_public_id: str) -> HttpResponse:
    """One act: what it does, the second signature, a refusal, its undoing, and the money it makes owed."""
    found = act_by_id(money_act_public_id)
    if found is None:
        deny_as_missing(request, subject="money_act", public_id=money_act_public_id)
    by, now = actor_of(request), now_of(request)
    asked = request.POST.get("act", "")
    sending = sending_of(found.public_id)
    if sending is not None and asked in CLAIMS:
        return claim(request, CaseKind.SENDING, found.public_id, asked)
    marks = sending is not None and asked in ("sent", "unsent")
    form = WhyForm(request.POST if request.method == "POST" and not marks else None)
    sending_form = sendings.form_of(request, sending.state) if sending is not None else form
    shown = request.POST.get("shown", "")

    def act() -> HttpResponse | None:
        if marks:
            return sendings.mark(request, found.public_id, sending_form)
        if asked == "sign":
            operations.sign_act(by=by, act_public_id=found.public_id, shown=shown, now=now)
            messages.success(request, _("Подписано и проведено."))
        elif asked == "refuse":
            reason = form.cleaned_data["reason"]
            operations.refuse_act(by=by, act_public_id=found.public_id, reason=reason, now=now)
            messages.success(request, _("Отклонено. Ничего не проведено."))
        elif asked == "undo":
            reason = form.cleaned_data["reason"]
            back = operations.undo_act(
                by=by, act_public_id=found.public_id, reason=reason, shown=shown, now=now
            )
            said = _("Отмена записана и ждёт второй подписи.") if back.waits else _("Отменено.")
            messages.success(request, said)
            return redirect("staff-money-correction", back.public_id)
        return redirect("staff-money-correction", found.public_id)

    def context() -> dict[str, Any]:
        known = act_by_id(found.public_id) or found
        waits = known.state is MoneyActState.WAITING
        may_undo = known.state is MoneyActState.POSTED and not known.undoes and not known.undone_by
        preview = None
        if waits:
            preview = operations.preview_waiting(by=by, act_public_id=known.public_id)
        elif may_undo:
            preview = operations.preview_undo(by=by, act_public_id=known.public_id, now=now)
        return {
            "row": shown_act(known),
            "form": form,
            "preview": preview,
            "waits": waits,
            "receipts": wording.receipts_of_move(known.kind),
            "mine": known.written_by_id == member_at(request).person_id,
            "may_undo": may_undo,
            **(sendings.about(request, sending, sending_form) if sending is not None else {}),
        }

    posted = sending_form if marks else form
    return answer(request, "staff/money_correction.html", context, form=posted, act=act, explain=explain)


def shown_act(one: MoneyActView) -> dict[str, Any]:
    """An act in words."""
    return {
        "act": replace(
            one, written_by=name_in_words(one.written_by), decided_by=name_in_words(one.decided_by)
        ),
        "name": wording.act_name(one.kind),
        "state": wording.act_state(one.state),
        "badge": _BADGES[one.state],
    }


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:account_public_id>/money/", corrections, name="staff-money-corrections"),
    path("money/acts/<public_id:money_act_public_id>/", correction, name="staff-money-correction"),
]
