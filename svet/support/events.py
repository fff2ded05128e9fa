"""What people are told of their appeals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words


def _appeal_answered(p: Params) -> Words:
    return Words(
        title=_("Ответ на обращение %(number)s") % p,
        text=p["answer"],
        sms=_("На обращение %(number)s пришёл ответ, он в кабинете") % p,
        action=_("Прочитать ответ"),
    )


APPEAL_ANSWERED: Final = EventSpec(
    code="appeal_answered",
    name=gettext_lazy("Ответ на обращение"),
    words=_appeal_answered,
    needs={"number", "answer"},
    places={"appeal"},
    icon="help",
    row=110,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

EVENTS: Final = (APPEAL_ANSWERED,)

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "appeal.answered": gettext_lazy("Ответ на обращение"),
    "appeal.closed": gettext_lazy("Обращение закрыто"),
    "appeal.message": gettext_lazy("Сообщение в обращении"),
    "appeal.new": gettext_lazy("Новое обращение"),
    "appeal.taken": gettext_lazy("Обращение взято в работу"),
}
