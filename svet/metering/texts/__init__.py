"""The room's refusals, questions and values in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from svet.kernel.refusals import Refused
from svet.kernel.services import Service, Unit
from svet.look import formats
from svet.look.services import service_name
from svet.metering.rules import (
    DisputeReason,
    DisputeState,
    Doubt,
    Judgement,
    ReadingChannel,
    ReadingState,
    ReplaceReason,
    Urgency,
    ValueReason,
    Verification,
    WithdrawReason,
    Zone,
)
from svet.metering.texts import reasons
from svet.metering.texts.durations import duration

#: Reasons of the rules that have a sentence; what operations add is lent beside them (``apps``).
REASONS: Final = (ValueReason, Doubt, ReplaceReason, WithdrawReason, DisputeReason)

ZONE_NAMES = {
    Zone.SINGLE: gettext_lazy("Круглосуточный"),
    Zone.DAY: gettext_lazy("День"),
    Zone.NIGHT: gettext_lazy("Ночь"),
    Zone.PEAK: gettext_lazy("Пик"),
    Zone.SEMIPEAK: gettext_lazy("Полупик"),
}

#: How a set came, as it stands in brackets and tables.
CHANNEL_NAMES: dict[str, Promise] = {
    ReadingChannel.WEB.value: gettext_lazy("личный кабинет"),
    ReadingChannel.API.value: gettext_lazy("приложение"),
    ReadingChannel.SMS.value: gettext_lazy("СМС"),
    ReadingChannel.OFFICE.value: gettext_lazy("офис"),
    ReadingChannel.REGISTER.value: gettext_lazy("реестр"),
    ReadingChannel.QUICK.value: gettext_lazy("без входа"),
    ReadingChannel.AUTOMATIC.value: gettext_lazy("счётчик сам"),
    ReadingChannel.ABSENCE.value: gettext_lazy("на время отъезда"),
}

STATE_NAMES = {
    ReadingState.SUBMITTED: pgettext_lazy("reading", "Получены"),
    ReadingState.UNDER_REVIEW: pgettext_lazy("reading", "На проверке"),
    ReadingState.ACCEPTED: pgettext_lazy("reading", "Приняты"),
    ReadingState.USED: pgettext_lazy("reading", "Вошли в счёт"),
    ReadingState.WITHDRAWN: pgettext_lazy("reading", "Отозваны"),
    ReadingState.SUPERSEDED: pgettext_lazy("reading", "Заменены другими"),
    ReadingState.REJECTED: pgettext_lazy("reading", "Не приняты"),
    ReadingState.CORRECTED: pgettext_lazy("reading", "Исправлены"),
}

DISPUTE_STATES = {
    DisputeState.OPEN: pgettext_lazy("dispute", "Возражение получено"),
    DisputeState.CHECKING: pgettext_lazy("dispute", "Проверим ещё раз"),
    DisputeState.UPHELD: pgettext_lazy("dispute", "Возражение принято"),
    DisputeState.DECLINED: pgettext_lazy("dispute", "Возражение отклонено"),
    DisputeState.WITHDRAWN: pgettext_lazy("dispute", "Возражение отозвано"),
}


def number(value: Decimal, *, least: int = 0) -> str:
    """A value as people write it: «4 036», «3 600,5»; prices have two decimals at the ``least``: «3,40»."""
    places = max(least, -int(Decimal(value).normalize().as_tuple().exponent))
    return formats.number(value, places=places) if least else formats.number(value)


def scale_name(zone: Zone, service: Service) -> str:
    """What a scale is called: by its zone, and where there are no zones, by what it meters."""
    if service is Service.ELECTRICITY or zone is not Zone.SINGLE:
        return str(ZONE_NAMES[zone])
    return service_name(service)


def values_line(values: Mapping[Zone, Decimal], unit: Unit = Unit.KWH) -> str:
    """All scales of a set in one line: «4 036 кВт·ч», «День 1 200, Ночь 300 кВт·ч», «12,345 м³»."""
    if list(values) == [Zone.SINGLE]:
        shown = number(values[Zone.SINGLE])
    else:
        shown = ", ".join(f"{ZONE_NAMES[zone]} {number(value)}" for zone, value in values.items())
    return f"{shown}{formats.NBSP}{formats.unit_name(unit)}"


def explain(refusal: Refused) -> str:
    """What happened and what to do, in Russian; of a whole set, all that the guard thinks of it."""
    judgement = getattr(refusal, "judgement", None)
    if isinstance(judgement, Judgement):
        return explain_set(judgement) if judgement.refusals else asked(judgement)
    return explain_reason(refusal.reason, refusal.details)


def explain_set(judgement: Judgement) -> str:
    """Why a set cannot be taken: the zones that look exchanged, or the reason of each scale."""
    if Doubt.SWAPPED_ZONES in judgement.doubts and judgement.suggestion is not None:
        return _("Похоже, показания зон перепутаны местами. Проверьте, не так ли на приборе: %(values)s.") % {
            "values": values_line(judgement.suggestion, judgement.service.unit)
        }
    said = [explain_reason(each.refusal, each.details) for each in judgement.refusals]
    return " ".join(dict.fromkeys(said))


def doubts_of(judgement: Judgement) -> str:
    """What looks odd in a set that waits for a person, with the values that would be believable."""
    said = doubts_line((doubt for doubt in Doubt if doubt in judgement.doubts), judgement.service)
    if judgement.suggestion is None:
        return said
    return _("%(doubts)s; возможно, на приборе: %(values)s") % {
        "doubts": said,
        "values": values_line(judgement.suggestion, judgement.service.unit),
    }


def explain_reason(reason: object, details: Mapping[str, object] | None = None) -> str:
    """The sentence of a reason or a doubt with its details."""
    details = details or {}
    match reason:
        case ValueReason.REQUIRED:
            return _("Введите показание: цифры, которые сейчас видны на приборе учёта.")
        case ValueReason.TOO_LONG:
            return _("Слишком много знаков: введите только цифры с прибора учёта.")
        case ValueReason.CHARS:
            return _("Введите только цифры, без букв и других знаков.")
        case ValueReason.FRACTION:
            return reasons.fraction(details)
        case ValueReason.CAPACITY:
            return reasons.capacity(details)
        case ValueReason.LOWER:
            return reasons.lower(details)
        case ValueReason.UNKNOWN_ZONE:
            return _("У этого прибора учёта нет такой шкалы. Обновите страницу и введите показания снова.")
        case ValueReason.FUTURE:
            return reasons.future(details)
        case ValueReason.STALE:
            return reasons.stale(details)
        case ValueReason.BEFORE_LAST:
            return reasons.before_last(details)
        case ValueReason.SMART:
            return _("Прибор учёта сам передаёт показания, вам ничего отправлять не нужно.")
        case ValueReason.REMOVED:
            return reasons.removed(details)
        case ValueReason.CLOSED:
            return reasons.closed(details)
        case ReplaceReason.BEFORE_INSTALLED:
            return _("Прежний прибор тогда ещё не стоял: проверьте день замены.")
        case ReplaceReason.SAME_METER:
            return _("Прибор с таким номером уже стоит на этом счёте.")
        case ReplaceReason.RATIO:
            return _("Коэффициент трансформации — число больше нуля, например 30 или 0,5.")
        case WithdrawReason.NOT_YOURS:
            return _("Эти показания передал другой человек: отозвать их может только он.")
        case WithdrawReason.TOO_LATE:
            return _("Срок отзыва прошёл: показания уже идут в счёт. Передайте верные, разницу вернут.")
        case WithdrawReason.ALREADY:
            return _("Эти показания уже нельзя отозвать: посмотрите их состояние в «Истории».")
        case DisputeReason.NOT_CONTROL:
            return _("Возразить можно только против действующих контрольных показаний.")
        case DisputeReason.TOO_LATE:
            return _("Срок для возражения прошёл. Напишите нам в разделе «Помощь»: разберёмся и без него.")
        case DisputeReason.TWICE:
            return _("Вы уже возразили против этих показаний. Ответ придёт сюда.")
        case DisputeReason.NO_WORDS:
            return _("Напишите хотя бы несколько слов: с чем вы не согласны.")
        case DisputeReason.TOO_LONG:
            return _("Слишком длинно: уложитесь в 2000 знаков, остальное покажет фото.")
        # Reasons of ``operations``, by their names: ``KeyReason`` and ``QuickReason``.
        case "key_reused":
            return _(
                "С этим номером отправки уже приняты другие показания, они не изменились. Обновите страницу и"
                " отправьте новые ещё раз."
            )
        case "other_scales":
            return _(
                "Переданы не те шкалы, что есть у прибора учёта: ничего не принято. Введите показания каждой"
                " его шкалы."
            )
        case DisputeReason.CLOSED:
            return _("На это возражение уже ответили. Обновите страницу.")
        case _:
            return _("Не получилось. Обновите страницу и попробуйте ещё раз: введённое не потеряется.")


_DOUBTS = {
    Doubt.ZERO: gettext_lazy("показания не изменились"),
    Doubt.ABOVE_USUAL: gettext_lazy("расход заметно больше обычного"),
    Doubt.ABOVE_TECHNICAL: gettext_lazy("расход больше, чем может дать обычная линия"),
    Doubt.ROLLOVER: gettext_lazy("счётчик прошёл через нули"),
    Doubt.EXTRA_DIGIT: gettext_lazy("похоже на лишнюю цифру"),
    Doubt.SWAPPED_ZONES: gettext_lazy("похоже, зоны перепутаны местами"),
    Doubt.BELOW_PENDING: gettext_lazy("меньше уже переданных в этом месяце"),
    ValueReason.LOWER: gettext_lazy("меньше предыдущих показаний"),
}


#: What a member of staff is told; the names are of ``operations.ReviewReason``.
_REVIEW = {
    "review_already_decided": gettext_lazy("Эти показания уже решил кто-то другой. Обновите очередь."),
    "review_below_last": gettext_lazy(
        "Так расход стал бы отрицательным. Исправьте значение, отметьте переход через нули или внесите "
        "контрольные показания."
    ),
    "review_words_required": gettext_lazy("Напишите причину: её прочитает клиент."),
}


def explain_review(refusal: Refused) -> str:
    """Why a decision about a set under review does not stand."""
    return str(_REVIEW.get(str(refusal.reason), "")) or explain(refusal)


def doubts_line(names: Iterable[str], service: Service = Service.ELECTRICITY) -> str:
    """Why a set was asked about or waits, by the names a change of state keeps; nothing for anything else."""
    known = {str(name): words for name, words in _DOUBTS.items()}
    if service is not Service.ELECTRICITY:
        known[Doubt.ABOVE_TECHNICAL] = gettext_lazy("расход больше, чем может пропустить прибор учёта")
    return ", ".join(str(known[name]) for name in names if name in known)


def bad_date() -> str:
    """A date that is none."""
    return _("Укажите дату в виде дд.мм.гггг.")


def refused_by_staff() -> str:
    """Why a set under review was not taken, when the staff gave no words of its own."""
    return _("значение не похоже на верное. Проверьте цифры и передайте показания ещё раз.")


def asked(judgement: Judgement) -> str:
    """All that is asked about an odd set; the suggestion says the same as «far above usual», only better."""
    hidden = {Doubt.ABOVE_USUAL} if judgement.suggestion is not None else set()
    return " ".join(question(doubt, judgement) for doubt in Doubt if doubt in judgement.doubts - hidden)


def question(doubt: Doubt, judgement: Judgement) -> str:
    """What is asked about an odd set."""
    used = formats.volume(sum(judgement.consumption.values(), Decimal(0)), judgement.service.unit)
    match doubt:
        case Doubt.ZERO:
            return _("Показания не изменились: расход %(used)s. Всё верно?") % {"used": used}
        case Doubt.ROLLOVER:
            return _("Счётчик прошёл через нули? Тогда расход — %(used)s.") % {"used": used}
        case Doubt.EXTRA_DIGIT:
            return _("Похоже на лишнюю цифру: %(given)s вместо %(suggested)s?") % _given(judgement)
        case Doubt.SWAPPED_ZONES:
            return _("Похоже, показания зон перепутаны местами. Поменять их?")
        case Doubt.BELOW_PENDING:
            return _(
                "Это меньше того, что уже передали в этом месяце. Если верно новое показание, "
                "оно заменит прежнее."
            )
        case Doubt.ABOVE_TECHNICAL if judgement.service is not Service.ELECTRICITY:
            return _(
                "Расход %(used)s больше, чем может пропустить прибор учёта. Проверьте цифры. "
                "Если всё верно, мы примем показания и проверим их вместе с вами."
            ) % {"used": used}
        case Doubt.ABOVE_TECHNICAL:
            return _(
                "Расход %(used)s больше, чем может дать обычная линия. Проверьте цифры. "
                "Если всё верно, мы примем показания и проверим их вместе с вами."
            ) % {"used": used}
        case _:
            return _("Расход %(used)s заметно больше обычного. Проверьте цифры. Всё верно?") % {"used": used}


def _given(judgement: Judgement) -> dict[str, str]:
    for zone, verdict in judgement.verdicts.items():
        if judgement.suggestion and judgement.suggestion.get(zone, verdict.value) != verdict.value:
            return {"given": number(verdict.value), "suggested": number(judgement.suggestion[zone])}
    return {"given": "", "suggested": ""}


def verification_line(check: Verification) -> str:
    """How many days are left until the next verification."""
    if check.days_left is None:
        return _("Дата следующей поверки не указана")
    how_long = duration(abs(check.days_left))
    if check.urgency is Urgency.OVERDUE:
        return _("Срок поверки прошёл %(how_long)s назад") % {"how_long": how_long}
    return _("До поверки %(how_long)s") % {"how_long": how_long}


def verification_advice(check: Verification, service: Service = Service.ELECTRICITY) -> str:
    """What the holder has to do about it.

    Electricity meters are the supplier's care since 2020-07-01 (law 522-ФЗ); all others are the holder's own,
    and one that is not verified counts as broken (Rules 354, paragraph 81(12)).
    """
    own = service is not Service.ELECTRICITY
    match check.urgency:
        case Urgency.CALM:
            return _("Пока ничего делать не нужно: напомним за полгода.")
        case Urgency.SOON if own:
            return _(
                "Скоро поверка. Закажите её или замену прибора учёта сами, заранее: после срока поставщик "
                "может считать расход без показаний."
            )
        case Urgency.OVERDUE if own:
            return _(
                "Срок поверки прошёл. Показания мы принимаем и передаём, но поставщик может считать расход "
                "без них: закажите поверку или замену прибора учёта."
            )
        case Urgency.SOON:
            return _(
                "Скоро поверка. Менять или поверять прибор учёта в квартире будет гарантирующий поставщик: "
                "дождитесь звонка и обеспечьте доступ. Показания передавайте как обычно."
            )
        case Urgency.OVERDUE:
            return _(
                "Срок поверки прошёл, но показания принимаются. Оставьте заявку на замену прибора учёта "
                "в разделе «Помощь»."
            )
        case _:
            return _("Напишите нам в разделе «Помощь», если знаете дату из паспорта прибора учёта.")
