"""Days, distances, names and counts, as a sentence says them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.bills.texts import labels
from svet.kernel.periods import Month
from svet.look.formats import NBSP, day_and_month

#: So many names are read; more are counted.
NAMED = 2
MONTH_DAYS = 30.4375
#: Shorter distances are said in days, longer ones in months.
IN_DAYS = 61


def listed(names: Sequence[str]) -> str:
    """«квартира и мама»."""
    if len(names) == 1:
        return names[0]
    return _("%(first)s и %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def on_day(day: date, today: date) -> str:
    """«15 декабря», with its year when that is another one."""
    said = day_and_month(day)
    return said if day.year == today.year else f"{said}{NBSP}{day.year}"


def month_word(month: Month, today: date) -> str:
    """«ноябрь», with its year when that is another one."""
    said = labels.month_label(month)
    return said.partition(NBSP)[0] if month.year == today.year else said


def span(since: date, until: date) -> str:
    """«с 15 по 25 декабря»."""
    if (since.year, since.month) == (until.year, until.month):
        return _("с\u00a0%(since)d по\u00a0%(until)s") % {
            "since": since.day,
            "until": day_and_month(until),
        }
    return _("с %(since)s по %(until)s") % {
        "since": day_and_month(since),
        "until": day_and_month(until),
    }


def how_far(until: date, today: date) -> str:
    """«через 3 месяца», «через 12 дней», «сегодня»; days up to two months, then months, then years."""
    days = (until - today).days
    if not days:
        return _("сегодня")
    if days < 0:
        return gone(-days)
    if days < IN_DAYS:
        return ngettext("через %(days)d день", "через %(days)d дней", days) % {"days": days}
    months = round(days / MONTH_DAYS)
    return ngettext("через %(months)d месяц", "через %(months)d месяцев", months) % {"months": months}


def gone(days: int) -> str:
    if days < IN_DAYS:
        return ngettext("%(days)d день назад", "%(days)d дней назад", days) % {"days": days}
    months = round(days / MONTH_DAYS)
    return ngettext("%(months)d месяц назад", "%(months)d месяцев назад", months) % {"months": months}


def accounts_counted(count: int) -> str:
    return ngettext("%(count)d абонент", "%(count)d абонентов", count) % {"count": count}
