"""The words of outages: hours, places, where one stands, why one is not taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.accounts.queries.places import HousePlace
from svet.accounts.rules.places import place_key
from svet.kernel.refusals import Refused
from svet.look.formats import day, day_and_month
from svet.outages.rules import OutageAct, OutageKind, OutageState, PlaceLine
from svet.outages.rules.refusals import OutageReason
from svet.outages.rules.views import OutageView
from svet.staffing import texts as staffing

#: Every reason of this room.
REASONS: Final = (OutageReason,)
#: Houses that are named one by one; of more only the first ones are.
_NAMED: Final = 3

KINDS: Final[dict[OutageKind, str | Promise]] = {
    OutageKind.PLANNED: gettext_lazy("плановые работы"),
    OutageKind.EMERGENCY: gettext_lazy("авария"),
}
STATES: Final[dict[OutageState, str | Promise]] = {
    OutageState.PLANNED: gettext_lazy("предстоит"),
    OutageState.BEGUN: gettext_lazy("идёт"),
    OutageState.OVER: gettext_lazy("закончилось"),
    OutageState.CANCELLED: gettext_lazy("отменено"),
}
OUTAGE_ACTS: Final[dict[OutageAct, str | Promise]] = {
    OutageAct.ENTERED: gettext_lazy("Внесено"),
    OutageAct.MOVED: gettext_lazy("Изменено время"),
    OutageAct.PLACES: gettext_lazy("Изменены адреса"),
    OutageAct.WORDS: gettext_lazy("Изменена причина"),
    OutageAct.CANCELLED: gettext_lazy("Отменено"),
    OutageAct.ENDED: gettext_lazy("Свет включён"),
}

_SENTENCES: Final[dict[str, str | Promise]] = {
    OutageReason.NOT_FOUND: gettext_lazy("Такого отключения нет."),
    OutageReason.NUMBER: gettext_lazy("Укажите номер отключения: до 40 знаков."),
    OutageReason.KIND: gettext_lazy("Напишите «плановое» или «аварийное»."),
    OutageReason.MOMENT: gettext_lazy("Введите день и время так: 29.11.2026 10:00."),
    OutageReason.ENDS: gettext_lazy("У плановых работ должно быть время, когда они закончатся."),
    OutageReason.ENDS_FIRST: gettext_lazy("Конец должен быть позже начала."),
    OutageReason.TOO_LONG: gettext_lazy("Отключение не бывает длиннее 31 дня. Проверьте месяц и год."),
    OutageReason.FAR: gettext_lazy("Начало слишком далеко: больше года вперёд. Проверьте год."),
    OutageReason.OVER: gettext_lazy("Это время уже прошло."),
    OutageReason.CITY: gettext_lazy("Укажите населённый пункт."),
    OutageReason.STREET: gettext_lazy("Укажите улицу: дома без улицы не найти."),
    OutageReason.STREET_EMPTY: gettext_lazy(
        "Укажите улицу. Если отключают весь населённый пункт, напишите «весь»."
    ),
    OutageReason.STATE: gettext_lazy("Напишите «отменено» или оставьте пустым."),
    OutageReason.HOUSE: gettext_lazy(
        "Такого дома не понять. Пишите: 1–15, 20, 22А, 30 корп. 2, 1–9 нечётные."
    ),
    OutageReason.HOUSES_LONG: gettext_lazy("Список домов слишком длинный: разделите его на две строки."),
    OutageReason.BACKWARDS: gettext_lazy("Номера домов идут от большего к меньшему. Пишите: 1–15."),
    OutageReason.PLACES: gettext_lazy("Укажите адреса: от одной до двухсот строк."),
    OutageReason.WHY: gettext_lazy("Напишите причину: до 160 знаков."),
    OutageReason.CLOSED: gettext_lazy("Это отключение уже закончилось или отменено."),
    OutageReason.SAME: gettext_lazy("Ничего не изменилось: всё это уже так."),
    OutageReason.STALE: gettext_lazy(
        "Так уже было, и потом это изменили. Если нужно вернуть прежнее, сделайте это на столе «Отключения»."
    ),
    OutageReason.ROWS_DIFFER: gettext_lazy("В строках с этим номером разные время, вид или причина."),
    OutageReason.NOT_BEGUN: gettext_lazy("Оно ещё не началось: отмените его."),
}


def explain(refusal: Refused) -> str:
    """The sentence for any refusal of this room; what the staff's own rules refuse is said in their words."""
    if not isinstance(refusal.reason, OutageReason):
        return staffing.explain(refusal)
    said = str(_SENTENCES[refusal.reason])
    part = refusal.details.get("part")
    return _("«%(part)s»: %(said)s") % {"part": part, "said": said} if part else said


def hours_in_figures(begins_at: datetime, ends_at: datetime | None, *, zone: ZoneInfo) -> str:
    """«29.11.2026, 10:00–14:00»: the same in every language."""
    begins = begins_at.astimezone(zone)
    if ends_at is None:
        return f"{day(begins.date())}, {begins:%H:%M}"
    ends = ends_at.astimezone(zone)
    if begins.date() == ends.date():
        return f"{day(begins.date())}, {begins:%H:%M}–{ends:%H:%M}"
    return f"{day(begins.date())} {begins:%H:%M} – {day(ends.date())} {ends:%H:%M}"


def hours(view: OutageView, *, today: date) -> str:
    """«завтра 10:00–14:00», «29 ноября 10:00–14:00»; of two days both are named."""
    begins, ends = view.local_begins, view.local_ends
    first = _day(begins.date(), today)
    if ends is None:
        return _("%(day)s с %(time)s, до какого времени, пока неизвестно") % {
            "day": first,
            "time": f"{begins:%H:%M}",
        }
    if begins.date() == ends.date():
        return f"{first} {begins:%H:%M}–{ends:%H:%M}"
    return f"{first} {begins:%H:%M} – {_day(ends.date(), today)} {ends:%H:%M}"


def _day(on: date, today: date) -> str:
    if on == today:
        return _("сегодня")
    if on == today + timedelta(days=1):
        return _("завтра")
    return day_and_month(on)


def title(view: OutageView, *, today: date) -> str:
    """One line: what and when."""
    when = hours(view, today=today)
    match view.state, view.kind:
        case OutageState.BEGUN, _:
            return _("Сейчас нет света: %(when)s") % {"when": when}
        case _, OutageKind.EMERGENCY:
            return _("Авария: %(when)s") % {"when": when}
    return _("Отключение: %(when)s") % {"when": when}


def place_line(place: PlaceLine) -> str:
    """A street with its houses in a line."""
    if not place.street:
        return place.city
    houses = _("дома: %(houses)s") % {"houses": place.houses} if place.houses else _("все дома")
    return f"{place.city}, {place.street}, {houses}"


def house_line(place: HousePlace, *, town: bool = False) -> str:
    """A house in a line; without the settlement where a street says where it is, unless ``town``."""
    where_ = place.street or place.city
    if town and place.street:
        where_ = f"{place.city}, {place.street}"
    return f"{where_}, д.\u00a0{place.house}" if place.house else where_


def where(places: Sequence[HousePlace]) -> str:
    """The houses of somebody that an outage meets, each once; of many the first ones."""
    # Of two towns «ул. Лесная, д. 4» alone says nothing.
    town = len({place_key(each.city, "") for each in places}) > 1
    lines = list(dict.fromkeys(house_line(each, town=town) for each in places))
    return "; ".join([*lines[:_NAMED], *(["…"] if len(lines) > _NAMED else [])])
