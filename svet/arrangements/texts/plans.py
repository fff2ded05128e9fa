"""The words of instalments: why there are none, where a plan stands, what it asks."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.arrangements.rules.plans import InstalmentReason, InstalmentState
from svet.arrangements.rules.views import InstalmentOffer, InstalmentView, PlanAnswer
from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.look.formats import day, roubles

#: Every reason of these.
PLAN_REASONS: Final = (InstalmentReason,)


def explain_plan(refusal: Refused) -> str:
    """The sentence for any refusal about a plan."""
    match refusal.reason:
        case InstalmentReason.ACCOUNT:
            return _("Этот счёт вы оплачивать не можете: рассрочка по нему не для вас.")
        case InstalmentReason.OFF:
            return _("Рассрочки ваш поставщик не даёт. Напишите в поддержку.")
        case InstalmentReason.TOO_LITTLE:
            return _with_sum(
                refusal,
                "least",
                _("Рассрочка бывает для долга от %(sum)s."),
                _("Для рассрочки долг слишком мал."),
            )
        case InstalmentReason.TOO_MUCH:
            return _with_sum(
                refusal,
                "most",
                _("Долг больше %(sum)s: о рассрочке договоритесь с поддержкой."),
                _("Долг слишком велик: о рассрочке договоритесь с поддержкой."),
            )
        case InstalmentReason.LIVING:
            return _("Рассрочка по этому счёту уже есть или ждёт подписи.")
        case InstalmentReason.PROMISED:
            return _("По этому счёту платёж обещан к дню. Рассрочку можно оформить, когда этот день пройдёт.")
        case InstalmentReason.BROKEN_LATELY:
            free = refusal.details.get("free")
            if isinstance(free, date):
                return _("Прошлая рассрочка закончилась раньше срока. Новую можно оформить с %(free)s.") % {
                    "free": day(free)
                }
            return _("Прошлая рассрочка закончилась раньше срока. Новую пока оформить нельзя.")
        case InstalmentReason.MONTHS:
            most = refusal.details.get("most")
            if isinstance(most, int):
                return _("Выберите от 2 до %(most)s месяцев.") % {"most": most}
            return _("На столько месяцев рассрочки нет.")
        case InstalmentReason.CHANGED:
            return _("Долг или дни уже другие. Проверьте новые суммы и согласитесь ещё раз.")
        case InstalmentReason.NOT_FOUND:
            return _("Такой рассрочки нет.")
        case InstalmentReason.DECIDED:
            return _("Эта рассрочка уже решена: обновите страницу.")
        case InstalmentReason.SAME_HAND:
            return _("Вы эту рассрочку уже подписали: нужна подпись другого сотрудника.")
        case InstalmentReason.OWN:
            return _("Это ваша рассрочка: решают другие сотрудники.")
        case InstalmentReason.DAYS_PASSED:
            return _("День первой части уже наступил: пусть плательщик попросит ещё раз.")
    return str(refusal.reason)


def _with_sum(refusal: Refused, name: str, words: str, plain: str) -> str:
    found = refusal.details.get(name)
    return words % {"sum": roubles(found)} if isinstance(found, Money) else plain


def why_no_plan_words(offer: InstalmentOffer | PlanAnswer) -> str:
    """Why there can be no plan for an account; empty where there can."""
    if offer.why is None:
        return ""
    return explain_plan(
        Refused(offer.why, details={"free": offer.free_on, "least": offer.least, "most": offer.most})
    )


def plan_state(state: InstalmentState) -> str:
    """Where a plan stands."""
    return {
        InstalmentState.WAITING: _("ждёт подписи двух сотрудников"),
        InstalmentState.STANDING: _("действует"),
        InstalmentState.PAID: _("закрыта, долга по ней нет"),
        InstalmentState.BROKEN: _("не выполнена"),
        InstalmentState.WITHDRAWN: _("отозвана"),
        InstalmentState.REFUSED: _("не согласована"),
        InstalmentState.ENDED: _("закончилась: кто её оформил, здесь больше не платит"),
    }[state]


def plan_state_word(state: str) -> str:
    """The same by the state's name."""
    return plan_state(InstalmentState(state))


def months_words(months: int) -> str:
    """«6 месяцев»."""
    return ngettext("%(count)d месяц", "%(count)d месяцев", months) % {"count": months}


def plan_line(plan: InstalmentView) -> str:
    """One plan in a line: «12 000,00 ₽ на 6 месяцев с 27.11.2026: действует»."""
    return _("%(sum)s на %(months)s с %(since)s: %(state)s") % {
        "sum": roubles(plan.money),
        "months": months_words(plan.months),
        "since": day(plan.made_on),
        "state": plan_state(plan.state),
    }


def plan_progress(plan: InstalmentView) -> str:
    """«Рассрочка: оплачено 2 из 6, дальше 1 234,00 ₽ до 15.12.2026», or that it waits."""
    if plan.state is InstalmentState.WAITING:
        return _("Рассрочка на %(months)s ждёт подписи сотрудников") % {"months": months_words(plan.months)}
    values: dict[str, object] = {"done": plan.done, "all": plan.months}
    if plan.next is None:
        return _("Рассрочка: оплачено %(done)s из %(all)s") % values
    values |= {"sum": roubles(plan.ask), "until": day(plan.next.due_on)}
    if plan.late:
        return _("Рассрочка: оплачено %(done)s из %(all)s, %(sum)s ждали до %(until)s") % values
    return _("Рассрочка: оплачено %(done)s из %(all)s, дальше %(sum)s до %(until)s") % values


def plan_note(plan: InstalmentView) -> str:
    """«рассрочка: 2 из 6», in a few words."""
    if plan.state is InstalmentState.WAITING:
        return _("рассрочка ждёт подписи")
    return _("рассрочка: %(done)s из %(all)s") % {"done": plan.done, "all": plan.months}
