"""A title with its note for each task, for money on its way and for what is planned."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.look.formats import roubles
from svet.metering.rules import WindowState
from svet.today.rules import Duty, DutyKind, MovingPayment, PlannedCharge, PromisedPayment
from svet.today.texts.days import NAMED, accounts_counted, how_far, listed, month_word, on_day, span


def duty_title(duty: Duty, *, today: date) -> str:
    """What there is to do, in few words."""
    match duty.kind:
        case DutyKind.MONEY:
            return _("Платёж ждёт вашего ответа")
        case DutyKind.UNFINISHED:
            return _("Платёж на %(sum)s не завершён") % {"sum": roubles(duty.money)}
        case DutyKind.PAY:
            return _("Оплатить %(sum)s") % {"sum": roubles(duty.money)}
        case DutyKind.BILL if duty.month is None:
            return _("Пришли новые счета")
        case DutyKind.BILL:
            assert duty.month is not None
            month = month_word(duty.month, today)
            if duty.count == 1:
                return _("Пришёл счёт за %(month)s") % {"month": month}
            return _("Пришли счета за %(month)s") % {"month": month}
        case DutyKind.READINGS:
            return _("Передать показания")
        case DutyKind.READINGS_FOR if len(duty.titles) > 1:
            return _("Показания за близких: %(count)d") % {"count": len(duty.titles)}
        case DutyKind.READINGS_FOR:
            return _("%(name)s: показания не переданы") % {"name": duty.titles[0]}
        case DutyKind.INVITATION:
            return _("Вам открывают доступ к счёту")
        case DutyKind.VERIFICATION:
            return _("Срок поверки прошёл") if duty.late else _("Подходит поверка счётчика")


def duty_note(duty: Duty, *, today: date) -> str:
    """When, and how much of it."""
    when = on_day(duty.on, today)
    match duty.kind:
        case DutyKind.MONEY:
            return _("осталось %(sum)s") % {"sum": roubles(duty.money)}
        case DutyKind.UNFINISHED:
            return _("возможно, эта сумма уже оплачена: банк ещё не ответил")
        case DutyKind.PAY:
            return _("до %(on)s") % {"on": when}
        case DutyKind.BILL:
            names = listed(duty.titles) if len(duty.titles) <= NAMED else accounts_counted(len(duty.titles))
            if not duty.money:
                return _("%(names)s, платить не нужно") % {"names": names}
            return _("%(names)s, %(sum)s") % {"names": names, "sum": roubles(duty.money)}
        case DutyKind.READINGS:
            return _readings_note(duty, when)
        case DutyKind.READINGS_FOR:
            return _for_another_note(duty, today)
        case DutyKind.INVITATION:
            return _("%(address)s, ответьте до %(on)s") % {"address": duty.titles[0], "on": when}
        case DutyKind.VERIFICATION:
            return _verification_note(duty, when, today)


def moving_title(moving: MovingPayment) -> str:
    """«820,00 ₽ уже в пути»."""
    return _("%(sum)s уже в пути") % {"sum": roubles(moving.money)}


def moving_note(moving: MovingPayment) -> str:
    """What happens to it."""
    if moving.checked:
        return _("платёж %(number)s проверяет сотрудник, деньги не пропадут") % {"number": moving.number}
    return _("банк принял платёж %(number)s, зачисляем") % {"number": moving.number}


def planned_title(planned: PlannedCharge, *, today: date) -> str:
    """«4 декабря спишем 820,00 ₽»; what somebody has paid since it was told is not charged."""
    if not planned.money:
        return _("%(on)s спишем, только если появится долг") % {"on": on_day(planned.on, today)}
    return _("%(on)s спишем %(sum)s") % {"on": on_day(planned.on, today), "sum": roubles(planned.money)}


def planned_note(planned: PlannedCharge) -> str:
    """With what, and that it can be skipped."""
    if planned.told:
        return _("автоплатёж, %(card)s; можно пропустить") % {"card": planned.card}
    return _("автоплатёж, %(card)s; за сутки предупредим") % {"card": planned.card}


def promised_title(promised: PromisedPayment, *, today: date) -> str:
    """«До 4 декабря обещано 820,00 ₽»."""
    return _("До %(on)s обещано %(sum)s") % {
        "on": on_day(promised.until, today),
        "sum": roubles(promised.money),
    }


def _readings_note(duty: Duty, when: str) -> str:
    if duty.done:
        return _("передано %(done)d из %(of)d, до %(on)s") % {"done": duty.done, "of": duty.of, "on": when}
    window, values = duty.window, {"count": duty.count, "on": when}
    if window is None or window.state is WindowState.OPEN:
        return ngettext("%(count)d счётчик, до %(on)s", "%(count)d счётчиков, до %(on)s", duty.count) % values
    meters = ngettext("%(count)d счётчик", "%(count)d счётчиков", duty.count) % values
    return _("%(meters)s, лучше %(span)s") % {
        "meters": meters,
        "span": span(window.opens_on, window.closes_on),
    }


def _for_another_note(duty: Duty, today: date) -> str:
    """How long there is time, and that the reader may do it: neither he nor she is known by a name."""
    if duty.window is not None and duty.window.state is not WindowState.OPEN:
        near = span(duty.window.opens_on, duty.window.closes_on)
        return _("лучше %(span)s, можно передать за близкого") % {"span": near}
    days = (duty.on - today).days
    if not days:
        return _("сегодня последний день, можно передать за близкого")
    return ngettext(
        "остался %(days)d день, можно передать за близкого",
        "осталось %(days)d дней, можно передать за близкого",
        days,
    ) % {"days": days}


def _verification_note(duty: Duty, when: str, today: date) -> str:
    far = how_far(duty.on, today)
    if duty.count == 1:
        values = {"name": duty.titles[0], "on": when, "far": far}
        return (
            _("%(name)s, %(on)s, %(far)s") % values
            if duty.late
            else _("%(name)s, до %(on)s, %(far)s") % values
        )
    return ngettext(
        "%(count)d счётчик, ближайшая %(far)s", "%(count)d счётчиков, ближайшая %(far)s", duty.count
    ) % {"count": duty.count, "far": far}
