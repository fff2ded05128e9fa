"""What people read about appeals."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.kernel.refusals import Refused
from svet.support.rules import AppealState, SupportReason, Topic

#: Every reason of this room that has a sentence.
REASONS: Final = (SupportReason,)

TOPICS: dict[Topic, str | Promise] = {
    Topic.READINGS: gettext_lazy("Показания"),
    Topic.BILL: gettext_lazy("Счёт и начисления"),
    Topic.PAYMENT: gettext_lazy("Оплата"),
    Topic.METER: gettext_lazy("Прибор учёта"),
    Topic.CABINET: gettext_lazy("Личный кабинет"),
    Topic.OTHER: gettext_lazy("Другое"),
}
STATES: dict[AppealState, str | Promise] = {
    AppealState.NEW: gettext_lazy("Получено"),
    AppealState.TAKEN: gettext_lazy("В работе"),
    AppealState.ANSWERED: gettext_lazy("Есть ответ"),
    AppealState.CLOSED: gettext_lazy("Закрыто"),
}


def explain(refusal: Refused) -> str:
    """The sentence for any refusal of this room."""
    match str(refusal.reason):
        case SupportReason.NO_WORDS:
            return _("Напишите, что случилось: хватит одного предложения.")
        case SupportReason.TOO_LONG:
            return _("Слишком длинно: уместите текст в %(max)s знаков.") % refusal.details
        case SupportReason.TOPIC:
            return _("Выберите тему из списка.")
        case SupportReason.TOO_MANY_PHOTOS:
            return _("К одному сообщению можно приложить не больше %(max)s фотографий.") % refusal.details
        case SupportReason.CLOSED:
            return _("Это обращение закрыто. Напишите новое: в нём можно сослаться на номер прежнего.")
        case SupportReason.KEY_REUSED:
            return _("Сообщение уже отправлено. Обновите страницу.")
        case SupportReason.NOT_FOUND:
            return _("Такого обращения нет.")
    return _("Не получилось. Ничего не изменилось, попробуйте ещё раз.")
