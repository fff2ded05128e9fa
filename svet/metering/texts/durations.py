"""How long something lasts, as people say it: nobody counts 1 592 days."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

#: Up to here days are said; beyond it months, and from a year on years with months.
IN_DAYS = 61
MONTH_DAYS = 30.4375
YEAR_MONTHS = 12


def duration(days: int) -> str:
    """«12 дней», «5 месяцев», «4 года 4 месяца», of a number of days that is not negative."""
    if days < IN_DAYS:
        return ngettext("%(count)d день", "%(count)d дней", days) % {"count": days}
    years, months = divmod(round(days / MONTH_DAYS), YEAR_MONTHS)
    said_years = ngettext("%(count)d год", "%(count)d лет", years) % {"count": years}
    said_months = ngettext("%(count)d месяц", "%(count)d месяцев", months) % {"count": months}
    if not years or not months:
        return said_years if years else said_months
    return _("%(years)s %(months)s") % {"years": said_years, "months": said_months}
