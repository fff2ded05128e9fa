"""The words of the money desk: why something stands there, how long, and what a refusal means."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.exchange import texts as register_texts
from svet.exchange.rules.refusals import RowReason
from svet.kernel import words
from svet.kernel.refusals import Refused
from svet.look.formats import day, roubles
from svet.payments.operations import BankUnavailable
from svet.payments.queries.desk import CallbackView, ReviewView
from svet.payments.queries.guesses import Guess
from svet.payments.queries.suspense import WaitingRow
from svet.payments.rules import chargebacks
from svet.payments.rules.guessing import GuessKind
from svet.payments.rules.registers import WaitReason
from svet.payments.rules.states import CallbackOutcome


def explain(refused: Refused) -> str:
    """The refusal as a sentence of the room that refused; of a silent bank, one for the desk."""
    if isinstance(refused, BankUnavailable):
        return _(
            "Банк сейчас не отвечает. Попробуйте через минуту: дважды деньги не зачислятся и не вернутся."
        )
    return words.explain(refused)


def how_long(age: timedelta) -> str:
    """«ждёт 3 дня», in days, hours or minutes, whichever says it shortest."""
    if age.days > 0:
        days = ngettext("ждёт %(count)s день", "ждёт %(count)s дней", age.days)
        return days % {"count": age.days}
    hours = age.seconds // 3600
    if hours:
        return ngettext("ждёт %(count)s час", "ждёт %(count)s часов", hours) % {"count": hours}
    return _("ждёт меньше часа")


def why_guess(guess: Guess) -> str:
    """Why money that waits may be for an account."""
    why = {
        GuessKind.SAME_MISTAKE: _("деньги с таким номером сюда уже зачисляли"),
        GuessKind.ZEROS: _("в номере потеряны нули"),
        GuessKind.SWAPPED: _("две соседние цифры переставлены"),
        GuessKind.DIGIT: _("отличается одна цифра"),
        GuessKind.LENGTH: _("потеряна или лишняя одна цифра"),
        GuessKind.WORDS: _("подходят имя и адрес"),
    }[guess.reason]
    if guess.paid_same_on is None:
        return why
    return _("%(why)s; столько же платили %(on)s") % {"why": why, "on": day(guess.paid_same_on)}


def why_order(order: ReviewView) -> str:
    """Why a payment by card is before a person, from the sums the bank and we know."""
    if order.refund_asked:
        return _("Возвращаем деньги: банк ещё не ответил.")
    if order.refunded:
        return _("Банк вернул %(refunded)s до того, как мы зачислили платёж.") % {
            "refunded": roubles(order.refunded)
        }
    if order.taken is not None and order.taken != order.total:
        return _("Банк взял %(taken)s, а заказано %(total)s.") % {
            "taken": roubles(order.taken),
            "total": roubles(order.total),
        }
    if "+" in order.payee:
        return _("Один платёж на счета разных поставщиков: деньги пришли одному из них.")
    if order.reason.startswith("the currency"):
        return _("Банк взял деньги в другой валюте.")
    if order.reason.startswith("the bank speaks"):
        return _("Банк называет этот платёж чужим заказом.")
    if order.taken is None:
        return _("Банк так и не сказал, взял ли он деньги.")
    return _("Ответ банка не сходится с заказом.")


def why_callback(callback: CallbackView) -> str:
    """Why the bank's callback is before a person."""
    if callback.event == "svet.refund_above_payment":
        return _("Банк вернул больше, чем было зачислено.")
    if callback.event == chargebacks.ABOVE:
        return _("Спор больше того, что осталось от платежа: лишнего нет ни в одной книге.")
    if callback.event == chargebacks.UNKNOWN:
        return _("Спор о платеже, которого у нас нет.")
    if callback.event == chargebacks.CHANGED:
        return _("О споре сказано иначе, чем записано: сверьте с письмом банка.")
    if callback.event == "svet.refund_of_unknown_payment":
        return _("Банк вернул деньги по платежу, которого у нас нет.")
    if callback.event == "svet.payment_not_ours":
        return _("Банк сообщил о платеже, которого у нас нет.")
    if callback.event == "svet.refund_not_listed":
        return _("Банк говорит о возврате, но не называет его.")
    if callback.kind == CallbackOutcome.UNMATCHED:
        return _("Банк сообщил о платеже, которого у нас нет.")
    if callback.kind == CallbackOutcome.UNKNOWN:
        return _("Банк сообщил о том, чего мы не знаем: «%(event)s».") % {"event": callback.event}
    return _("Банк говорит не то, что стоит в наших книгах.")


def why_row(row: WaitingRow) -> str:
    """Why a row of a register waits."""
    if row.reason is None:
        return ""
    if row.reason is WaitReason.UNREAD:
        return _("Строка реестра прочиталась не целиком: сумма верна, остальное проверьте.")
    return register_texts.explain_waiting(RowReason(row.reason), day=row.paid_on)


def from_whom(row: WaitingRow) -> str:
    """«Сбербанк», or that nobody named the bank."""
    return row.source_name or _("банк не назван")
