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


def _hook_added(p: Params) -> Words:
    """News go to another address from now on."""
    return Words(
        title=_("Добавлен адрес для сообщений программе"),
        text=_(
            "%(at)s в вашем кабинете добавлен адрес для сообщений программе: %(host)s. Если это не вы, "
            "удалите его, смените пароль и позвоните на горячую линию %(hotline)s."
        )
        % p,
        sms=_("Добавлен адрес для сообщений программе. Не вы? Звоните %(hotline)s") % p,
        action=_("Это не я: открыть адрес"),
    )


def _hook_rotated(p: Params) -> Words:
    """Another secret signs the news."""
    return Words(
        title=_("Сменён секрет сообщений программе"),
        text=_(
            "%(at)s в вашем кабинете сменён секрет, которым подписаны сообщения для %(host)s. Если это не "
            "вы, удалите адрес, смените пароль и позвоните на горячую линию %(hotline)s."
        )
        % p,
        sms=_("Сменён секрет сообщений программе. Не вы? Звоните %(hotline)s") % p,
        action=_("Это не я: открыть адрес"),
    )


def _hook_ended(p: Params) -> Words:
    """Keys were revoked, and nothing is sent where their programs listen."""
    return Words(
        title=_("Сообщения программе выключены вместе с ключами"),
        text=_(
            "%(at)s ключи для программ отозваны, поэтому на адрес %(host)s мы больше ничего не отправляем. "
            "Если адрес ваш, включите его снова. Если нет, удалите его."
        )
        % p,
        sms=_("Сообщения программе выключены вместе с ключами"),
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
HOOK_ADDED: Final = EventSpec(
    code="webhook_added",
    name=gettext_lazy("Добавлен адрес для сообщений программе"),
    words=_hook_added,
    needs={"host", "at"},
    places={"webhook"},
    row=247,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)
HOOK_ROTATED: Final = EventSpec(
    code="webhook_rotated",
    name=gettext_lazy("Сменён секрет сообщений программе"),
    words=_hook_rotated,
    needs={"host", "at"},
    places={"webhook"},
    row=248,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)
HOOK_ENDED: Final = EventSpec(
    code="webhook_ended",
    name=gettext_lazy("Сообщения программе выключены вместе с ключами"),
    words=_hook_ended,
    needs={"host", "at"},
    places={"webhook"},
    row=249,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)
EVENTS: Final = (HOOK_OFF, HOOK_ADDED, HOOK_ROTATED, HOOK_ENDED)

ACTIONS: Final[Mapping[str, object]] = {
    "webhook.added": gettext_lazy("Добавлен адрес для сообщений программе"),
    "webhook.removed": gettext_lazy("Удалён адрес для сообщений программе"),
    "webhook.rotated": gettext_lazy("Сменён секрет сообщений программе"),
    "webhook.off": gettext_lazy("Сообщения программе выключены: она не отвечает"),
    "webhook.ended": gettext_lazy("Сообщения программе выключены вместе с ключами"),
    "webhook.on": gettext_lazy("Сообщения программе включены снова"),
}
