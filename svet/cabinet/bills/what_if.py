"""«Что если»: an account's own months by other zones, with a heater, with one of them left empty."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountNotFound
from svet.accounts.queries.registry import accounts_by_id
from svet.cabinet.bills.tariffs import scheme_name
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.look import formats
from svet.metering import queries as metering
from svet.quotes.queries import (
    EmptyMonth,
    Load,
    SchemeChoice,
    WhatIf,
    WhatIfAsked,
    WhatIfTold,
    forecast,
    what_if,
)
from svet.quotes.texts import cost_lines, forecast_words

_NUMBER = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?", re.ASCII)
#: More than a dwelling is connected with, and the hours of a day.
MOST_KILOWATTS: Final = 50
MOST_HOURS: Final = 24
_YEAR, _TWO_YEARS = "12", "24"


class PlainNumberField(forms.CharField):
    """A positive number with a comma or a point, at most ``most``; empty is nothing."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(required=False, max_length=6, **kwargs)

    def clean(self, value: object) -> Decimal | None:
        """The number, or None where nothing was typed. :raises ValidationError: no such number"""
        text = str(value or "").strip()
        if not text:
            return None
        number = Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else Decimal(0)
        if not 0 < number <= self.most:
            raise ValidationError(
                _("Введите число больше нуля и не больше {most}, например 1,5.").format(most=self.most),
                code="bad_number",
            )
        return number


class WhatIfForm(Form):
    """What is tried: the share of the night where the meter does not tell it, a heater, an empty month."""

    span = forms.ChoiceField(
        label=gettext_lazy("За сколько месяцев считать"),
        choices=[(_YEAR, gettext_lazy("За год")), (_TWO_YEARS, gettext_lazy("За два года"))],
        required=False,
    )
    night = forms.IntegerField(
        label=gettext_lazy("Сколько из вашего расхода приходится на ночь, с 23 до 7 часов, %"),
        required=False,
        min_value=0,
        max_value=100,
    )
    kilowatts = PlainNumberField(
        most=MOST_KILOWATTS,
        label=gettext_lazy("Мощность, кВт"),
        help_text=gettext_lazy("Она написана на приборе: 1500 Вт — это 1,5 кВт."),
    )
    hours = PlainNumberField(most=MOST_HOURS, label=gettext_lazy("Сколько часов в день он греет"))
    heater_night = forms.IntegerField(
        label=gettext_lazy("Сколько из этих часов — ночью, с 23 до 7, %"),
        required=False,
        min_value=0,
        max_value=100,
    )
    cold = forms.BooleanField(label=gettext_lazy("Только с октября по апрель"), required=False)
    month = forms.ChoiceField(label=gettext_lazy("В каком месяце никого не было бы дома"), required=False)

    def __init__(self, *args: Any, can_be_empty: Sequence[Month] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = [(str(each), formats.month(each)) for each in can_be_empty]
        month = self.fields["month"]
        assert isinstance(month, forms.ChoiceField)
        month.choices = [("", _("Не пробовать")), *months]

    def clean(self) -> dict[str, Any]:
        """A power needs its hours, and hours their power."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        for one, other in (("kilowatts", "hours"), ("hours", "kilowatts")):
            if found.get(one) is not None and other in found and found[other] is None:
                self.add_error(other, ValidationError(_("Без этого числа не посчитать."), code="half"))
        return found

    @property
    def asked(self) -> WhatIfAsked:
        """What is to be told; of a form at fault, or of none, what is told to whoever asks nothing."""
        if not self.is_bound or not self.is_valid():
            return WhatIfAsked()
        typed = self.cleaned_data
        load = None
        if typed["kilowatts"] is not None and typed["hours"] is not None:
            load = Load(typed["kilowatts"], typed["hours"], typed["cold"], _share(typed["heater_night"]))
        return WhatIfAsked(
            night=_share(typed["night"]),
            months=int(typed["span"] or _YEAR),
            load=load,
            empty=Month.parse(typed["month"]) if typed["month"] else None,
        )


@dataclass(frozen=True, slots=True)
class ChoiceShown:
    """A scheme in words."""

    name: str
    choice: SchemeChoice


@dataclass(frozen=True, slots=True)
class EmptyRow:
    """One way to leave a month empty; ``difference`` to what it did cost, None: it is what it did cost."""

    title: str
    kwh: Decimal
    money: Money
    difference: Money | None


@require_safe
@signed_in
def what_if_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The months of an account otherwise, and the forecast of the open month."""
    try:
        card = account_queries.card_of(actor_of(request), account_public_id=public_id)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=public_id)
    if not card.provider.service.charged_here:
        return render(request, "cabinet/what_if.html", {"card": card})
    (account,) = accounts_by_id([card.account_id])
    on = account_queries.provider_today(account.provider, now_of(request))
    known = what_if(account=account, on=on, asked=WhatIfAsked())
    # A month that was asked for by hand is judged by the months there are.
    form = WhatIfForm(request.GET or None, can_be_empty=known.can_be_empty)
    asked = form.asked
    found = known if asked == WhatIfAsked() else what_if(account=account, on=on, asked=asked)
    meters = metering.meters_of(account_ids=[card.account_id])
    dials = metering.dials(meters=meters, read_on=on)
    told = forecast(account=account, dials=list(dials.values()), on=on) if dials else None
    return render(
        request,
        "cabinet/what_if.html",
        {
            "card": card,
            "form": form,
            "forecast": told,
            "forecast_words": "" if told is None else forecast_words(told.first, told.last),
            "forecast_lines": cost_lines(None if told is None else told.told),
            **_shown(found, known, asked),
        },
        status=422 if form.is_bound and not form.is_valid() else 200,
    )


