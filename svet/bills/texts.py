"""The words of a bill: zones, sources, ranges, and the sentences that explain it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.utils.dates import MONTHS_3
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from svet.bills.queries import BillReason
from svet.bills.rules import BillDocument, Change, Comparison, LineRow, TariffChange
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.look.formats import MINUS, NBSP, day, energy, number, roubles
from svet.look.formats import month as month_name

_IN_MONTH: tuple[Promise, ...] = (
    gettext_lazy("в январе"),
    gettext_lazy("в феврале"),
    gettext_lazy("в марте"),
    gettext_lazy("в апреле"),
    gettext_lazy("в мае"),
    gettext_lazy("в июне"),
    gettext_lazy("в июле"),
    gettext_lazy("в августе"),
    gettext_lazy("в сентябре"),
    gettext_lazy("в октябре"),
    gettext_lazy("в ноябре"),
    gettext_lazy("в декабре"),
)
_ZONES: dict[str, Promise] = {
    "single": gettext_lazy("Круглосуточный"),
    "day": gettext_lazy("День"),
    "night": gettext_lazy("Ночь"),
    "peak": gettext_lazy("Пик"),
    "semipeak": gettext_lazy("Полупик"),
}
_SOURCES: dict[str, Promise] = {
    "web": gettext_lazy("личный кабинет"),
    "api": gettext_lazy("приложение"),
    "sms": gettext_lazy("СМС"),
    "office": gettext_lazy("офис"),
    "register": gettext_lazy("реестр"),
    "quick": gettext_lazy("без входа"),
    "automatic": gettext_lazy("счётчик сам"),
    "absence": gettext_lazy("на время отъезда"),
    "control": gettext_lazy("контрольное"),
    "initial": gettext_lazy("при установке"),
    "final": gettext_lazy("при снятии"),
    "average": gettext_lazy("по среднему"),
    "norm": gettext_lazy("по нормативу"),
    "settlement": gettext_lazy("перерасчёт"),
}
_NOTES: dict[str, Promise] = {
    "average": gettext_lazy(
        "Показаний за месяц не было: объём посчитан по среднему. Передайте показания — и мы пересчитаем."
    ),
    "norm": gettext_lazy(
        "Показаний долго не было: объём посчитан по нормативу. Передайте показания — и мы пересчитаем."
    ),
    "settlement": gettext_lazy(
        "Пришли показания: прежний расчёт без показаний отменён, начислен действительный объём."
    ),
}
_DEMONSTRATION = gettext_lazy(
    "Тариф этих строк ещё не опубликован: цена демонстрационная, она продолжает последнюю известную."
)


def explain(refusal: Refused) -> str:
    """Say a refusal of this room to a customer."""
    if refusal.reason is BillReason.NOT_FOUND:
        return _("Такого счёта нет. Проверьте адрес или откройте список счетов.")
    return str(refusal)


def in_month(month: Month) -> str:
    """«в ноябре»."""
    return str(_IN_MONTH[month.month - 1])


def month_label(month: Month | date) -> str:
    """«ноябрь 2026»: inside a sentence, so in small letters in Russian."""
    label = month_name(month)
    return label.lower() if (get_language() or "ru").startswith("ru") else label


def short_month(month: date) -> str:
    """«ноя 26»: a label below a bar."""
    return f"{str(MONTHS_3[month.month]).lower()[:3]}{NBSP}{month.year % 100:02d}"


def zone_label(zone: str) -> str:
    """«Круглосуточный», «День»…; a name this version does not know stays as it is."""
    return str(_ZONES.get(zone, zone))


def source_label(source: str) -> str:
    """How a reading came, or why there was none."""
    return str(_SOURCES.get(source, source))


def range_label(line: LineRow) -> str:
    """Which part of the month's volume the price is for: «до 3 900», «свыше 3 900 до 6 000»."""
    over, upper = line.range_over_kwh, line.range_upper_kwh
    if upper is None and not over:
        return _("весь объём")
    if upper is None:
        return _("свыше %(over)s") % {"over": number(over or Decimal(0))}
    if not over:
        return _("до %(upper)s") % {"upper": number(upper)}
    return _("свыше %(over)s до %(upper)s") % {"over": number(over), "upper": number(upper)}


