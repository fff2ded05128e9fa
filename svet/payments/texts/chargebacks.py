"""The words of disputes at the bank."""

from __future__ import annotations

from datetime import date
from typing import cast

from django.utils.translation import gettext as _

from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.look.formats import day, roubles
from svet.payments.rules.chargebacks import ChargebackReason, ChargebackState, ChargebackWay


def explain_chargeback(refusal: Refused) -> str:
    """For the staff: a dispute of a payment at the bank."""
    match refusal.reason:
        case ChargebackReason.NOT_FOUND:
            return _("Такого платежа или спора нет.")
        case ChargebackReason.NOT_STAFF:
            return _("Спор записывает только сотрудник.")
        case ChargebackReason.NOT_CREDITED:
            return _("Этот платёж не зачислен: спорить не о чем.")
        case ChargebackReason.REFERENCE:
            return _("Укажите номер спора из письма банка, до 64 знаков.")
        case ChargebackReason.KNOWN:
            return _("Этот спор уже записан. Ничего не изменилось.")
        case ChargebackReason.OTHER_BODY:
            return _(
                "Спор с этим номером уже записан с другой суммой или другим днём. Сверьте с письмом банка."
            )
        case ChargebackReason.SUM:
            return _("Сумма спора больше нуля.")
        case ChargebackReason.ABOVE_PAYMENT:
            return _("Спор не может быть больше платежа: зачислено %(whole)s.") % {
                "whole": roubles(cast(Money, refusal.details["whole"]))
            }
        case ChargebackReason.DAY:
            return _("Такого дня быть не может: он раньше платежа или спора, или ещё не наступил.")
        case ChargebackReason.DUE:
            return _("Срок ответа не может быть раньше письма.")
        case ChargebackReason.DECIDED:
            return _("Этот спор уже закончен. Ничего не изменилось.")
    return ""


def chargeback_state(state: ChargebackState) -> str:
    """Where a dispute stands, for the staff."""
    return {
        ChargebackState.TOLD: _("деньги удержаны, можно возражать"),
        ChargebackState.WON: _("выигран, деньги наши"),
        ChargebackState.LOST: _("проигран, деньги у плательщика"),
    }[state]


def chargeback_way(way: ChargebackWay) -> str:
    """How a dispute became known, for the staff."""
    return {
        ChargebackWay.LETTER: _("из письма банка"),
        ChargebackWay.REGISTER: _("из реестра споров"),
        ChargebackWay.STATEMENT: _("из выписки"),
    }[way]


def chargeback_for_payer(state: ChargebackState, on: date) -> str:
    """Where a dispute stands, for whoever paid; ``on`` is the day of the bank's last letter of it."""
    said = {
        ChargebackState.TOLD: _("Удержано банком по спору с %(on)s"),
        ChargebackState.WON: _("Спор окончен %(on)s, платёж остался в силе"),
        ChargebackState.LOST: _("Возвращено банком по спору %(on)s"),
    }
    return said[state] % {"on": day(on)}
