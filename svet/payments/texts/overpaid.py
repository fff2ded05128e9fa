"""The words of overpayments that go back to whoever paid."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext as _

from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.look.formats import roubles
from svet.payments.rules.overpaid import BackReason


def explain_back(refusal: Refused) -> str:
    """For the payer: why it does not go back as asked for."""
    match refusal.reason:
        case BackReason.SUM:
            return _("Введите сумму больше нуля; чтобы с этого счёта не возвращать, оставьте поле пустым.")
        case BackReason.ABOVE:
            most = refusal.details.get("most")
            if most is None:
                return _("Столько вернуть нельзя: посмотрите, сколько из этого платежа осталось в переплате.")
            return _("С этого счёта можно вернуть не больше %(most)s.") % {"most": roubles(cast(Money, most))}
    times = refusal.details.get("times")
    found = refusal.reason
    if not isinstance(found, BackReason):
        return ""
    return back_reason(found, times=times if isinstance(times, int) else None)


def back_reason(reason: BackReason, *, times: int | None = None) -> str:
    """Why nothing of a payment goes back, in a sentence; ``times``: how often a day its suppliers let ask."""
    if reason is BackReason.TOO_OFTEN and times is not None:
        often = _("На сегодня просьб о возврате достаточно: не больше %(times)s за сутки.")
        return often % {"times": times}
    return {
        BackReason.NOT_CREDITED: _("Платёж ещё не зачислен: вернуть из него нечего."),
        BackReason.TOO_OLD: _("Платёж слишком давний: банк не вернёт его на карту. Напишите в поддержку."),
        BackReason.DISPUTED: _("Платёж оспорен в банке: пока банк не решит, возврат невозможен."),
        BackReason.PENDING: _("По этому платежу возврат уже идёт. Подождите, чем он кончится."),
        BackReason.WAITS: _("Вы уже просили вернуть деньги этого платежа: просьба ждёт решения."),
        BackReason.TOO_OFTEN: _("На сегодня просьб о возврате достаточно: попросите завтра."),
        BackReason.GIVEN_BACK: _("Этот платёж уже возвращён целиком."),
        BackReason.MOVED: _("Деньги этого платежа перенесены на другой счёт, или об этом уже просили."),
        BackReason.NOT_OVERPAID: _("Переплаты на счёте нет: этот платёж ушёл на то, что начислено."),
        BackReason.LATER_PAYMENT: _(
            "Переплату дал более поздний платёж. Вернуть её может тот, кто его сделал, на ту же карту."
        ),
        BackReason.BY_STAFF: _(
            "Переплату дали льгота, списание или корректировка, а не платёж: о ней напишите в поддержку."
        ),
        BackReason.NO_ACCOUNT: _("Счёта, за который вы платили, больше нет в вашем кабинете."),
        BackReason.NOTHING: _("Введите, сколько вернуть хотя бы с одного счёта."),
        BackReason.SUM: _("Введите сумму больше нуля."),
        BackReason.ABOVE: _("Столько вернуть нельзя."),
        BackReason.CHANGED: _("Пока вы смотрели, счёт изменился. Ничего не возвращено: посмотрите ещё раз."),
    }[reason]
