"""What people are told of outages, and what the journal keeps of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words


def _planned(p: Params) -> Words:
    return Words(
        title=_("Отключат электричество"),
        text=_("%(when)s, %(where)s. Причина: %(why)s.") % p,
        sms=_("Отключат свет: %(when)s, %(where)s") % p,
        paragraphs=(
            _("%(when)s не будет электричества: %(where)s. Причина: %(why)s.") % p,
            _("Если время изменится или работы отменят, сообщим ещё раз."),
        ),
        action=_("Посмотреть отключения"),
    )


def _emergency(p: Params) -> Words:
    return Words(
        title=_("Авария: нет электричества"),
        text=_("%(when)s, %(where)s. Причина: %(why)s.") % p,
        sms=_("Авария, нет света: %(when)s, %(where)s") % p,
        action=_("Посмотреть отключения"),
    )


def _moved(p: Params) -> Words:
    return Words(
        title=_("Изменилось время отключения"),
        text=_("Теперь %(when)s, %(where)s. Причина: %(why)s.") % p,
        sms=_("Отключение света теперь %(when)s, %(where)s") % p,
        action=_("Посмотреть отключения"),
    )


def _off(p: Params) -> Words:
    if p.get("left"):
        # The work will be: only the list of its addresses has changed.
        return Words(
            title=_("Отключение больше не по вашему адресу"),
            text=_("В отключении, о котором мы сообщали (%(when)s, %(why)s), ваших адресов больше нет.") % p,
            sms=_("В отключении света %(when)s ваших адресов больше нет") % p,
            action=_("Посмотреть отключения"),
        )
    return Words(
        title=_("Отключения не будет"),
        text=_("Отключение, о котором мы сообщали (%(when)s, %(why)s), отменено.") % p,
        sms=_("Отключение света %(when)s отменено") % p,
        action=_("Посмотреть отключения"),
    )


_NEEDS: Final = {"when", "where", "why"}

OUTAGE_PLANNED: Final = EventSpec(
    code="outage_planned",
    name=gettext_lazy("Плановое отключение электричества"),
    words=_planned,
    needs=_NEEDS,
    places={"outages"},
    icon="calendar",
    row=192,
    usual=(NoticeChannel.BELL, NoticeChannel.EMAIL),
)

OUTAGE_EMERGENCY: Final = EventSpec(
    code="outage_emergency",
    name=gettext_lazy("Аварийное отключение электричества"),
    words=_emergency,
    needs=_NEEDS,
    places={"outages"},
    icon="warning",
    row=193,
    usual=(NoticeChannel.BELL, NoticeChannel.EMAIL),
)

OUTAGE_MOVED: Final = EventSpec(
    code="outage_moved",
    name=gettext_lazy("Изменилось время отключения"),
    words=_moved,
    needs=_NEEDS,
    places={"outages"},
    icon="calendar",
    row=194,
    usual=(NoticeChannel.BELL, NoticeChannel.EMAIL),
)

OUTAGE_OFF: Final = EventSpec(
    code="outage_off",
    name=gettext_lazy("Отключение отменено"),
    words=_off,
    needs={"when", "why"},
    places={"outages"},
    icon="success",
    row=195,
    usual=(NoticeChannel.BELL, NoticeChannel.EMAIL),
)

EVENTS: Final = (OUTAGE_PLANNED, OUTAGE_EMERGENCY, OUTAGE_MOVED, OUTAGE_OFF)

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "outages.entered": gettext_lazy("Отключение внесено"),
    "outages.moved": gettext_lazy("Время отключения изменено"),
    "outages.places": gettext_lazy("Адреса отключения изменены"),
    "outages.words": gettext_lazy("Причина отключения изменена"),
    "outages.cancelled": gettext_lazy("Отключение отменено сотрудником"),
    "outages.ended": gettext_lazy("Отключение закончилось по слову сотрудника"),
}
