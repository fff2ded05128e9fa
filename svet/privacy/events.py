"""The last word to whoever deletes their cabinet."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words


def _account_deleted(p: Params) -> Words:
    """The cabinet is deleted."""
    return Words(
        title=_("Личный кабинет удалён"),
        text=_(
            "%(at)s ваш личный кабинет удалён. Счета и показания остались у лицевого счёта. С этим номером "
            "можно зарегистрироваться заново. Если это не вы, позвоните на горячую линию %(hotline)s."
        )
        % p,
        sms=_("Ваш личный кабинет удалён. Не вы? Звоните %(hotline)s") % p,
    )


FAREWELL: Final = EventSpec(
    code="farewell",
    name=gettext_lazy("Личный кабинет удалён"),
    words=_account_deleted,
    needs={"at"},
    obligatory=(NoticeChannel.EMAIL, NoticeChannel.SMS),
    forgotten=True,
)

EVENTS: Final = (FAREWELL,)
