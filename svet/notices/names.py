"""How events and channels are called in «Настройки уведомлений», for people and for the staff."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.notices.rules import Event, NoticeChannel


def event_name(event: Event) -> str:
    """The row's label in «Настройки уведомлений»."""
    return {
        Event.ACCOUNT_LINKED: _("Лицевой счёт добавлен в кабинет"),
        Event.ACCESS_CHANGED: _("Изменён доступ к лицевому счёту"),
        Event.READING_ACCEPTED: _("Показания приняты"),
        Event.READING_REFUSED: _("Показания не приняты"),
        Event.READING_USED: _("Показания вошли в счёт"),
        Event.READING_CORRECTED: _("Показания исправлены компанией"),
        Event.CONTROL_READING: _("Контрольные показания"),
        Event.DISPUTE_ANSWERED: _("Ответ на возражение"),
        Event.APPEAL_ANSWERED: _("Ответ на обращение"),
        Event.BILL_READY: _("Счёт готов"),
        Event.DUE_NEAR: _("Скоро срок оплаты"),
        Event.PAYMENT_CREDITED: _("Платёж проведён"),
        Event.PAYMENT_FAILED: _("Платёж не прошёл"),
        Event.PAYMENT_REFUNDED: _("Платёж возвращён"),
        Event.VERIFICATION_NEAR: _("Скоро поверка счётчика"),
        Event.METER_REPLACED: _("Прибор учёта заменён"),
        Event.WINDOW_OPEN: _("Начался приём показаний"),
        Event.WINDOW_CLOSING: _("Приём показаний заканчивается"),
        Event.NEW_DEVICE: _("Вход с нового устройства"),
        Event.PASSWORD_CHANGED: _("Пароль изменён"),
        Event.CONTACT_CHANGED: _("Изменены телефон или почта"),
        Event.SECOND_FACTOR: _("Изменён второй шаг входа"),
        Event.OFFICE_ASKED: _("Подана заявка в офис"),
        Event.TOKEN_ISSUED: _("Создан ключ для программы"),
        Event.TOKEN_EXPIRES: _("Ключ для программы скоро перестанет действовать"),
    }.get(event, "")


def channel_name(channel: NoticeChannel) -> str:
    """The column's label in «Настройки уведомлений»."""
    return {
        NoticeChannel.BELL: _("В кабинете"),
        NoticeChannel.EMAIL: _("E-mail"),
        NoticeChannel.SMS: _("SMS"),
        NoticeChannel.PUSH: _("На устройстве"),
    }[channel]
