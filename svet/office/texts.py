"""Requests to the office in words, and what is said when one is refused."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.kernel.refusals import Refused
from svet.office.rules import OfficeKind, OfficeReason, OfficeState
from svet.staffing import texts as staffing

#: Every reason of this room that has a sentence.
REASONS: Final = (OfficeReason,)

OFFICE_KINDS: dict[str, str | Promise] = {
    OfficeKind.PHONE: gettext_lazy("Сменить номер телефона"),
    OfficeKind.FACTOR: gettext_lazy("Отключить второй шаг входа"),
}
OFFICE_STATES: dict[str, str | Promise] = {
    OfficeState.OPEN: gettext_lazy("ждёт вас в офисе"),
    OfficeState.APPROVED: gettext_lazy("выполнена"),
    OfficeState.REFUSED: gettext_lazy("отклонена"),
    OfficeState.WITHDRAWN: gettext_lazy("отозвана"),
}

_OFFICE: dict[str, str | Promise] = {
    OfficeReason.STANDING: gettext_lazy("Такая заявка уже подана. Дождитесь решения или отзовите её."),
    OfficeReason.CLOSED: gettext_lazy("Эта заявка уже закрыта."),
    OfficeReason.TAKEN: gettext_lazy("На этот номер уже открыт кабинет."),
    OfficeReason.COMMENT_TOO_LONG: gettext_lazy("Слишком длинно: можно до 500 символов."),
    OfficeReason.NO_CABINET: gettext_lazy("С этим номером кабинета нет."),
    OfficeReason.SAME_PHONE: gettext_lazy("Это нынешний номер кабинета. Введите новый."),
    OfficeReason.NO_FACTOR: gettext_lazy("В этом кабинете второй шаг входа не включён."),
    OfficeReason.NO_DECISION: gettext_lazy("Напишите, почему: это прочтёт человек."),
}


def explain(refusal: Refused) -> str:
    """The sentence to show beside the field; what another room has refused is said in that room's words."""
    if isinstance(refusal.reason, OfficeReason):
        return str(_OFFICE[refusal.reason])
    return staffing.explain(refusal)