def _shown(found: WhatIfTold, known: WhatIfTold, asked: WhatIfAsked) -> dict[str, Any]:
    year, loaded = found.year, found.loaded
    return {
        "found": year,
        "longer": bool(known.year and known.charged > int(_YEAR)),
        "can_be_empty": known.can_be_empty,
        "choices": [] if year is None else _choices(year.choices),
        "months": [] if year is None else _months(year),
        "names": [] if year is None else [scheme_name(each.scheme) for each in year.choices],
        "loaded": loaded,
        "load_asked": asked.load is not None,
        "load_is_shorter": year is not None and loaded is not None and loaded.months < len(year.months),
        "loaded_now": None if loaded is None else next(each for each in loaded.choices if each.now),
        "loaded_choices": [] if loaded is None else _choices(loaded.choices),
        "empty": found.empty,
        "empty_asked": asked.empty is not None,
        "empty_rows": [] if found.empty is None else _empty_rows(found.empty),
    }


def _choices(choices: Sequence[SchemeChoice]) -> list[ChoiceShown]:
    return [ChoiceShown(scheme_name(each.scheme), each) for each in choices]


def _months(found: WhatIf) -> list[dict[str, Any]]:
    """Each month with its cost by every scheme, in the order of the choices."""
    return [
        {
            "month": month,
            "kwh": kwh,
            "costs": [(scheme_name(each.scheme), costs[each.scheme]) for each in found.choices],
        }
        for month, kwh, costs in found.months
    ]


def _empty_rows(empty: EmptyMonth) -> list[EmptyRow]:
    was, sent, silent = empty.was, empty.sent, empty.silent
    title = _("Как было, %(month)s") % {"month": formats.month(empty.month)}
    rows = [EmptyRow(title, was.kwh, was.money, None)]
    title = _("Никого нет, показания переданы") if empty.metered else _("Если бы отсутствие учли в нормативе")
    rows.append(EmptyRow(title, sent.kwh, sent.money, sent.money - was.money))
    if silent is not None:
        title = _("Никого нет, показания не переданы")
        rows.append(EmptyRow(title, silent.kwh, silent.money, silent.money - was.money))
    return rows


def _share(percent: int | None) -> Fraction | None:
    return None if percent is None else Fraction(percent, 100)


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:public_id>/what-if/", what_if_page, name="what-if")
]
