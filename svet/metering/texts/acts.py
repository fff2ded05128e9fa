"""Acts of the office in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.kernel.refusals import Refused
from svet.metering.rules.acts import ActReason


def explain(refusal: Refused) -> str:
    """Why the act cannot stand so, and what to do."""
    sentence = _SENTENCES.get(str(refusal.reason))
    return (
        str(sentence).format(**refusal.details)
        if sentence
        else _("Не получилось. Обновите страницу и попробуйте ещё раз.")
    )


_SENTENCES: dict[str, Promise] = {
    ActReason.NOT_FOUND: gettext_lazy("Такого акта нет, или он уже отозван."),
    ActReason.NUMBER: gettext_lazy("Укажите номер акта, не длиннее 40 знаков."),
    ActReason.METER: gettext_lazy("Укажите, о каком приборе учёта этого счёта акт."),
    ActReason.NO_METER: gettext_lazy("Такой акт составляют обо всём счёте, а не о приборе учёта."),
    ActReason.HAS_METER: gettext_lazy("В этот день на счёте стоял прибор учёта."),
    ActReason.NOT_SMART: gettext_lazy("Этот прибор учёта не умный: показания по нему передаёт человек."),
    ActReason.ORDER: gettext_lazy("Последний день раньше первого: проверьте дни."),
    ActReason.UNTIL: gettext_lazy("Укажите, по какой день: такой акт пишут о днях, которые прошли."),
    ActReason.FUTURE: gettext_lazy("Этот день ещё не наступил."),
    ActReason.BEFORE: gettext_lazy("Тогда ещё не было договора или этого прибора учёта: проверьте день."),
    ActReason.TOO_FAR_BACK: gettext_lazy("За вмешательство считают не больше чем за три месяца до акта."),
    ActReason.TOO_SHORT: gettext_lazy("Отсутствие учитывают, если оно дольше пяти полных дней."),
    ActReason.PERSONS: gettext_lazy("Укажите, скольких человек не было дома."),
    ActReason.MORE_PERSONS: gettext_lazy("Отсутствует не больше людей, чем зарегистрировано: {most}."),
    ActReason.OVERLAPS: gettext_lazy("За эти дни такой акт уже есть: закончите или отзовите его."),
    ActReason.ENDED: gettext_lazy("У этого акта уже есть последний день."),
    ActReason.SIGNED: gettext_lazy("Этот акт уже подписан вторым сотрудником."),
    ActReason.SAME_HAND: gettext_lazy("Первая подпись ваша: вторую ставит другой сотрудник."),
}
