"""Sentences: events as people choose them, and why an address is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.kernel.refusals import Refused
from svet.look.formats import moment
from svet.webhooks.rules import PING, HookEvent, HookReason

REASONS: Final = (HookReason,)
EVENT_NAMES: Final[Mapping[str, str | Promise]] = {
    HookEvent.READING_ACCEPTED: gettext_lazy("Показания приняты"),
    HookEvent.READING_REFUSED: gettext_lazy("Показания не приняты"),
    HookEvent.READING_CORRECTED: gettext_lazy("Показания исправлены сотрудником"),
    HookEvent.READING_CONTROL: gettext_lazy("Компания сняла контрольные показания"),
    HookEvent.BILL_ISSUED: gettext_lazy("Готов счёт"),
    HookEvent.PAYMENT_CREDITED: gettext_lazy("Платёж зачислен"),
    HookEvent.PAYMENT_FAILED: gettext_lazy("Платёж не прошёл"),
    HookEvent.PAYMENT_REFUNDED: gettext_lazy("Платёж возвращён"),
    HookEvent.ACCOUNT_ATTACHED: gettext_lazy("Лицевой счёт добавлен в кабинет"),
    HookEvent.ACCOUNT_DETACHED: gettext_lazy("Лицевого счёта больше нет в вашем кабинете"),
    HookEvent.METER_REPLACED: gettext_lazy("Прибор учёта заменён"),
    PING: gettext_lazy("Проверка"),
}
STATE_NAMES: Final[Mapping[str, str | Promise]] = {
    "waiting": gettext_lazy("ждёт"),
    "sent": gettext_lazy("принято"),
    "failed": gettext_lazy("не принято"),
    "dropped": gettext_lazy("не отправлено"),
}
_SENTENCES: Final[Mapping[str, str | Promise]] = {
    HookReason.URL: gettext_lazy(
        "На такой адрес мы не отправляем: нужен адрес в интернете, который начинается с https://."
    ),
    HookReason.EVENTS: gettext_lazy("Отметьте, о чём сообщать."),
    HookReason.TOO_MANY: gettext_lazy("Адресов уже пять. Удалите ненужный."),
    HookReason.NO_SUCH: gettext_lazy("Такого адреса уже нет. Обновите страницу."),
    HookReason.OFF: gettext_lazy("Адрес выключен. Сначала включите его."),
    HookReason.WAITS: gettext_lazy("Это сообщение уже ждёт отправки."),
    HookReason.TWICE: gettext_lazy("Этот адрес уже добавлен. Чтобы выбрать другое, сначала удалите его."),
    HookReason.ROTATED: gettext_lazy(
        "Секрет уже сменили, и прежний подписывает ещё сутки. Если менять нужно сейчас, удалите адрес и "
        "добавьте снова."
    ),
}


def explain(refusal: Refused) -> str:
    """The sentence to show beside the field."""
    return str(_SENTENCES[str(refusal.reason)])


#: How a try went wrong, by what its reason holds: first what is ours, then what the network said.
_WHY: Final[Mapping[str, str | Promise]] = {
    "off": gettext_lazy("адрес был выключен"),
    "not visible": gettext_lazy("вы этого больше не видите"),
    "restored": gettext_lazy("кабинет восстановлен из копии: возможно, сообщение уже ушло"),
    "is not called": gettext_lazy("туда мы не отправляем: адрес ведёт не в интернет"),
    "not found in time": gettext_lazy("сервер имён не ответил вовремя"),
    "gaierror": gettext_lazy("такого имени в интернете нет"),
    "no address": gettext_lazy("такого имени в интернете нет"),
    "too long": gettext_lazy("программа не ответила вовремя"),
    "Timeout": gettext_lazy("программа не ответила вовремя"),
    "ConnectError": gettext_lazy("соединиться с программой не удалось"),
    "ProtocolError": gettext_lazy("программа ответила не по правилам HTTP"),
    "webhook: ": gettext_lazy("связь с программой прервалась"),
}


def what_came_of(*, state: str, attempts: int, status: int | None, reason: str, due_at: datetime) -> str:
    """What became of a piece of news, why it is not there yet, and when it is tried again."""
    named, why = str(STATE_NAMES[state]), _why(status, reason)
    if state != "waiting":
        return f"{named}, {why}" if why else named
    if not attempts:
        # Asked for once more: what is written beside it is of the tries before.
        return named
    if not why:
        return _("отправляется")
    return _("не принято, %(why)s. Попробуем ещё раз %(at)s") % {"why": why, "at": moment(due_at)}


def _why(status: int | None, reason: str) -> str:
    if status:
        return f"HTTP\u00a0{status}"
    if not reason:
        return ""
    found = next((words for mark, words in _WHY.items() if mark in reason), None)
    return _("у нас не получилось") if found is None else str(found)
