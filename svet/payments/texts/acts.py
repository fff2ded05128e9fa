"""The words of acts of staff about the books."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.kernel.refusals import Refused
from svet.payments.rules.acts import MoneyActKind, MoneyActReason, MoneyActState
from svet.payments.rules.sendings import SendingState


def explain_act(refusal: Refused) -> str:
    """For the staff: an act about the books of an account."""
    match refusal.reason:
        case MoneyActReason.NOT_FOUND:
            return _("Такого акта нет.")
        case MoneyActReason.NOT_STAFF:
            return _("Это решает только сотрудник.")
        case MoneyActReason.SUM:
            return _("Укажите сумму: не ноль, не больше 10 миллионов; с минусом бывают корректировка и пени.")
        case MoneyActReason.DOCUMENT:
            return _("Укажите документ: его увидит и потребитель.")
        case MoneyActReason.DAY:
            return _("Такого дня быть не может: он в будущем или слишком давний.")
        case MoneyActReason.OTHER_ACCOUNT:
            if "provider" not in refusal.details:
                return _("Такого счёта нет: проверьте номер.")
            return _("У поставщика «%(provider)s» нет такого счёта.") % refusal.details
        case MoneyActReason.OTHER_PROVIDER:
            return _("У этого поставщика такого счёта нет, есть у другого. Деньги для него? Выберите его.")
        case MoneyActReason.SAME_ACCOUNT:
            return _("Это тот же самый счёт.")
        case MoneyActReason.ABOVE_DEBT:
            return _("Списать можно не больше долга.")
        case MoneyActReason.CHANGED:
            return _("Пока вы смотрели, по счёту что-то изменилось. Ничего не проведено: посмотрите ещё раз.")
        case MoneyActReason.SAME_HAND:
            return _("Первая подпись ваша: вторую ставит другой сотрудник.")
        case MoneyActReason.DECIDED:
            return _("Это уже решено. Ничего не изменилось.")
        case MoneyActReason.UNDONE:
            return _("Этот акт уже отменён или сам отменяет другой.")
        case MoneyActReason.NOT_POSTED:
            return _("Этот акт не проведён: отменять нечего.")
        case MoneyActReason.MOVE_NOT_LEFT:
            return _("Столько от этого платежа на счёте уже не осталось: перенос можно только отклонить.")
        case MoneyActReason.MOVE_DISPUTED:
            return _("Платёж оспорен в банке: пока банк не решит, перенос не подписывают.")
        case MoneyActReason.MOVE_NO_RIGHT:
            return _("Плательщик больше не может платить за эти счета: перенос можно только отклонить.")
        case MoneyActReason.MOVE_CLOSED:
            return _("Счёт, на который переносят, закрыт: перенос можно только отклонить.")
        case MoneyActReason.SENDING_NUMBER:
            return _("Укажите номер платёжного поручения, не длиннее 20 знаков.")
        case MoneyActReason.SENDING_DAY:
            return _("Такого дня платёжного поручения быть не может: он в будущем или слишком давний.")
        case MoneyActReason.SENDING_CHANGED:
            return _(
                "Отметку уже поставил или снял другой сотрудник, или акт отменён. Ничего не изменилось: "
                "посмотрите ещё раз."
            )
    return ""


def act_name(kind: MoneyActKind) -> str:
    """What is done, as the desk calls it."""
    return {
        MoneyActKind.TRANSFER: _("Перенос на другой счёт"),
        MoneyActKind.INTERCO: _("Перенос на счёт другого поставщика"),
        MoneyActKind.CORRECTION: _("Корректировка"),
        MoneyActKind.WRITE_OFF: _("Списание долга"),
        MoneyActKind.FEE: _("Плата за ограничение или возобновление"),
        MoneyActKind.BENEFIT: _("Льгота"),
        MoneyActKind.PENALTY: _("Пени"),
    }[kind]


def act_state(state: MoneyActState) -> str:
    """Where an act stands."""
    return {
        MoneyActState.WAITING: _("ждёт второй подписи"),
        MoneyActState.POSTED: _("проведён"),
        MoneyActState.REFUSED: _("отклонён"),
    }[state]


def sending_state(state: SendingState) -> str:
    """Where the money for another supplier stands."""
    return {
        SendingState.OPEN: _("нужно отправить"),
        SendingState.SENT: _("отправлены"),
        SendingState.DROPPED: _("отправлять не нужно: акт отменён"),
    }[state]


def receipts_of_move(kind: MoneyActKind) -> str:
    """Who makes a receipt of moved money, for the desk; nothing of an act that moves none."""
    match kind:
        case MoneyActKind.TRANSFER:
            return _(
                "Портал чека о переносе не делает: деньги у того же поставщика. "
                "Нужен ли он, решает бухгалтер."
            )
        case MoneyActKind.INTERCO:
            return _(
                "Портал чека о переносе не делает: возврат у одного поставщика и приход у другого "
                "пробивают их бухгалтеры."
            )
        case _:
            return ""
