"""What the owner of an address is told, and what the journal keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words


def _hook_off(p: Params) -> Words:
    """An address has taken nothing for days."""
    return Words(
        title=_("Программа не отвечает: сообщения выключены"),
        text=_(
            "Программа по адресу %(host)s несколько дней не принимает сообщения, и мы больше их не "
            "отправляем. Исправьте её и включите адрес снова: что не принято, можно повторить."
        )
        % p,
        sms=_("Программа не отвечает: сообщения для неё выключены"),
        action=_("Открыть адрес"),
    )


HOOK_OFF: Final = EventSpec(
    code="webhook_off",
    name=gettext_lazy("Сообщения для программы выключены"),
    words=_hook_off,
    needs={"host"},
    places={"webhook"},
    row=246,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)
EVENTS: Final = (HOOK_OFF,)

ACTIONS: Final[Mapping[str, object]] = {
    "webhook.added": gettext_lazy("Добавлен адрес для сообщений программе"),
    "webhook.removed": gettext_lazy("Удалён адрес для сообщений программе"),
    "webhook.rotated": gettext_lazy("Сменён секрет сообщений программе"),
    "webhook.off": gettext_lazy("Сообщения программе выключены: она не отвечает"),
    "webhook.on": gettext_lazy("Сообщения программе включены снова"),
}
