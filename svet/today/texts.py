"""The day in words: a sentence with its note, and a title with its note for each task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.bills.texts import labels
from svet.kernel.periods import Month
from svet.look.formats import NBSP, day_and_month, roubles
from svet.metering.rules import WindowState
from svet.today.rules import DayPlan, DayState, Duty, DutyKind, MovingPayment, PlannedCharge

#: So many names are read; more are counted.
_NAMED = 2
_MONTH_DAYS = 30.4375
#: Shorter distances are said in days, longer ones in months.
_IN_DAYS = 61


def headline(day: DayPlan) -> str:
    """What the day asks, as a sentence without its full stop."""
    match day.state:
        case DayState.NEW:
            return _("Добавьте свой счёт за свет")
        case DayState.OVERDUE if day.late == day.owed and day.late_since is not None:
            return _("Долг %(sum)s, срок был %(on)s") % {
                "sum": roubles(day.owed),
                "on": on_day(day.late_since, day.today),
            }
        case DayState.OVERDUE | DayState.DUE if day.due_on is not None:
            return _("К оплате %(sum)s до %(on)s") % {
                "sum": roubles(day.owed),
                "on": on_day(day.due_on, day.today),
            }
        case DayState.OVERDUE | DayState.DUE:
            return _("К оплате %(sum)s") % {"sum": roubles(day.owed)}
        case DayState.TRANSIT:
            return _("%(sum)s уже в пути, платить ещё раз не нужно") % {"sum": roubles(day.transit)}
        case DayState.READINGS if day.lead is not None:
            return _readings(day, day.lead)
        case _ if day.others:
            return _("Сегодня от вас ничего не нужно")
        case _:
            return _("Всё оплачено, показания переданы") if day.sent else _("Всё оплачено")


def _readings(day: DayPlan, lead: Duty) -> str:
    values = {"on": on_day(lead.on, day.today), "count": lead.count}
    if day.others:
        return (
            ngettext(
                "До %(on)s передайте показания: %(count)d счётчик",
                "До %(on)s передайте показания: %(count)d счётчиков",
                lead.count,
            )
            % values
        )
    return (
        ngettext(
            "Всё оплачено. До %(on)s передайте показания: %(count)d счётчик",
            "Всё оплачено. До %(on)s передайте показания: %(count)d счётчиков",
            lead.count,
        )
        % values
    )


def badge(day: DayPlan) -> str:
    """«просрочено 11 дней», or nothing."""
    if day.state is not DayState.OVERDUE or day.late_since is None:
        return ""
    days = (day.today - day.late_since).days
    if days >= _IN_DAYS:
        months = round(days / _MONTH_DAYS)
        return ngettext("просрочено %(months)d месяц", "просрочено %(months)d месяцев", months) % {
            "months": months
        }
    return ngettext("просрочено %(days)d день", "просрочено %(days)d дней", days) % {"days": days}


def notes(day: DayPlan) -> tuple[str, ...]:
    """What stands below the sentence, one thought each."""
    match day.state:
        case DayState.NEW:
            return (_("Нужны два номера: абонента и счётчика. Оба есть в любой квитанции."),)
        case DayState.OVERDUE:
            return (*_whose(day), *_late(day), *_moving(day))
        case DayState.DUE:
            return (*_whose(day), *_left(day.due_on, day.today), *_moving(day))
        case DayState.TRANSIT:
            return (_("Здесь станет «оплачено», как только деньги дойдут."),)
        case DayState.READINGS if day.lead is not None:
            return (*_left(day.lead.on, day.today), *_over(day), *_moving(day))
        case _:
            return (*_over(day), *_window(day))


def _whose(day: DayPlan) -> tuple[str, ...]:
    """«За квартиру и маму» cannot be made of any name, so names stand after a colon; many are counted."""
    if day.accounts < 2:
        return ()
    if len(day.titles) <= _NAMED:
        names = listed(day.titles)
        return (ngettext("Абонент: %(names)s.", "Абоненты: %(names)s.", len(day.titles)) % {"names": names},)
    return (_("Абонентов к оплате: %(count)d из %(all)d.") % {"count": len(day.titles), "all": day.accounts},)


def _late(day: DayPlan) -> tuple[str, ...]:
    found = []
    if day.late != day.owed:
        if day.late_titles and len(day.late_titles) <= _NAMED and day.accounts > 1:
            found.append(
                _("Из них %(sum)s просрочено: %(names)s.")
                % {"sum": roubles(day.late), "names": listed(day.late_titles)}
            )
        else:
            found.append(_("Из них %(sum)s просрочено.") % {"sum": roubles(day.late)})
    if day.free_until is not None:
        found.append(
            _("Заплатите до %(on)s, и пени не будет: её начисляют с\u00a031\u2011го дня.")
            % {"on": on_day(day.free_until, day.today)}
        )
    return tuple(found)


def _left(until: date | None, today: date) -> tuple[str, ...]:
    if until is None:
        return ()
    days = (until - today).days
    if not days:
        return (_("Сегодня последний день."),)
    return (ngettext("Остался %(days)d день.", "Осталось %(days)d дней.", days) % {"days": days},)


def _moving(day: DayPlan) -> tuple[str, ...]:
    if not day.transit:
        return ()
    return (_("Ещё %(sum)s уже в пути.") % {"sum": roubles(day.transit)},)


def _over(day: DayPlan) -> tuple[str, ...]:
    if not day.over:
        return ()
    return (_("Переплата %(sum)s пойдёт в следующий счёт.") % {"sum": roubles(day.over)},)


def _window(day: DayPlan) -> tuple[str, ...]:
    if day.window is None:
        return ()
    if day.sent:
        month = month_word(day.window.period, day.today)
        return (_("Показания войдут в счёт за %(month)s.") % {"month": month},)
    return (_("Показания ждём %(span)s.") % {"span": span(day.window.opens_on, day.window.closes_on)},)


def listed(names: Sequence[str]) -> str:
    """«квартира и мама»."""
    if len(names) == 1:
        return names[0]
    return _("%(first)s и %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def on_day(day: date, today: date) -> str:
    """«15 декабря», with its year when that is another one."""
    said = day_and_month(day)
    return said if day.year == today.year else f"{said}{NBSP}{day.year}"


def month_word(month: Month, today: date) -> str:
    """«ноябрь», with its year when that is another one."""
    said = labels.month_label(month)
    return said.partition(NBSP)[0] if month.year == today.year else said


def span(since: date, until: date) -> str:
    """«с 15 по 25 декабря»."""
    if (since.year, since.month) == (until.year, until.month):
        return _("с\u00a0%(since)d по\u00a0%(until)s") % {
            "since": since.day,
            "until": day_and_month(until),
        }
    return _("с %(since)s по %(until)s") % {
        "since": day_and_month(since),
        "until": day_and_month(until),
    }


def how_far(until: date, today: date) -> str:
    """«через 3 месяца», «через 12 дней», «сегодня»; days up to two months, then months, then years."""
    days = (until - today).days
    if not days:
        return _("сегодня")
    if days < 0:
        return _gone(-days)
    if days < _IN_DAYS:
        return ngettext("через %(days)d день", "через %(days)d дней", days) % {"days": days}
    months = round(days / _MONTH_DAYS)
    return ngettext("через %(months)d месяц", "через %(months)d месяцев", months) % {"months": months}


def _gone(days: int) -> str:
    if days < _IN_DAYS:
        return ngettext("%(days)d день назад", "%(days)d дней назад", days) % {"days": days}
    months = round(days / _MONTH_DAYS)
    return ngettext("%(months)d месяц назад", "%(months)d месяцев назад", months) % {"months": months}


def duty_title(duty: Duty, *, today: date) -> str:
    """What there is to do, in few words."""
    match duty.kind:
        case DutyKind.MONEY:
            return _("Платёж ждёт вашего ответа")
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
        case DutyKind.PAY:
            return _("до %(on)s") % {"on": when}
        case DutyKind.BILL:
            names = listed(duty.titles) if len(duty.titles) <= _NAMED else _accounts(len(duty.titles))
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
    """«4 декабря спишем 820,00 ₽»."""
    return _("%(on)s спишем %(sum)s") % {"on": on_day(planned.on, today), "sum": roubles(planned.money)}


def planned_note(planned: PlannedCharge) -> str:
    """With what, and that it can be skipped."""
    if planned.told:
        return _("автоплатёж, %(card)s; можно пропустить") % {"card": planned.card}
    return _("автоплатёж, %(card)s; за сутки предупредим") % {"card": planned.card}


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


def _accounts(count: int) -> str:
    return ngettext("%(count)d абонент", "%(count)d абонентов", count) % {"count": count}


def action(day: DayPlan) -> str:
    """The words of the one button, or nothing."""
    match day.state:
        case DayState.NEW:
            return _("Добавить абонента")
        case DayState.OVERDUE | DayState.DUE:
            return _("Оплатить")
        case DayState.READINGS:
            return _("Передать показания")
        case _:
            return ""
