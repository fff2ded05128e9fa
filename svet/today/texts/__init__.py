"""The day in words: a sentence with its note, and a title with its note for each task."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.look.formats import roubles
from svet.today.rules import DayPlan, DayState, Duty
from svet.today.rules.helping import HelpReason
from svet.today.texts.days import (
    IN_DAYS,
    MONTH_DAYS,
    NAMED,
    how_far,
    listed,
    month_word,
    on_day,
    span,
)
from svet.today.texts.duties import (
    duty_note,
    duty_title,
    moving_note,
    moving_title,
    planned_note,
    planned_title,
    promised_title,
)

__all__ = [
    "REASONS",
    "action",
    "badge",
    "duty_note",
    "duty_title",
    "explain_help",
    "headline",
    "how_far",
    "moving_note",
    "moving_title",
    "notes",
    "on_day",
    "planned_note",
    "planned_title",
    "promised_title",
]


#: So many days of one debt are read.
MOST_DAYS: Final = 3
#: Every reason of this room that has a sentence.
REASONS: Final = (HelpReason,)


def explain_help(refusal: Refused) -> str:
    """Why nobody is reminded so."""
    match refusal.reason:
        case HelpReason.OWN:
            return _("Вы добавили счёт сами: о сроках и показаниях по нему мы напоминаем и так.")
        case HelpReason.DAYS:
            return _("Выберите число дней из списка.")
        case _:
            return _("Не получилось. Обновите страницу и попробуйте ещё раз.")


def headline(day: DayPlan) -> str:
    """What the day asks, as a sentence without its full stop."""
    match day.state:
        case DayState.NEW:
            return _("Добавьте свой лицевой счёт")
        case DayState.OVERDUE if _mostly_late(day) and day.late_since is not None:
            return _("Долг %(sum)s, срок был %(on)s") % {
                "sum": roubles(day.late),
                "on": on_day(day.late_since, day.today),
            }
        case DayState.OVERDUE | DayState.DUE if day.due_on is not None:
            values = {"sum": roubles(day.owed), "on": on_day(day.due_on, day.today)}
            if day.of_one_day:
                return _("К оплате %(sum)s до %(on)s") % values
            return _("К оплате %(sum)s, ближайший срок %(on)s") % values
        case DayState.OVERDUE | DayState.DUE:
            return _("К оплате %(sum)s") % {"sum": roubles(day.owed)}
        case DayState.TRANSIT:
            return _("%(sum)s уже в пути, платить ещё раз не нужно") % {"sum": roubles(day.transit)}
        case DayState.READINGS if day.lead is not None:
            return _readings(day, day.lead)
        case _ if day.others:
            return _("Сегодня от вас ничего не нужно")
        case _ if day.in_parts:
            return _("Сейчас платить ничего не нужно")
        case _:
            return _("Всё оплачено, показания переданы") if day.sent else _("Всё оплачено")


def _readings(day: DayPlan, lead: Duty) -> str:
    values = {"on": on_day(lead.on, day.today), "count": lead.count}
    if day.others or day.in_parts:
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
    if days >= IN_DAYS:
        months = round(days / MONTH_DAYS)
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
            return (*unsure(day), *_whose(day), *_late(day), *_moving(day))
        case DayState.DUE:
            return (*unsure(day), *_whose(day), *_soonest(day), *_left(day.due_on, day.today), *_moving(day))
        case DayState.TRANSIT:
            return (_("Здесь станет «оплачено», как только деньги дойдут."),)
        case DayState.READINGS if day.lead is not None:
            return (*_left(day.lead.on, day.today), *_over(day), *_moving(day))
        case _:
            return (*_over(day), *_window(day))


def unsure(day: DayPlan) -> tuple[str, ...]:
    """Beside the button that asks for money: some of it may have been paid already."""
    if not day.owed or not day.unsure:
        return ()
    return (_("Возможно, %(sum)s уже оплачены: банк ещё не ответил.") % {"sum": roubles(day.unsure)},)


def _whose(day: DayPlan) -> tuple[str, ...]:
    """«За квартиру и маму» cannot be made of any name, so names stand after a colon; many are counted."""
    if day.accounts < 2:
        return ()
    if len(day.titles) <= NAMED:
        names = listed(day.titles)
        return (ngettext("Абонент: %(names)s.", "Абоненты: %(names)s.", len(day.titles)) % {"names": names},)
    return (_("Абонентов к оплате: %(count)d из %(all)d.") % {"count": len(day.titles), "all": day.accounts},)


def _mostly_late(day: DayPlan) -> bool:
    """Whether most of what is owed is late: a day to come would tell of the lesser part."""
    return 2 * day.late.kopecks > day.owed.kopecks


def _soonest(day: DayPlan) -> tuple[str, ...]:
    """Where the sum above has not one day: which part of it is asked by which, and why another has none."""
    if day.of_one_day:
        return ()
    if not day.coming and not day.late:
        elsewhere = day.undated == day.undated_elsewhere
        return (_("Срок назначает сам поставщик.") if elsewhere else _("Срок назовёт следующий счёт."),)
    days = (_("Сроки: %(days)s.") % {"days": _by_day(day)},) if day.coming else ()
    return (*days, *_undated(day))


def _by_day(day: DayPlan) -> str:
    """«2,00 ₽ до 15 декабря и 5,00 ₽ до 15 января»; of many days the first two, all others by the last."""
    shown = [(asked, on) for on, asked in day.coming]
    if len(shown) > MOST_DAYS:
        rest = Money.total(asked for asked, _on in shown[MOST_DAYS - 1 :])
        shown = [*shown[: MOST_DAYS - 1], (rest, shown[-1][1])]
    return listed(
        [_("%(sum)s до %(on)s") % {"sum": roubles(asked), "on": on_day(on, day.today)} for asked, on in shown]
    )


def _others_by_day(day: DayPlan) -> tuple[str, ...]:
    """What is owed beside the late part, by its days."""
    days = (_("Ещё %(days)s.") % {"days": _by_day(day)},) if day.coming else ()
    return (*days, *_undated(day))


def _undated(day: DayPlan) -> tuple[str, ...]:
    """Why a part has no day: no bill asks for it yet, or the supplier's own will."""
    here = day.undated - day.undated_elsewhere
    found = []
    if here:
        found.append(_("Ещё %(sum)s: срок назовёт следующий счёт.") % {"sum": roubles(here)})
    if day.undated_elsewhere:
        found.append(
            _("Ещё %(sum)s: срок назначает сам поставщик.") % {"sum": roubles(day.undated_elsewhere)}
        )
    return tuple(found)


def _late(day: DayPlan) -> tuple[str, ...]:
    found: list[str] = []
    if day.late != day.owed and _mostly_late(day):
        found += _others_by_day(day)
    elif day.late != day.owed:
        if day.late_titles and len(day.late_titles) <= NAMED and day.accounts > 1:
            found.append(
                _("Из них %(sum)s просрочено: %(names)s.")
                % {"sum": roubles(day.late), "names": listed(day.late_titles)}
            )
        else:
            found.append(_("Из них %(sum)s просрочено.") % {"sum": roubles(day.late)})
        found += () if day.of_one_day else _others_by_day(day)
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
