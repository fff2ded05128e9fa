"""A messenger is connected or not any more, and what the bot answers to those who do something to it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words


class MessengerChange(StrEnum):
    """What became of a person's messenger; ``CUT``: with everything else that was open, at a recovery."""

    ON = "on"
    OFF = "off"
    LEFT = "left"
    CUT = "cut"


class BotAnswer(StrEnum):
    """What the bot says; to whoever reads no cabinet's notices it tells of none."""

    CONNECTED = "connected"
    TAKEN = "taken"
    STALE = "stale"
    STRANGER = "stranger"
    READER = "reader"
    GOODBYE = "goodbye"
    NOBODY = "nobody"
    AGAIN = "again"


def _changed(p: Params) -> Words:
    title, text = {
        MessengerChange.ON: (
            _("Мессенджер %(app)s подключён"),
            _(
                "%(at)s уведомления вашего кабинета подключены в %(app)s пользователю «%(name)s». "
                "Если это не вы, отключите мессенджер в настройках уведомлений и смените пароль."
            ),
        ),
        MessengerChange.OFF: (
            _("Мессенджер %(app)s отключён"),
            _("%(at)s в кабинете отключены уведомления в %(app)s пользователю «%(name)s»."),
        ),
        MessengerChange.LEFT: (
            _("Мессенджер %(app)s отключён"),
            _("%(at)s пользователь %(app)s «%(name)s» отказался от уведомлений командой /stop."),
        ),
        MessengerChange.CUT: (
            _("Мессенджер %(app)s отключён"),
            _(
                "%(at)s уведомления в %(app)s пользователю «%(name)s» отключены вместе со всеми входами "
                "в кабинет. Если он ваш, подключите его снова."
            ),
        ),
    }[MessengerChange(p["became"])]
    sms = {
        MessengerChange.ON: _("К кабинету подключили %(app)s. Не вы? Звоните %(hotline)s"),
        MessengerChange.OFF: _("От кабинета отключили %(app)s. Не вы? Звоните %(hotline)s"),
        MessengerChange.LEFT: _("%(app)s больше не присылает уведомления кабинета"),
        MessengerChange.CUT: _("%(app)s отключён вместе со входами в кабинет"),
    }[MessengerChange(p["became"])]
    return Words(title=title % p, text=text % p, sms=sms % p, action=_("Настройки уведомлений"))


def _answer(p: Params) -> Words:
    text = {
        BotAnswer.CONNECTED: _(
            "Готово: сюда будут приходить уведомления личного кабинета %(brand)s с телефоном %(phone)s. "
            "Коды для входа мы сюда не присылаем и здесь не спрашиваем. "
            "Отключить, если это не ваш кабинет или больше не нужно: /stop"
        ),
        BotAnswer.TAKEN: _(
            "Здесь уже читают уведомления другого кабинета. Чтобы подключить этот, напишите /stop "
            "и откройте ссылку ещё раз."
        ),
        BotAnswer.STALE: _(
            "Эта ссылка уже не действует: она работает один раз и десять минут. "
            "Получите новую в кабинете, в настройках уведомлений."
        ),
        BotAnswer.STRANGER: _(
            "Это бот %(brand)s, он присылает уведомления тем, кто подключил его в своём кабинете: "
            "«Профиль», «Настройки уведомлений». Вопросы: %(hotline)s."
        ),
        BotAnswer.READER: _(
            "Бот только присылает уведомления, ответы здесь не читают. Вопросы: %(hotline)s. Отключить: /stop"
        ),
        BotAnswer.GOODBYE: _(
            "Отключено: больше ничего не пришлём. Подключить снова можно в кабинете, в настройках "
            "уведомлений."
        ),
        BotAnswer.NOBODY: _("Уведомления сюда и так не приходят: отключать нечего."),
        BotAnswer.AGAIN: _("Снова присылаем сюда уведомления кабинета. Отключить: /stop"),
    }[BotAnswer(p["reply"])]
    return Words(title=_("Ответ бота"), text=text % p)


# ``became``: a MessengerChange; ``name``: what the account is called in the messenger ``app``.
MESSENGER: Final = EventSpec(
    code="messenger",
    name=gettext_lazy("Подключён или отключён мессенджер"),
    words=_changed,
    needs={"became", "app", "name", "at"},
    places={"notification-settings"},
    icon="lock",
    row=215,
    obligatory=(NoticeChannel.BELL, NoticeChannel.EMAIL, NoticeChannel.PUSH),
)

# ``reply``: a BotAnswer; ``phone``: of the cabinet just connected, masked, for its link may have come from
# somebody who would have another person read, and believe, what their cabinet is told.
BOT_ANSWER: Final = EventSpec(
    code="bot_answer",
    name=gettext_lazy("Ответ бота"),
    words=_answer,
    needs={"reply", "phone"},
    places={"notification-settings"},
    # Before a month's bills and behind codes, whoever writes to the bot.
    obligatory=(NoticeChannel.MESSENGER,),
)

EVENTS: Final = (MESSENGER, BOT_ANSWER)
