"""«Мой предел»: a person's own limit for a month, beside the forecast of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.session import actor_of
from svet.usage import texts
from svet.usage.queries import MonthForecast, budget_of, budget_view
from svet.usage.rules import Budget, BudgetKind, BudgetStanding

_WHOLE = re.compile(r"[0-9]{1,16}", re.ASCII)
_SPACES = str.maketrans("", "", " \u00a0\u202f")


class BudgetForm(Form):
    """A whole number and what it counts."""

    limit = forms.CharField(
        label=gettext_lazy("Не больше, в месяц"),
        max_length=16,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Введите, сколько в месяц.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Чего"),
        choices=[
            (BudgetKind.MONEY.value, gettext_lazy("рублей по счёту")),
            (BudgetKind.ENERGY.value, gettext_lazy("киловатт-часов")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Выберите, что считать: рубли или киловатт-часы."),
            "invalid_choice": gettext_lazy("Выберите, что считать: рубли или киловатт-часы."),
        },
    )

    def clean_limit(self) -> int:
        raw = str(self.cleaned_data["limit"]).translate(_SPACES)
        if not _WHOLE.fullmatch(raw):
            raise ValidationError(_("Введите целое число, например 1500."), code="chars")
        return int(raw)

    @property
    def in_units(self) -> int:
        """The limit in kopecks or kWh, as it is kept."""
        times = 100 if self.cleaned_data["kind"] == BudgetKind.MONEY else 1
        return int(self.cleaned_data["limit"]) * times


@dataclass(frozen=True, slots=True)
class BudgetShown:
    """The card; ``sentence`` is empty without a limit, ``kind`` and ``percent`` are of the gauge."""

    form: BudgetForm
    sentence: str
    kind: str
    percent: int | None


def form_of(budget: Budget | None) -> BudgetForm:
    """The form as it stands before anything was typed."""
    if budget is None:
        return BudgetForm(initial={"kind": BudgetKind.MONEY.value})
    limit = budget.limit // 100 if budget.kind is BudgetKind.MONEY else budget.limit
    return BudgetForm(initial={"kind": budget.kind.value, "limit": limit})


def budget_shown(
    request: HttpRequest, *, account_id: int, forecast: MonthForecast, form: BudgetForm | None
) -> BudgetShown:
    """The limit beside the forecast; the caller has asked the guard."""
    budget = budget_of(actor_of(request), account_id=account_id)
    if budget is None:
        return BudgetShown(form or form_of(None), "", "", None)
    view = budget_view(budget, forecast=forecast)
    percent = None
    if view.bounds is not None:
        percent = min(100, round(sum(view.bounds) / 2 / budget.limit * 100))
    beyond = view.standing is BudgetStanding.BEYOND
    return BudgetShown(
        form or form_of(budget), texts.budget_sentence(view), "warning" if beyond else "ok", percent
    )
