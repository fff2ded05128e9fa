"""What is said when a change of the set-up is refused."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.kernel.refusals import Refused
from svet.setup.rules import SetupReason

#: Every reason of this room that has a sentence.
REASONS: Final = (SetupReason,)

_SENTENCES: dict[str, str | Promise] = {
    SetupReason.CHANGED_MEANWHILE: gettext_lazy(
        "Тем временем это изменил кто-то другой, ничего не записано. "
        "Ниже — что действует сейчас и что ввели вы."
    ),
    SetupReason.TEXT_WANTED: gettext_lazy("Нужны и заголовок, и текст."),
    SetupReason.NOTHING_NEW: gettext_lazy("Так и есть сейчас: менять нечего."),
    SetupReason.TEXT_WAITS: gettext_lazy(
        "Следующая версия уже назначена и ждёт своего дня: отзовите её, если нужна другая."
    ),
    SetupReason.DAY_PAST: gettext_lazy("Этот день прошёл: новая версия может действовать только вперёд."),
    SetupReason.DAY_FAR: gettext_lazy("Слишком далеко: назначают не больше чем на год вперёд."),
    SetupReason.HOLDS_ALREADY: gettext_lazy(
        "Отзывать нечего: версия уже действует или её отозвали раньше. Действующую заменяют следующей."
    ),
    SetupReason.CODE_TAKEN: gettext_lazy("Поставщик с этим кодом уже есть. Коды не меняют и не повторяют."),
    SetupReason.WAITS_ALREADY: gettext_lazy(
        "Другое изменение этого поставщика уже ждёт второго сотрудника: сначала подпишите его или откажите."
    ),
    SetupReason.NO_SUCH_DRAFT: gettext_lazy("Такого изменения нет."),
    SetupReason.DECIDED: gettext_lazy("Это изменение уже подписано или отклонено."),
    SetupReason.SAME_HAND: gettext_lazy("Первая подпись ваша: вторую ставит другой сотрудник."),
    SetupReason.STANDS_OTHERWISE: gettext_lazy(
        "С тех пор поставщика изменили иначе: откажите и введите изменение снова, "
        "с того, что действует сейчас."
    ),
}


def explain(refused: Refused) -> str:
    """The sentence of a refusal of this room."""
    return str(_SENTENCES[str(refused.reason)])