def price_text(price: Decimal) -> str:
    """«4,77»: at least two decimals, as many as the regulator published."""
    places = max(2, -int(price.normalize().as_tuple().exponent))
    return number(price, places=places)


def line_formula(line: LineRow) -> str:
    """«212 кВт·ч × 4,77 ₽ = 1 011,24 ₽»."""
    return f"{energy(line.kwh)} × {price_text(line.price)}{NBSP}₽ = {roubles(line.kopecks)}"


def days_text(line: LineRow) -> str:
    """«21.10.2026–20.11.2026»: the days whose consumption the line prices."""
    return f"{day(line.since_on)}–{day(line.until_on - timedelta(days=1))}"


def volume_formula(line: LineRow) -> str:
    """«4 236 − 4 024», with the ratio where there is one; empty without both values or after a roll-over."""
    if line.previous_value is None or line.current_value is None or line.current_value < line.previous_value:
        return ""
    difference = f"{number(line.current_value)} {MINUS} {number(line.previous_value)}"
    if line.ratio != 1:
        difference = f"({difference}) × {number(line.ratio)}"
    return difference


def volume_sentence(comparison: Comparison) -> str:
    """«В ноябре 212 кВт·ч — на 38 больше, чем в октябре»."""
    values = {
        "in_month": in_month(comparison.month),
        "kwh": energy(comparison.kwh),
        "difference": number(abs(comparison.difference_kwh)),
        "in_previous": in_month(comparison.month.plus(-1)),
    }
    match comparison.change:
        case Change.FIRST:
            text = _("%(in_month)s %(kwh)s") % values
        case Change.SAME:
            text = _("%(in_month)s %(kwh)s — столько же, сколько %(in_previous)s") % values
        case Change.MORE:
            text = _("%(in_month)s %(kwh)s — на %(difference)s больше, чем %(in_previous)s") % values
        case Change.LESS:
            text = _("%(in_month)s %(kwh)s — на %(difference)s меньше, чем %(in_previous)s") % values
    return text[:1].upper() + text[1:]


def tariff_sentence(comparison: Comparison) -> str:
    """«тариф не менялся» and its kin; empty when there is nothing to compare with."""
    prices = {
        "old": price_text(comparison.old_price or Decimal(0)),
        "new": f"{price_text(comparison.new_price or Decimal(0))}{NBSP}₽",
    }
    match comparison.tariff:
        case TariffChange.UNKNOWN:
            return ""
        case TariffChange.SAME:
            return _("тариф не менялся")
        case TariffChange.ROSE:
            return _("тариф вырос: было %(old)s, стало %(new)s за кВт·ч") % prices
        case TariffChange.FELL:
            return _("тариф снизился: было %(old)s, стало %(new)s за кВт·ч") % prices
        case TariffChange.CHANGED:
            return _("тариф изменился: было %(old)s, стало %(new)s за кВт·ч") % prices


def sentence(comparison: Comparison) -> str:
    """The bill in one sentence."""
    parts = [volume_sentence(comparison), tariff_sentence(comparison)]
    return "; ".join(part for part in parts if part) + "."


def money_sentence(comparison: Comparison) -> str:
    """«Начислено на 120,50 ₽ больше, чем месяцем раньше.»; empty for a first bill or an equal one."""
    if comparison.change is Change.FIRST or comparison.difference_kopecks == 0:
        return ""
    values = {"sum": roubles(abs(comparison.difference_kopecks))}
    if comparison.difference_kopecks > 0:
        return _("Начислено на %(sum)s больше, чем месяцем раньше.") % values
    return _("Начислено на %(sum)s меньше, чем месяцем раньше.") % values


def notes(document: BillDocument) -> list[str]:
    """What else the reader must know: estimates, recalculation, demonstration prices."""
    bases = {line.basis for line in document.lines}
    found = [str(text) for basis, text in _NOTES.items() if basis in bases]
    if document.demonstration:
        found.append(f"* {_DEMONSTRATION}")
    return found


def decrees(document: BillDocument) -> list[str]:
    """The documents the prices come from, each once, with the day they hold from."""
    named: dict[str, None] = {}
    for line in document.lines:
        if line.decree:
            since = _("действует с %(day)s") % {"day": day(line.tariff_from)} if line.tariff_from else ""
            named[f"{line.decree}, {since}" if since else line.decree] = None
    return list(named)
