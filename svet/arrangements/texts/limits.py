"""A supplier's limits in words."""

from __future__ import annotations

from datetime import date
from typing import Final, cast

from django.utils.translation import gettext as _

from svet.arrangements.rules.limits import MoneyLimits, MoneyLimitsReason
from svet.kernel.refusals import Refused
from svet.look.formats import day, number, roubles

#: Every reason of limits that has a sentence.
LIMITS_REASONS: Final = (MoneyLimitsReason,)


def refund_limits_words(limits: MoneyLimits) -> str:
    """What an overpayment goes back by."""
    return _(
        "без подписей до %(sum)s за 30 дней, просьб в сутки %(times)s, платежи не старше %(days)s дн."
    ) % {
        "sum": roubles(limits.refund_alone),
        "times": limits.refund_times,
        "days": number(limits.refund_days),
    }


def promise_limits_words(limits: MoneyLimits) -> str:
    """What a promise is taken by."""
    if not limits.promise_days:
        return _("не принимаются")
    return _("не дальше %(days)s дн., после нарушенного пауза %(pause)s дн.") % {
        "days": limits.promise_days,
        "pause": limits.promise_pause,
    }


def instalment_limits_words(limits: MoneyLimits) -> str:
    """What instalments are agreed on by."""
    if limits.instalment_months < 2:
        return _("не оформляется")
    return _(
        "до %(months)s мес., долг от %(least)s до %(most)s, без подписей до %(alone)s,"
        " после нарушенной пауза %(pause)s мес."
    ) % {
        "months": limits.instalment_months,
        "least": roubles(limits.instalment_least),
        "most": roubles(limits.instalment_most),
        "alone": roubles(limits.instalment_alone),
        "pause": limits.instalment_pause,
    }


def limits_words(limits: MoneyLimits) -> str:
    """All of it as a line."""
    return _("возврат переплаты: %(refunds)s; обещания: %(promises)s; рассрочка: %(instalments)s") % {
        "refunds": refund_limits_words(limits),
        "promises": promise_limits_words(limits),
        "instalments": instalment_limits_words(limits),
    }


def explain_limits(refusal: Refused) -> str:
    """The refusal as a sentence."""
    match refusal.reason:
        case MoneyLimitsReason.UNKNOWN_PROVIDER:
            return _("Поставщика с этим кодом нет.")
        case MoneyLimitsReason.PAST:
            today = refusal.details.get("today")
            if today is None:
                return _("Этот день уже прошёл: пределы меняются с сегодняшнего дня или позже.")
            return _("Этот день уже прошёл: пределы меняются с %(today)s или позже.") % {
                "today": day(cast(date, today))
            }
        case MoneyLimitsReason.NOTHING_CHOSEN:
            return _("Укажите хотя бы один предел, который изменится.")
        case MoneyLimitsReason.SUM:
            most = refusal.details.get("most")
            if most is None:
                return _("Такой суммы предел не бывает.")
            return _("Сумма от 0 до %(most)s.") % {"most": roubles(cast(int, most))}
        case MoneyLimitsReason.NUMBER:
            least, most = refusal.details.get("least"), refusal.details.get("most")
            if most is None:
                return _("Такого числа предел не бывает.")
            return _("Целое число от %(least)s до %(most)s.") % {"least": least, "most": most}
        case MoneyLimitsReason.ORDER:
            return _("Наименьший долг для рассрочки больше наибольшего.")
    return ""
