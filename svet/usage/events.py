"""What a person can do about their months, by name; what they are told of a limit of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words
from svet.usage.texts.budgets import limit_and_range


def _budget_passed(p: Params) -> Words:
    limit, reached = limit_and_range(kind=p["budget"], limit=p["limit"], low=p["low"], high=p["high"])
    p = {**p, "limit": limit, "range": reached}
    return Words(
        title=_("Месяц может выйти больше, чем вы задумали"),
        text=_(
            "Аб. № %(account)s: к %(on)s получается %(range)s, а задумали вы не больше %(limit)s. Это "
            "прогноз: до конца месяца ещё можно уложиться. Больше в этом месяце не напомним."
        )
        % p,
        sms=_("Аб. № %(account)s: месяц выходит больше задуманного") % p,
        action=_("Посмотреть прогноз"),
    )


BUDGET_PASSED: Final = EventSpec(
    code="budget_passed",
    name=gettext_lazy("Прогноз больше вашего предела"),
    words=_budget_passed,
    needs={"account", "budget", "limit", "low", "high", "on"},
    places={"usage"},
    icon="chart",
    row=187,
    usual=(NoticeChannel.BELL, NoticeChannel.EMAIL),
)

EVENTS: Final = (BUDGET_PASSED,)

ACTIONS: Final[Mapping[str, object]] = {
    "usage.alike_hidden": gettext_lazy("Сравнение с похожими квартирами выключено"),
    "usage.alike_shown": gettext_lazy("Сравнение с похожими квартирами включено"),
    "usage.budget_dropped": gettext_lazy("Убран предел на месяц"),
    "usage.budget_set": gettext_lazy("Назначен предел на месяц"),
}
