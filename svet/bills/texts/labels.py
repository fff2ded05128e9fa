"""Words inside the lines of a bill: months, zones, sources, ranges, prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.dates import MONTHS_3, MONTHS_ALT
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from svet.bills.rules import LineRow
from svet.kernel.periods import Month
from svet.look.formats import NBSP, number
from svet.look.formats import month as month_name
from svet.metering.texts import CHANNEL_NAMES

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
    **CHANNEL_NAMES,
    "control": gettext_lazy("контрольное"),
    "initial": gettext_lazy("при установке"),
    "final": gettext_lazy("при снятии"),
    "average": gettext_lazy("по среднему"),
    "norm": gettext_lazy("по нормативу"),
    "losses": gettext_lazy("потери"),
    "house": gettext_lazy("общедомовые нужды"),
    "override": gettext_lazy("объём по решению"),
    "adjustment": gettext_lazy("сумма по решению"),
    "recalculation": gettext_lazy("перерасчёт"),
}


def in_month(month: Month) -> str:
    """«в ноябре»."""
    return str(_IN_MONTH[month.month - 1])


def month_label(month: Month | date) -> str:
    """«ноябрь 2026»: inside a sentence, so in small letters in Russian."""
    label = month_name(month)
    return label.lower() if (get_language() or "ru").startswith("ru") else label


def since_month(month: Month) -> str:
    """«с июля 2026»."""
    name = str(MONTHS_ALT[month.month])
    said = name.lower() if (get_language() or "ru").startswith("ru") else name
    return _("с %(month)s") % {"month": f"{said}{NBSP}{month.year}"}


def short_month(month: date) -> str:
    """«ноя 26»: a label below a bar."""
    label = str(MONTHS_3[month.month])[:3]
    name = label.lower() if (get_language() or "ru").startswith("ru") else label[:1].upper() + label[1:]
    return f"{name}{NBSP}{month.year % 100:02d}"


def zone_label(zone: str) -> str:
    """«Круглосуточный», «День»…; a name this version does not know stays as it is."""
    return str(_ZONES.get(zone, zone))


def line_title(line: LineRow) -> str:
    """«День», «День, перерасчёт за август 2026»."""
    zone = _("Сумма по решению") if line.sums_only else zone_label(line.zone)
    if line.corrects is None:
        return zone
    return _("%(zone)s, перерасчёт за %(month)s") % {"zone": zone, "month": month_label(line.corrects)}


def source_label(source: str) -> str:
    """How a reading came, or why there was none."""
    return str(_SOURCES.get(source, source))


def range_label(line: LineRow) -> str:
    """Which part of the month's volume the price is for: «до 3 900», «свыше 3 900 до 6 000».

    A recalculation names what the month was and is instead: «было 167, стало 129».
    """
    if line.sums_only:
        return _("без расхода")
    if line.corrects is not None:
        was, now = (sum((part.kwh for part in parts), Decimal(0)) for parts in (line.was, line.now))
        return _("было %(was)s, стало %(now)s") % {"was": number(was), "now": number(now)}
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
