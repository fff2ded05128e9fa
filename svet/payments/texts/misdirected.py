"""The words of payments to a wrong account of one's own."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext as _

from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.look.formats import NBSP, roubles
from svet.payments.rules.acts import MoneyActState
from svet.payments.rules.misdirected import MoveReason


def explain_move(refusal: Refused) -> str:
    """For the payer: why the money is not moved as asked for."""
    if refusal.reason is MoveReason.ABOVE and "most" in refusal.details:
        values = {"most": roubles(cast(Money, refusal.details["most"]))}
        return _("Из этого платежа можно перенести не больше %(most)s.") % values
    if refusal.reason is MoveReason.TOO_MUCH and refusal.details.get("most"):
        values = {"most": roubles(cast(Money, refusal.details["most"]))}
        return (
            _(
                "На прежнем счёте останется большой долг: здесь можно перенести до %(most)s. "
                "Больше — через поддержку."
            )
            % values
        )
    return move_reason(refusal.reason) if isinstance(refusal.reason, MoveReason) else ""


def move_reason(reason: MoveReason) -> str:
    """Why nothing is moved, in a sentence."""
    return {
        MoveReason.NOT_CREDITED: _("Платёж ещё не зачислен: переносить нечего."),
        MoveReason.DISPUTED: _("Платёж оспорен в банке: пока банк не решит, переносить его нельзя."),
        MoveReason.NOTHING_LEFT: _("Из этого платежа всё уже возвращено или перенесено."),
        MoveReason.FROM: _("Выберите счёт, на который попали деньги: он должен быть в вашем кабинете."),
        MoveReason.TO: _("Выберите счёт, за который вы можете платить."),
        MoveReason.CLOSED: _("Этот счёт закрыт: выберите другой."),
        MoveReason.SAME: _("Это тот же самый счёт: выберите другой."),
        MoveReason.OTHER_PROVIDER: _("Этот счёт у другого поставщика: напишите в поддержку."),
        MoveReason.SUM: _("Введите сумму больше нуля."),
        MoveReason.ABOVE: _("Столько из этого платежа перенести нельзя."),
        MoveReason.TOO_MUCH: _("На прежнем счёте останется большой долг: напишите в поддержку."),
        MoveReason.CHANGED: _("Пока вы смотрели, счёт изменился. Ничего не перенесено: посмотрите ещё раз."),
    }[reason]


def moved_words(state: MoneyActState, *, money: Money, source: str, target: str) -> str:
    """What became of a move, with the numbers of both accounts; ``money`` as it left the first one."""
    return _moved(state, {"sum": roubles(abs(money)), "from": source, "to": target}).replace("№ ", f"№{NBSP}")


def _moved(state: MoneyActState, values: dict[str, str]) -> str:
    match state:
        case MoneyActState.POSTED:
            return _("Перенесли %(sum)s с № %(from)s на № %(to)s") % values
        case MoneyActState.WAITING:
            return _("Перенос %(sum)s с № %(from)s на № %(to)s ждёт подписи сотрудника") % values
        case MoneyActState.REFUSED:
            return _("Перенос %(sum)s с № %(from)s на № %(to)s не состоялся") % values
