"""What recalculations did to the months, in words."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from svet.look.formats import energy, roubles
from svet.usage.rules import UsageMonth, UsageStory, YearStory


def correction_marks(month: UsageMonth) -> list[str]:
    """What a month's own bill gave to earlier ones, and what later bills have made of it."""
    found = []
    if month.corrected or month.corrected_kwh:
        found.append(_("в сумме счёта перерасчёт прошлых месяцев: %(change)s") % {"change": _change(month)})
    if month.later:
        stands = month.as_it_stands
        values = {"change": _change(stands), "kwh": energy(stands.kwh), "sum": roubles(stands.kopecks)}
        found.append(_("с перерасчётом в следующих счетах: %(change)s, стало %(kwh)s, %(sum)s") % values)
    return found


def _change(month: UsageMonth) -> str:
    """«+17 кВт·ч, −80,00 ₽»: what a recalculation moved."""
    return f"{energy(month.corrected_kwh, sign=True)}, {roubles(month.corrected, sign=True)}"


def year_not_compared(compared: int, months: int) -> str:
    """Why «0 из 1» stands under a year of eleven bills; empty when every month was compared."""
    if compared == months:
        return ""
    return _(
        "Остальные месяцы не сравнили: показания есть не с начала до конца месяца, неизвестно, "
        "сколько человек прописано, или похожих квартир меньше двадцати."
    )


def recalculated(month: UsageMonth) -> str:
    """Beside a month of the year that stands otherwise than in its own bill; of others nothing."""
    return _("с перерасчётом: %(change)s") % {"change": _change(month)} if month.later else ""


def year_recalculated(story: YearStory) -> str:
    """Why the year is not what its bills came to; nothing where nothing was recalculated."""
    if not story.recalculated:
        return ""
    return _(
        "Перерасчёты стоят в тех месяцах, за которые они сделаны, поэтому сумма месяца иная, чем в счёте."
    )


def story_recalculated(story: UsageStory) -> str:
    """What the months of the picture used after all corrections; nothing where nothing was recalculated."""
    shown = [each for month in story.shown if (each := story.month(month)) is not None]
    if not any(each.later or each.corrected for each in shown):
        return ""
    kwh = sum((each.as_it_stands.kwh for each in shown), Decimal(0))
    return _(
        "Месяцы показаны, как в их счетах; перерасчёт стоит в счёте, который его принёс. "
        "С перерасчётами за эти месяцы израсходовано %(kwh)s."
    ) % {"kwh": energy(kwh)}
