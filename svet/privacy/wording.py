"""The copy of a person's data in the person's words: what each field is called and what its codes mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.bills.texts import source_label
from svet.kernel.money import Money
from svet.kernel.words import action_name
from svet.look import formats
from svet.metering.rules import ReadingState, Zone
from svet.metering.texts import STATE_NAMES, ZONE_NAMES
from svet.notices import registry
from svet.payments.states import OrderState
from svet.payments.texts import state_name
from svet.support.rules import AppealState
from svet.support.texts import STATES, TOPICS

Text = str | Promise

LABELS: Mapping[str, Text] = {
    "account": gettext_lazy("Лицевой счёт"),
    "accounts": gettext_lazy("По счетам"),
    "action": gettext_lazy("Что сделали"),
    "added_at": gettext_lazy("Добавлен"),
    "address": gettext_lazy("Адрес в сети"),
    "alias": gettext_lazy("Название для себя"),
    "application_since": gettext_lazy("Приложение для кодов"),
    "asked_at": gettext_lazy("Подана"),
    "at": gettext_lazy("Когда"),
    "birth_on": gettext_lazy("Дата рождения"),
    "bound_at": gettext_lazy("Привязана"),
    "can_manage": gettext_lazy("Выбирать доставку счёта"),
    "can_pay": gettext_lazy("Платить"),
    "can_submit": gettext_lazy("Передавать показания"),
    "changed": gettext_lazy("Новое значение"),
    "channel": gettext_lazy("Как передано"),
    "comment": gettext_lazy("Пояснение"),
    "confirmed_at": gettext_lazy("Подтверждён"),
    "created_at": gettext_lazy("Создано"),
    "credited_at": gettext_lazy("Зачислено"),
    "decided_at": gettext_lazy("Решена"),
    "decision": gettext_lazy("Решение"),
    "email": gettext_lazy("Электронная почта"),
    "email_confirmed_at": gettext_lazy("Почта подтверждена"),
    "event": gettext_lazy("Событие"),
    "first_name": gettext_lazy("Имя"),
    "first_seen_at": gettext_lazy("Первый раз"),
    "given_at": gettext_lazy("Дано"),
    "group": gettext_lazy("Группа"),
    "kind": gettext_lazy("О чём"),
    "language": gettext_lazy("Язык"),
    "last4": gettext_lazy("Последние цифры"),
    "last_name": gettext_lazy("Фамилия"),
    "last_seen_at": gettext_lazy("Последний раз"),
    "last_used_at": gettext_lazy("Последнее обращение"),
    "linked_at": gettext_lazy("Добавлен"),
    "meter": gettext_lazy("Прибор учёта"),
    "name": gettext_lazy("Название"),
    "number": gettext_lazy("Номер"),
    "opened_at": gettext_lazy("Открыто"),
    "own": gettext_lazy("Написали вы"),
    "passkeys": gettext_lazy("Ключи доступа"),
    "password_changed_at": gettext_lazy("Пароль изменён"),
    "patronymic": gettext_lazy("Отчество"),
    "phone": gettext_lazy("Телефон"),
    "photos": gettext_lazy("Фотографий"),
    "read_at": gettext_lazy("Прочитано"),
    "read_on": gettext_lazy("Дата показаний"),
    "receipt": gettext_lazy("Квитанция"),
    "receipt_email": gettext_lazy("Чек отправлен на"),
    "received_at": gettext_lazy("Получены"),
    "recovery_codes_left": gettext_lazy("Осталось запасных кодов"),
    "removed_at": gettext_lazy("Убран"),
    "scopes": gettext_lazy("Что разрешено"),
    "sex": gettext_lazy("Пол"),
    "state": gettext_lazy("Состояние"),
    "system": gettext_lazy("Платёжная система"),
    "text": gettext_lazy("Текст"),
    "title": gettext_lazy("Заголовок"),
    "topic": gettext_lazy("Тема"),
    "total_kopecks": gettext_lazy("Сумма"),
    "refunded_kopecks": gettext_lazy("Возвращено"),
    "trusted_until": gettext_lazy("Доверенное до"),
    "unbound_at": gettext_lazy("Отвязана"),
    "values": gettext_lazy("Значения, кВт·ч"),
    "version": gettext_lazy("Версия"),
    "withdrawn_at": gettext_lazy("Отозвано"),
    "words": gettext_lazy("Текст"),
}
_CODES: Mapping[str, Mapping[str, Text]] = {
    "kind": {
        "terms": gettext_lazy("Пользовательское соглашение"),
        "personal_data": gettext_lazy("Обработка персональных данных"),
        "phone": gettext_lazy("Смена телефона"),
        "factor": gettext_lazy("Отключение второго шага"),
    },
    "sex": {"male": gettext_lazy("Мужской"), "female": gettext_lazy("Женский")},
    "language": {"ru": gettext_lazy("русский"), "en": gettext_lazy("английский")},
    "topic": {topic.value: name for topic, name in TOPICS.items()},
}
_STATES: Mapping[str, Callable[[str], Text]] = {
    "readings": lambda code: STATE_NAMES[ReadingState(code)],
    "payments": lambda code: state_name(OrderState(code)),
    "appeals": lambda code: STATES[AppealState(code)],
    "office_requests": lambda code: _OFFICE_STATES.get(code, code),
}
_OFFICE_STATES: Mapping[str, Text] = {
    "open": gettext_lazy("Ждёт офиса"),
    "approved": gettext_lazy("Исполнена"),
    "refused": gettext_lazy("Отказано"),
    "withdrawn": gettext_lazy("Отозвана"),
}
_CONSENT_CHANNELS: Mapping[str, Text] = {
    "web": gettext_lazy("личный кабинет"),
    "api": gettext_lazy("программа"),
    "office": gettext_lazy("офис"),
}


def label(name: str) -> str:
    """What a field is called on the page; the JSON keeps the words of the API."""
    return str(LABELS.get(name, name))


def value_in_words(section: str, name: str, value: object) -> str:
    """A value as a person reads it: dates, sums, yes and no, and names instead of codes."""
    if value is None or value == "" or value == {} or value == []:
        return "—"
    if name in ("total_kopecks", "refunded_kopecks"):
        return formats.roubles(Money(int(str(value))))
    if section == "payments" and name == "accounts" and isinstance(value, Mapping):
        return ", ".join(f"{number}: {formats.roubles(Money(int(one)))}" for number, one in value.items())
    if name == "values" and isinstance(value, Mapping):
        return ", ".join(f"{ZONE_NAMES[Zone(zone)]}: {formats.number(one)}" for zone, one in value.items())
    if isinstance(value, str):
        return str(_decoded(section, name, value))
    return _plain(value)


def _decoded(section: str, name: str, code: str) -> Text:
    if name == "state" and section in _STATES:
        return _STATES[section](code)
    if name == "channel":
        return source_label(code) if section == "readings" else _CONSENT_CHANNELS.get(code, code)
    if name == "phone" and code.startswith("+"):
        return formats.phone(code)
    if name == "action":
        return action_name(code)
    if name == "event":
        event = registry.find(code)
        return code if event is None else str(event.name)
    return _CODES.get(name, {}).get(code, code)


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("да") if value else _("нет")
    if isinstance(value, datetime):
        return formats.moment(value)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{label(str(name))}: {_plain(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_plain, value))
    return str(value)
