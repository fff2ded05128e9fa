"""The open month as a range, where its dearer price begins, how the last three forecasts came true."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from svet.bills.texts import labels
from svet.kernel.money import Money
from svet.look.formats import NBSP, day_and_month, energy, number
from svet.quotes.queries import ForecastRange
from svet.usage.queries import ForecastGap, MonthForecast
from svet.usage.rules import PastForecast, outer

_JOIN = "\u2060\u2013\u2060"
#: The gauge is drawn when more than this share of the first range is likely to be used.
_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class KeptWord:
    """How a past promise came true."""

    text: str
    kept: bool


@dataclass(frozen=True, slots=True)
class RangeGauge:
    """How much of the first range is used by now, 0…100, and in words."""

    percent: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class ForecastShown:
    """The card «что выйдет»; without a ``sentence`` nothing can be told, and ``why`` says what is missing."""

    title: str
    sentence: str
    why: str
    gauge: RangeGauge | None
    quiet: str
    kept: tuple[KeptWord, ...]


def forecast_of(found: MonthForecast) -> ForecastShown:
    """What the open month is likely to cost."""
    name = labels.month_label(found.month).partition(NBSP)[0]
    title = _("%(month)s: что выйдет") % {"month": name[:1].upper() + name[1:]}
    kept = tuple(_kept(each) for each in found.kept)
    if found.told is None:
        return ForecastShown(title, "", _why(found.gap), None, "", kept)
    gauge = _gauge(found.told)
    return ForecastShown(title, _sentence(found.told), "", gauge, "" if gauge else _quiet(found.told), kept)


def _why(gap: ForecastGap | None) -> str:
    if gap is ForecastGap.BILLS:
        return _("Прогноз появится, когда в счетах будет два месяца, посчитанных по показаниям.")
    return _("Прогноза пока нет: у счётчика слишком мало показаний подряд.")


def _sentence(told: ForecastRange) -> str:
    assert told.low.bill is not None
    assert told.high.bill is not None
    values = {
        "on": day_and_month(told.ends_on),
        "kwh": _kwh(told.low.kwh, told.high.kwh),
        "sum": _roubles(told.low.bill, told.high.bill),
    }
    if told.since < told.month.plus(-1):
        return _("С последнего счёта к %(on)s наберётся %(kwh)s, %(sum)s.") % values
    return _("К %(on)s %(kwh)s, %(sum)s.") % values


def _kwh(low: Decimal, high: Decimal) -> str:
    """«190–230 кВт·ч»: bounds rounded away from the middle."""
    return f"{number(outer(max(low, Decimal(0))))}{_JOIN}{energy(outer(max(high, Decimal(0)), up=True))}"


def _roubles(low: Money, high: Money) -> str:
    bounds = outer(max(low.roubles, Decimal(0))), outer(max(high.roubles, Decimal(0)), up=True)
    return f"{number(bounds[0])}{_JOIN}{number(bounds[1])}{NBSP}₽"


def _beyond(told: ForecastRange) -> tuple[Decimal, Decimal]:
    """kWh beyond the first range at the bounds."""
    low, high = (
        max(sum((line.kwh for line in each.lines if line.range_no > 1), Decimal(0)), Decimal(0))
        for each in (told.low, told.high)
    )
    return low, high


def _gauge(told: ForecastRange) -> RangeGauge | None:
    if told.first_kwh is None or told.first_price is None or told.next_price is None or told.days <= 0:
        return None
    if told.since < told.month.plus(-1):
        return None  # two months are in the bounds, and each has ranges of its own
    if told.high.kwh <= told.first_kwh * _HALF:
        return None
    middle = (told.low.kwh + told.high.kwh) / 2
    used = middle * told.day / told.days
    percent = int((used / told.first_kwh * 100).quantize(Decimal(1), ROUND_HALF_UP))
    values: dict[str, object] = {
        "day": told.day,
        "days": told.days,
        "percent": f"{percent}{NBSP}%",
        "first": number(told.first_kwh),
        "price": f"{number(told.first_price, places=2)}{NBSP}₽",
        "next": f"{number(told.next_price, places=2)}{NBSP}₽",
    }
    low, high = _beyond(told)
    if not high:
        text = _(
            "День %(day)d из %(days)d: израсходовано около %(percent)s первого диапазона в %(first)s кВт·ч."
        )
        return RangeGauge(min(100, percent), text % values, "ok")
    values["kwh"] = _kwh(low, high)
    text = _(
        "День %(day)d из %(days)d: израсходовано около %(percent)s первого диапазона в %(first)s кВт·ч. "
        "Таким темпом ещё %(kwh)s пойдут по %(next)s вместо %(price)s."
    )
    return RangeGauge(min(100, percent), text % values, "warning")


def _quiet(told: ForecastRange) -> str:
    if told.since < told.month.plus(-1):
        return _("В счёте несколько месяцев: это прогноз сразу за все.")
    if told.first_kwh is None or told.high.kwh > told.first_kwh * _HALF:
        return ""
    return _("До дорогого диапазона далеко: он начинается с %(first)s кВт·ч за месяц.") % {
        "first": number(told.first_kwh)
    }


def _kept(promise: PastForecast) -> KeptWord:
    name = labels.month_label(promise.month)
    values = {
        "month": name[:1].upper() + name[1:],
        "range": f"{number(promise.low)}{_JOIN}{number(promise.high)}",
        "came": energy(promise.came),
    }
    if promise.kept:
        return KeptWord(_("%(month)s: обещали бы %(range)s, вышло %(came)s") % values, True)
    return KeptWord(_("%(month)s: обещали бы %(range)s, вышло %(came)s, промах") % values, False)
