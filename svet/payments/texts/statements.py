"""The words of what a person decides about a row of a statement."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.kernel.refusals import Refused
from svet.payments.rules.matching import StatementState
from svet.payments.rules.refusals import StatementActReason


def explain_statement(refusal: Refused) -> str:
    """For the staff: a row of a statement that nothing fits."""
    match refusal.reason:
        case StatementActReason.NOT_FOUND:
            return _("Такой строки выписки нет.")
        case StatementActReason.DECIDED:
            return _("Эта строка уже сопоставлена или решена. Ничего не изменилось.")
        case StatementActReason.NOT_STAFF:
            return _("Строку выписки решает только сотрудник.")
        case StatementActReason.OUT:
            return _("Эти деньги ушли со счёта: зачислять нечего.")
        case StatementActReason.DAY:
            return _("Отложить можно до завтра или дальше, но не больше чем на 90 дней.")
    return ""


def statement_state(state: StatementState) -> str:
    """Where a row of a statement stands, for the staff."""
    return {
        StatementState.WAITING: _("ничего не подошло"),
        StatementState.SETTLED: _("сопоставлена"),
        StatementState.PAYMENT: _("деньги абонента"),
        StatementState.ASIDE: _("не наши деньги"),
        StatementState.DIFFERS: _("другая строка с этим номером"),
    }[state]
