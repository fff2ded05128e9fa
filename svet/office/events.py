"""What a person is told when the office is asked for something in their name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words

#: What the office may be asked for.
OFFICE_ABOUT: Final = frozenset({"phone", "factor"})


def _office_asked(p: Params) -> Words:
    """The office was asked for something in the name of the person."""
    what = {
        "phone": _("сменить номер телефона"),
        "factor": _("отключить второй шаг входа"),
    }[p["about"]]
    said = {**p, "what": what}
    return Words(
        title=_("Заявка в офис: %(what)s") % said,
        text=_(
            "%(at)s офис попросили %(what)s в вашем кабинете (заявка %(number)s). Если это не вы, "
            "позвоните на горячую линию %(hotline)s: заявку отклонят."
        )
        % said,
        sms={
            "phone": _("Просят сменить телефон кабинета. Не вы? Звоните %(hotline)s") % p,
            "factor": _("Просят отключить второй шаг входа. Не вы? Звоните %(hotline)s") % p,
        }[p["about"]],
        action=_("Посмотреть заявку"),
    )


# ``about``: one of OFFICE_ABOUT.
OFFICE_ASKED: Final = EventSpec(
    code="office_asked",
    name=gettext_lazy("Подана заявка в офис"),
    words=_office_asked,
    needs={"about", "number", "at"},
    places={"office-requests"},
    row=250,
    obligatory=frozenset(NoticeChannel),
)

EVENTS: Final = (OFFICE_ASKED,)

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "office.approved": gettext_lazy("Заявка в офис выполнена"),
    "office.asked": gettext_lazy("Подана заявка в офис"),
    "office.refused": gettext_lazy("Заявка в офис отклонена"),
    "office.signed": gettext_lazy("Заявка в офис проверена"),
    "office.withdrawn": gettext_lazy("Заявка в офис отозвана"),
}
