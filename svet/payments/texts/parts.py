"""What is said about payments in a row: the same words on pages and to programs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.payments.rules.parts import PartAct, SeriesNeed
from svet.payments.rules.states import OrderState
from svet.payments.texts import state_name


def sentence(need: SeriesNeed, *, payee: str, silent: bool = False) -> str:
    """What a row waits for, and what the person can do."""
    match need:
        case SeriesNeed.DONE:
            return _("Все части проведены.")
        case SeriesNeed.START:
            return _("Платёж сохранён, но банку мы его не передали. Ничего не списано. Продолжить?")
        case SeriesNeed.GO:
            return _("Следующая часть спишется сама: %(payee)s. Нажимать ничего не нужно.") % {"payee": payee}
        case SeriesNeed.PAGE:
            return _("Если вы уже оплатили, подождите немного: страница обновится сама.")
        case SeriesNeed.WAIT if silent:
            return _(
                "Банк молчит. Деньги, если списаны, не потеряются: проверим сами. Дальше пока не спишем."
            )
        case SeriesNeed.WAIT:
            return _("Ждём банк: %(payee)s. Страница обновится сама, её можно закрыть.") % {"payee": payee}
        case SeriesNeed.RETRY:
            return _("Не оплачено: %(payee)s.") % {"payee": payee}
        case SeriesNeed.CARD:
            return _("Списать остальное не с чего: карту отвязали или банк её не сохранил.")
        case SeriesNeed.CHANGED:
            return _(
                "С тех пор долг изменился, возможно, кто-то уже заплатил: %(payee)s. Проверьте сумму."
            ) % {"payee": payee}
        case SeriesNeed.SLOW:
            return _("Банк долго не отвечал, поэтому остальное мы не списали. Продолжить?")
        case SeriesNeed.OFF:
            return _("Оплата картой этому поставщику сейчас закрыта: %(payee)s.") % {"payee": payee}
        case SeriesNeed.OVER:
            return _("Остальное не списано и само уже не спишется.")


def part_state_name(state: OrderState, *, waits: bool) -> str:
    """Where one part stands; one that was never sent waits for its turn, or is not paid."""
    if state is OrderState.CREATED:
        return _("Ждёт очереди") if waits else _("Не оплачен")
    return state_name(state)


def act_name(act: PartAct, *, need: SeriesNeed) -> str:
    """The button."""
    if act is PartAct.OTHER_CARD and need is SeriesNeed.CARD:
        return _("Оплатить картой")
    return {
        PartAct.RETRY: _("Повторить"),
        PartAct.OTHER_CARD: _("Другой картой"),
        PartAct.GO_ON: _("Продолжить"),
        PartAct.STOP: _("Остановиться"),
    }[act]
