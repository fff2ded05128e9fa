"""What somebody who helps is reminded of, if they have asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words


def _help_readings(p: Params) -> Words:
    return Words(
        title=_("Показания близких ещё не переданы"),
        text=_(
            "Аб. № %(account)s, к которому вам открыт доступ: показания принимаем до %(on)s. Передайте новые "
            "или, если цифры не изменились, те же."
        )
        % p,
        sms=_("Аб. № %(account)s: показания не переданы, срок %(on)s") % p,
        action=_("Передать те же"),
    )


def _help_due(p: Params) -> Words:
    return Words(
        title=_("У близких подходит срок оплаты"),
        text=_("Аб. № %(account)s, к которому вам открыт доступ: счёт оплатите до %(on)s.") % p,
        sms=_("Аб. № %(account)s: счёт не оплачен, срок %(on)s") % p,
        action=_("Оплатить"),
    )


HELP_READINGS: Final = EventSpec(
    code="help_readings",
    name=gettext_lazy("Показания близких не переданы (если вы просили)"),
    words=_help_readings,
    needs={"account", "on"},
    places={"account-same"},
    icon="people",
    row=185,
    usual=(NoticeChannel.BELL, NoticeChannel.EMAIL),
)

HELP_DUE: Final = EventSpec(
    code="help_due",
    name=gettext_lazy("Срок оплаты у близких (если вы просили)"),
    words=_help_due,
    needs={"account", "on"},
    places={"payment"},
    icon="people",
    row=186,
    usual=(NoticeChannel.BELL, NoticeChannel.EMAIL),
)

EVENTS: Final = (HELP_READINGS, HELP_DUE)

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "help.asked": gettext_lazy("Напоминания о счёте близких включены"),
    "help.ended": gettext_lazy("Напоминания о счёте близких выключены"),
}
