"""Sentences: events as people choose them, and why an address is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.kernel.refusals import Refused
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
