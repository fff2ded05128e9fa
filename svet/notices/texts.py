"""How channels are called in «Настройки уведомлений»."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.notices.queries.messengers import messenger_name
from svet.notices.rules import NoticeChannel


def channel_name(channel: NoticeChannel) -> str:
    """The column's label in «Настройки уведомлений»."""
    return {
        NoticeChannel.BELL: _("В кабинете"),
        NoticeChannel.EMAIL: _("E-mail"),
        NoticeChannel.SMS: _("SMS"),
        NoticeChannel.PUSH: _("На устройстве"),
        NoticeChannel.MESSENGER: messenger_name() or _("В мессенджере"),
    }[channel]
