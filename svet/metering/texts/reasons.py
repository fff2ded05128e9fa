"""The reasons of a refused reading that name a day or a number: without it they are said another way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.kernel.services import Unit
from svet.look.formats import day, number


def shown(value: object) -> str:
    """A day or a number of the details."""
    if isinstance(value, Decimal):
        return number(value)
    return day(value) if isinstance(value, date) else ""


def fraction(details: Mapping[str, object]) -> str:
    """More digits after the point than the dial has."""
    if details.get("decimals"):
        return _("После запятой слишком много цифр: у прибора учёта их %(decimals)s.") % {
            "decimals": details["decimals"]
        }
    if details.get("unit", Unit.KWH) is Unit.KWH:
        return _("Введите только целые киловатт-часы, без запятой и цифр после неё.")
    return _("Введите только целое число, без запятой и цифр после неё.")


def capacity(details: Mapping[str, object]) -> str:
    """More digits than the dial has."""
    digits = details.get("digits")
    if not isinstance(digits, int):
        return _("На приборе учёта столько цифр не помещается: проверьте, нет ли лишней.")
    return ngettext(
        "На приборе учёта %(digits)s цифра до запятой: проверьте, нет ли лишней.",
        "На приборе учёта %(digits)s цифр до запятой: проверьте, нет ли лишней.",
        digits,
    ) % {"digits": digits}


def lower(details: Mapping[str, object]) -> str:
    """Less than the last reading."""
    if not isinstance(details.get("previous"), Decimal):
        return _(
            "Показание меньше предыдущего. Проверьте цифры. Если на приборе именно "
            "столько, отправьте показания на проверку: приложите фото, и сотрудник разберётся."
        )
    return _(
        "Показание меньше предыдущего (%(previous)s). Проверьте цифры. Если на приборе именно "
        "столько, отправьте показания на проверку: приложите фото, и сотрудник разберётся."
    ) % {"previous": shown(details["previous"])}


def stale(details: Mapping[str, object]) -> str:
    """Entered too long ago."""
    days = details.get("days")
    if not isinstance(days, int):
        return _("Показания введены слишком давно. Посмотрите на прибор учёта и введите сегодняшние.")
    return ngettext(
        "Показания введены больше %(days)s дня назад. Посмотрите на прибор учёта и введите сегодняшние.",
        "Показания введены больше %(days)s дней назад. Посмотрите на прибор учёта и введите сегодняшние.",
        days,
    ) % {"days": days}


def future(details: Mapping[str, object]) -> str:
    """A day that has not come."""
    if not details.get("read_on"):
        return _("Дата показаний ещё не наступила. Передайте их в тот день, когда сняли.")
    return _("Дата показаний %(on)s ещё не наступила. Передайте их в тот день, когда сняли.") % {
        "on": shown(details["read_on"])
    }


def before_last(details: Mapping[str, object]) -> str:
    """A day before the last reading's."""
    if not details.get("last_on"):
        return _("Уже есть более поздние показания. Передайте показания на сегодняшний день.")
    if not details.get("read_on"):
        return _("Уже есть показания за %(on)s. Передайте показания на сегодняшний день.") % {
            "on": shown(details["last_on"])
        }
    return _(
        "Уже есть показания за %(on)s, а эти — за %(read_on)s. Передайте показания на сегодняшний день."
    ) % {
        "on": shown(details["last_on"]),
        "read_on": shown(details["read_on"]),
    }


def removed(details: Mapping[str, object]) -> str:
    """A meter that was taken down."""
    if not details.get("removed_on"):
        return _("Этот прибор учёта снят. Передайте показания нового прибора.")
    return _("Этот прибор учёта снят %(on)s. Передайте показания нового прибора.") % {
        "on": shown(details["removed_on"])
    }


def closed(details: Mapping[str, object]) -> str:
    """A contract that has ended."""
    if not details.get("closed_on"):
        return _("Договор закрыт, показания по нему не принимаются.")
    return _("Договор закрыт %(on)s, показания по нему не принимаются.") % {"on": shown(details["closed_on"])}
