"""The filters of «История»: read from the address, shown again with what is wrong beside its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.accounts.queries import GroupView
from svet.cabinet.shell.forms import DayField, Form, add_refusal
from svet.history.rules import FilterReason, FilterRefused, HistoryFilters, Operation, default_since
from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.payments import texts as payment_texts
from svet.payments.rules import LIMITS, parse_amount

_ANY_SUM = replace(LIMITS, line_min=Money(0), line_max=Money(10**11))


class SumField(forms.CharField):
    """A sum in roubles, as in «К оплате»."""

    def __init__(self, *, label: Any) -> None:
        super().__init__(label=label, required=False, max_length=40, strip=True)

    def clean(self, value: Any) -> Money | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text, limits=_ANY_SUM)
        except Refused as refused:
            raise ValidationError(payment_texts.explain(refused), code=str(refused.reason)) from refused


class HistoryFilterForm(Form):
    """«Фильтры»: the address bar keeps them; whatever is left out has its default."""

    operation = forms.ChoiceField(
        label=gettext_lazy("Операции"),
        required=False,
        choices=[
            ("", gettext_lazy("Все операции")),
            (Operation.READINGS, gettext_lazy("Показания")),
            (Operation.CONTROL, gettext_lazy("Контрольные показания")),
            (Operation.PAYMENTS, gettext_lazy("Платежи")),
            (Operation.BILLS, gettext_lazy("Счета")),
        ],
    )
    group = forms.ChoiceField(label=gettext_lazy("Группа"), required=False)
    provider = forms.ChoiceField(label=gettext_lazy("Поставщик услуг"), required=False)
    account = forms.ChoiceField(label=gettext_lazy("Абонент"), required=False)
    since = DayField(label=gettext_lazy("Дата с"))
    until = DayField(label=gettext_lazy("Дата по"))
    sum_from = SumField(label=gettext_lazy("Сумма с"))
    sum_to = SumField(label=gettext_lazy("Сумма по"))

    def __init__(self, data: Mapping[str, Any], *, groups: Sequence[GroupView], today: date) -> None:
        super().__init__(data)
        self._today = today
        self._usual = {"since": default_since(today).isoformat(), "until": today.isoformat()}
        for name, day in self._usual.items():
            # Shown where nothing was given, so that one sees which days the page is about.
            self.fields[name].widget.attrs["value"] = day
        cards = [card for group in groups for card in group.cards]
        providers = {card.provider.public_id: card.provider.name for card in cards}
        self._choose("group", _("Все группы"), [(group.public_id, group.name) for group in groups])
        self._choose("provider", _("Все поставщики"), list(providers.items()))
        self._choose(
            "account",
            _("Все абоненты"),
            [(card.public_id, f"{card.number} — {card.title}") for card in cards],
        )
        for name in ("group", "provider", "account", "operation"):
            self.fields[name].error_messages["invalid_choice"] = _("Такого в вашем кабинете нет.")

    def filters(self) -> HistoryFilters:
        """What to show; the defaults where the form is empty or wrong."""
        default = HistoryFilters(since=default_since(self._today), until=self._today)
        if not self.is_valid():
            return default
        given = self.cleaned_data
        until: date = given["until"] or max(self._today, given["since"] or self._today)
        since: date = given["since"] or default_since(until)
        try:
            return HistoryFilters(
                since=since,
                until=until,
                operation=Operation(given["operation"]) if given["operation"] else None,
                group=given["group"],
                provider=given["provider"],
                account=given["account"],
                sum_from=given["sum_from"],
                sum_to=given["sum_to"],
            )
        except FilterRefused as refused:
            add_refusal(self, refused, _explain(refused))
            return default

    def address(self) -> str:
        """The given filters as a query, for links that keep them."""
        given = {name: self.data.get(name, "") for name in self.fields}
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the defaults is asked for."""
        return any(self.data.get(name, "") not in ("", self._usual.get(name, "")) for name in self.fields)

    def _choose(self, name: str, everything: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]


def _explain(refused: FilterRefused) -> str:
    match refused.reason:
        case FilterReason.DAY:
            return _("Такого дня нет в календаре.")
        case FilterReason.ORDER:
            return _("«Дата по» раньше, чем «Дата с». Поменяйте их местами.")
        case FilterReason.SUMS:
            return _("«Сумма по» меньше, чем «Сумма с». Поменяйте их местами.")
        case _:
            return _("За один раз можно посмотреть не больше %(years)s лет.") % refused.details
