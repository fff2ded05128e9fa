"""The bill in sentences: how much was used, how that stands to the month before, what else is to be known."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svet.bills.rules import BillDocument, TariffChange, UsageChange, UsageComparison, per_day
from svet.bills.texts.labels import in_month, line_title, price_text
from svet.bills.texts.lines import days_label, foundation
from svet.look.formats import NBSP, day, energy, number, roubles

_NOTES: dict[str, Promise] = {
    "average": gettext_lazy(
        "Показаний за месяц не было: объём посчитан по среднему. Передайте показания — и мы пересчитаем."
    ),
    "norm": gettext_lazy(
        "Показаний долго не было: объём посчитан по нормативу. Передайте показания — и мы пересчитаем."
    ),
    "recalculation": gettext_lazy(
        "Прежние месяцы пересчитаны: в строках перерасчёта было и стало, в сумме разница."
    ),
}
_DEMONSTRATION = gettext_lazy(
    "Тариф этих строк ещё не опубликован: цена демонстрационная, она продолжает последнюю известную."
)


def volume_sentence(comparison: UsageComparison) -> str:
    """«В ноябре 212 кВт·ч — на 38 больше, чем в октябре»; what cannot be compared is only stated."""
    if not comparison.usage.plain:
        text = _stated(comparison)
    else:
        text = _compared_daily(comparison) if comparison.daily else _compared(comparison)
    if comparison.recalculated:
        text = _("%(text)s; %(recalculation)s") % {"text": text, "recalculation": _recalculation(comparison)}
    return text[:1].upper() + text[1:]


def _recalculation(comparison: UsageComparison) -> str:
    """What earlier months are given more or less: never a volume below zero."""
    kwh = {"kwh": energy(abs(comparison.corrected_kwh))}
    if comparison.corrected_kwh > 0:
        return _("за прежние месяцы доначислено %(kwh)s") % kwh
    if comparison.corrected_kwh < 0:
        return _("за прежние месяцы возвращено %(kwh)s") % kwh
    return _("прежние месяцы пересчитаны")


def _stated(comparison: UsageComparison) -> str:
    """A month with estimates: never a comparison."""
    used = comparison.usage
    guessed = used.kwh - comparison.read_kwh
    values = {
        "in_month": in_month(comparison.month),
        "kwh": energy(used.kwh),
        "read": energy(comparison.read_kwh),
        "guessed": energy(guessed),
    }
    if guessed and comparison.read_kwh:
        text = _("по показаниям %(read)s, без показаний %(guessed)s") % values
    elif guessed and comparison.meterless:
        text = _("%(in_month)s прибора учёта не было, начислено по нормативу %(guessed)s") % values
    elif guessed:
        text = _("%(in_month)s показаний не было, начислено %(guessed)s") % values
    else:
        text = _("%(in_month)s %(kwh)s") % values
    return text


def _compared(comparison: UsageComparison) -> str:
    """Two months of about as many days, by their whole volumes."""
    values = _volumes(comparison)
    match comparison.change:
        case UsageChange.NONE:
            return _("%(in_month)s %(kwh)s") % values
        case UsageChange.SAME:
            return _("%(in_month)s %(kwh)s — столько же, сколько %(in_previous)s") % values
        case UsageChange.MORE:
            return _("%(in_month)s %(kwh)s — на %(difference)s больше, чем %(in_previous)s") % values
        case UsageChange.LESS:
            return _("%(in_month)s %(kwh)s — на %(difference)s меньше, чем %(in_previous)s") % values


def _compared_daily(comparison: UsageComparison) -> str:
    """Months of different length, by kWh a day."""
    since, until = comparison.usage.since, comparison.usage.until
    assert since is not None
    assert until is not None
    values = _volumes(comparison) | {
        "since": day(since),
        "until": day(until - timedelta(days=1)),
        "days": days_label(comparison.usage.days),
        "daily": number(per_day(comparison.usage)),
    }
    match comparison.change:
        case UsageChange.MORE:
            return (
                _(
                    "с %(since)s по %(until)s (%(days)s) %(kwh)s, %(daily)s в день — "
                    "на %(difference)s больше, чем %(in_previous)s"
                )
                % values
            )
        case UsageChange.LESS:
            return (
                _(
                    "с %(since)s по %(until)s (%(days)s) %(kwh)s, %(daily)s в день — "
                    "на %(difference)s меньше, чем %(in_previous)s"
                )
                % values
            )
        case _:
            return (
                _(
                    "с %(since)s по %(until)s (%(days)s) %(kwh)s, %(daily)s в день — столько же, "
                    "сколько %(in_previous)s"
                )
                % values
            )


def _volumes(comparison: UsageComparison) -> dict[str, str]:
    return {
        "in_month": in_month(comparison.month),
        "kwh": energy(comparison.usage.kwh),
        "difference": number(abs(comparison.difference_kwh)),
        "in_previous": in_month(comparison.month.plus(-1)),
    }


def tariff_sentence(comparison: UsageComparison) -> str:
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


def sentence(comparison: UsageComparison) -> str:
    """The bill in one sentence."""
    parts = [volume_sentence(comparison), tariff_sentence(comparison)]
    return "; ".join(part for part in parts if part) + "."


def money_sentence(comparison: UsageComparison) -> str:
    """«Начислено на 120,50 ₽ больше, чем месяцем раньше.»; empty where sums are equal or not comparable."""
    if comparison.difference_kopecks == 0:
        return ""
    values = {"sum": roubles(abs(comparison.difference_kopecks))}
    if comparison.difference_kopecks > 0:
        return _("Начислено на %(sum)s больше, чем месяцем раньше.") % values
    return _("Начислено на %(sum)s меньше, чем месяцем раньше.") % values


def notes(document: BillDocument) -> list[str]:
    """What else the reader must know: estimates, recalculation, demonstration prices."""
    bases = {line.basis for line in document.lines if not line.meterless}
    found = [str(text) for basis, text in _NOTES.items() if basis in bases]
    if document.meterless:
        found.insert(0, _norm_without_meter(document.residents))
    found += dict.fromkeys(
        f"{line_title(line)}: {foundation(line)}." for line in document.lines if line.decision
    )
    found += dict.fromkeys(
        _("Общедомовые нужды: %(why)s.") % {"why": foundation(line)}
        for line in document.lines
        if line.house is not None
    )
    if document.demonstration:
        found.append(f"* {_DEMONSTRATION}")
    return found


def _norm_without_meter(residents: int) -> str:
    """Nobody can send readings where there is no meter: what is charged, and for how many."""
    if not residents:
        return _("Прибора учёта нет: начислен норматив по числу проживающих.")
    text = ngettext(
        "Прибора учёта нет: начислен норматив на %(count)d человека.",
        "Прибора учёта нет: начислен норматив на %(count)d человек.",
        residents,
    )
    return text % {"count": residents}


def decrees(document: BillDocument) -> list[str]:
    """The documents the prices come from, each once, with the day they hold from."""
    named: dict[str, None] = {}
    for line in document.lines:
        if line.decree:
            since = _("действует с %(day)s") % {"day": day(line.tariff_from)} if line.tariff_from else ""
            named[f"{line.decree}, {since}" if since else line.decree] = None
    return list(named)
