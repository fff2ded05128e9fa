"""«Возвраты и рассрочки»: each supplier's limits of refunds, promises and instalments, by day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
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

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.arrangements.operations.limits import MoneyLimitsOutcome, set_money_limits
from svet.arrangements.queries.limits import default_limits, limits_of
from svet.arrangements.rules.limits import BOUNDS, SUMS, MoneyLimits, limits_on
from svet.arrangements.texts.limits import (
    instalment_limits_words,
    promise_limits_words,
    refund_limits_words,
)
from svet.kernel import words
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.staff.billing.policy import AmountField
from svet.staff.billing.shell import ROOT, tabs
from svet.staff.shell.desk import actor_of, desk_page
from svet.staff.shell.forms import answer
from svet.staffing.rules import Permission

_URL = f"{ROOT}money-limits/"


class LimitsForm(Form):
    """What holds from a day on; an empty field leaves its limit as it was."""

    provider = forms.ChoiceField(label=gettext_lazy("Поставщик"))
    since = forms.DateField(
        label=gettext_lazy("С какого дня"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Сегодня или позже. Что уже согласовано, не меняется."),
    )
    refund_alone = AmountField(
        label=gettext_lazy("Возврат переплаты без подписей за 30 дней, ₽"), required=False, decimal_places=2
    )
    refund_times = forms.IntegerField(label=gettext_lazy("Просьб о возврате в сутки"), required=False)
    refund_days = forms.IntegerField(
        label=gettext_lazy("Платёж для возврата не старше, дней"), required=False
    )
    promise_days = forms.IntegerField(
        label=gettext_lazy("Обещать платёж не дальше, дней"),
        required=False,
        help_text=gettext_lazy("0: обещания не принимаются."),
    )
    promise_pause = forms.IntegerField(
        label=gettext_lazy("Пауза после нарушенного обещания, дней"), required=False
    )
    instalment_months = forms.IntegerField(
        label=gettext_lazy("Рассрочка не дольше, месяцев"),
        required=False,
        help_text=gettext_lazy("0: рассрочка не оформляется."),
    )
    instalment_least = AmountField(
        label=gettext_lazy("Наименьший долг для рассрочки, ₽"), required=False, decimal_places=2
    )
    instalment_alone = AmountField(
        label=gettext_lazy("Рассрочка больше этой суммы — две подписи, ₽"), required=False, decimal_places=2
    )
    instalment_most = AmountField(
        label=gettext_lazy("Наибольший долг для рассрочки, ₽"), required=False, decimal_places=2
    )
    instalment_pause = forms.IntegerField(
        label=gettext_lazy("Пауза после нарушенной рассрочки, месяцев"), required=False
    )

    def __init__(self, *args: Any, providers: list[ProviderView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [(each.code, each.name) for each in providers]  # type: ignore[attr-defined]

    @property
    def given(self) -> dict[str, int | None]:
        """What was chosen, by name, sums in kopecks."""
        return {name: _whole(self.cleaned_data[name], money=name in SUMS) for name in BOUNDS}


def _whole(typed: Decimal | int | None, *, money: bool) -> int | None:
    return None if typed is None else int(typed * 100 if money else typed)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.BILLING)
def money_limits(request: HttpRequest) -> HttpResponse:
    """The limits of every supplier, and the form."""
    suppliers = account_queries.providers()
    form = LimitsForm(request.POST if request.method == "POST" else None, providers=suppliers)

    def act() -> HttpResponse:
        provider = next(each for each in suppliers if each.code == form.cleaned_data["provider"])
        outcome, _since, _limits = set_money_limits(
            provider_id=provider.provider_id,
            since=form.cleaned_data["since"],
            given=form.given,
            by=actor_of(request),
            now=now_of(request),
        )
        unchanged = outcome is MoneyLimitsOutcome.UNCHANGED
        messages.success(
            request, _("Так и было: ничего не изменено.") if unchanged else _("Пределы записаны.")
        )
        return redirect(_URL)

    return answer(
        request,
        "staff/billing_money_limits.html",
        lambda: {
            "tabs": tabs("money-limits"),
            "form": form,
            "suppliers": [_supplier(request, each) for each in suppliers],
        },
        form=form,
        act=act,
        explain=words.explain,
    )


def _supplier(request: HttpRequest, provider: ProviderView) -> dict[str, Any]:
    today = account_queries.provider_today(provider, now_of(request))
    rows = limits_of(provider.provider_id)
    held = max((each.since for each in rows if each.since <= today), default=None)
    now = limits_on(rows, today, default=default_limits())
    return {
        "provider": provider,
        "chosen": held is not None,
        "rows": [_row(each.limits, since=each.since, holds=each.since == held) for each in reversed(rows)],
        "now": _row(now, since=today, holds=True),
    }


def _row(limits: MoneyLimits, *, since: date, holds: bool) -> dict[str, Any]:
    return {
        "since": since,
        "holds": holds,
        "refunds": refund_limits_words(limits),
        "promises": promise_limits_words(limits),
        "instalments": instalment_limits_words(limits),
    }


urlpatterns: list[URLPattern] = [
    path("billing/money-limits/", money_limits, name="staff-billing-money-limits")
]
