"""The words of refunds that staff send."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext as _

from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.look.formats import roubles
from svet.payments.rules.giving_back import RefundReason
from svet.payments.rules.states import RefundState


def explain_refund(refusal: Refused) -> str:
    """For the staff: a refund of a payment."""
    match refusal.reason:
        case RefundReason.NOT_FOUND:
            return _("Такого платежа или возврата нет.")
        case RefundReason.NOT_STAFF:
            return _("Возврат оформляет только сотрудник.")
        case RefundReason.NOT_CREDITED:
            return _("Этот платёж не зачислен: вернуть из него нечего.")
        case RefundReason.SUM:
            return _("Сумма возврата больше нуля; чтобы не возвращать с этого счёта, оставьте поле пустым.")
        case RefundReason.LINE:
            return _("В этом платеже нет такого счёта.")
        case RefundReason.ABOVE_LEFT:
            return _("С этого счёта осталось вернуть %(left)s.") % {
                "left": roubles(cast(Money, refusal.details["left"]))
            }
        case RefundReason.NOTHING:
            return _("Укажите сумму хотя бы одного счёта.")
        case RefundReason.DOCUMENT:
            return _("Укажите документ: заявление, письмо, решение.")
        case RefundReason.CHANGED:
            return _("Пока вы смотрели, что-то изменилось. Ничего не возвращено: посмотрите ещё раз.")
        case RefundReason.SAME_HAND:
            return _("Первая подпись под возвратом ваша: вторую ставит другой сотрудник.")
        case RefundReason.OWN_PAYMENT:
            return _("Это ваш собственный платёж: возврат подписывают другие сотрудники.")
        case RefundReason.NOT_OVERPAID:
            return _("Такой переплаты на счёте уже нет: подписать возврат нельзя, его можно отозвать.")
        case RefundReason.DECIDED:
            return _("Этот возврат уже решён. Ничего не изменилось.")
        case RefundReason.SENT:
            return _("Возврат уже ушёл в банк или закончен: отозвать его нельзя.")
        case RefundReason.NOT_DOUBTFUL:
            return _("Банк ещё спрашивают об этом возврате. Подождите ответа.")
    return ""


def refund_state(state: RefundState, *, two: bool = False) -> str:
    """Where a refund stands, for the staff; ``two`` signatures are still to be put under it."""
    if two and state is RefundState.TO_SIGN:
        return _("ждёт двух подписей")
    return {
        RefundState.TO_SIGN: _("ждёт второй подписи"),
        RefundState.APPROVED: _("уйдёт в банк"),
        RefundState.WITHDRAWN: _("отозван"),
        RefundState.SENT: _("в банке"),
        RefundState.UNKNOWN: _("банк не ответил"),
        RefundState.DONE: _("возвращено"),
        RefundState.REFUSED: _("банк не вернул"),
    }[state]


def refund_for_payer(state: RefundState) -> str:
    """Where a refund stands, for the customer."""
    if state is RefundState.DONE:
        return _("Возвращено")
    if state in (RefundState.REFUSED, RefundState.WITHDRAWN):
        return _("Возврат не состоялся")
    return _("Возврат в пути")
