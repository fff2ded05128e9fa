"""Absence mode in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.kernel.refusals import Refused
from svet.look.formats import day
from svet.metering.rules.absence import AbsenceReason, AbsenceStepView, Plan, StepOutcome


def explain(refusal: Refused) -> str:
    """Why the absence cannot stand, and what to do."""
    match refusal.reason:
        case AbsenceReason.ORDER:
            return _("День возвращения раньше дня отъезда: поменяйте их.")
        case AbsenceReason.PAST:
            return _("Эти дни уже прошли.")
        case AbsenceReason.TOO_LONG:
            months = int(str(refusal.details.get("months", 0)))
            return ngettext(
                "Прежние показания можно передавать не дольше %(months)d месяца подряд. Сократите срок или "
                "попросите близких снимать показания.",
                "Прежние показания можно передавать не дольше %(months)d месяцев подряд. Сократите срок или "
                "попросите близких снимать показания.",
                months,
            ) % {"months": months}
        case AbsenceReason.ALREADY:
            return _("По этому счёту отъезд уже записан. Сначала закончите его.")
        case AbsenceReason.NOBODY:
            return _("У близких ещё нет доступа к этому счёту. Пригласите их на странице «Доступ близких».")
        case _:
            return _("Приборы учёта этого счёта передают показания сами: ничего делать не нужно.")


def plan_line(plan: Plan) -> str:
    """What happens to the readings."""
    match plan:
        case Plan.SEND:
            return _("Передаём прежние показания")
        case Plan.REMIND:
            return _("Напоминаем вам")
        case _:
            return _("Просим близких")


def step_line(step: AbsenceStepView) -> str:
    """What was done for one meter."""
    params = {"serial": step.meter_serial, "until": day(step.closes_on), "receipt": step.receipt_number}
    match step.outcome:
        case StepOutcome.SENT:
            return _("ПУ № %(serial)s: переданы прежние показания, квитанция %(receipt)s") % params
        case StepOutcome.REMINDED:
            return _("ПУ № %(serial)s: напомнили о показаниях до %(until)s") % params
        case _:
            return _("ПУ № %(serial)s: прежние показания передать не получилось, напомнили вам") % params
