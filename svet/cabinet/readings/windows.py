"""What is said of the days on which a supplier wants its readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from svet.look import formats
from svet.metering import rules


@dataclass(frozen=True, slots=True)
class WindowLine:
    """What is said of the recommended window of a provider."""

    title: str
    text: str


def window_line(today: date, *, from_day: int, to_day: int, name: str, charged_here: bool) -> WindowLine:
    """Which days, and where the readings go: into a bill of ours, or to a supplier that charges itself."""
    window = rules.window(today, window_from_day=from_day, window_to_day=to_day)
    values = {
        "period": formats.month(window.period),
        "until": formats.day(window.closes_on),
        "since": formats.day(window.opens_on),
    }
    if not charged_here:
        text = (
            _(
                "Показания за %(period)s отдадим поставщику. Лучше передать их с %(since)s по %(until)s, "
                "но мы принимаем их в любой день."
            )
            % values
        )
    elif window.state is rules.WindowState.OPEN:
        text = _("Показания войдут в счёт за %(period)s. Принимаем их до %(until)s включительно.") % values
    else:
        text = (
            _(
                "Показания войдут в счёт за %(period)s. Лучше передать их с %(since)s по %(until)s, "
                "но мы принимаем их в любой день."
            )
            % values
        )
    return WindowLine(name or _("Когда передавать"), text)
