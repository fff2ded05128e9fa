"""The copy of a person's data in the person's words: what each field is called and what its codes mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.kernel.words import action_name
from svet.look import formats
from svet.notices.rules import registry
from svet.privacy.shares import sections

Text = str | Promise

LABELS: Mapping[str, Text] = {
    "url": gettext_lazy("Адрес"),
    "events": gettext_lazy("События"),
    "bounds": gettext_lazy("Только для этого"),
    "account": gettext_lazy("Лицевой счёт"),
    "accounts": gettext_lazy("По счетам"),
    "action": gettext_lazy("Что сделали"),
    "added_at": gettext_lazy("Добавлен"),
    "address": gettext_lazy("Адрес в сети"),
    "alias": gettext_lazy("Название для себя"),
    "application_since": gettext_lazy("Приложение для кодов"),
    "asked_at": gettext_lazy("Подана"),
    "at": gettext_lazy("Когда"),
    "bank": gettext_lazy("Банк"),
    "begins_at": gettext_lazy("Начало"),
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
    "days": gettext_lazy("За сколько дней"),
    "credited_at": gettext_lazy("Зачислено"),
    "decided_at": gettext_lazy("Решена"),
    "decision": gettext_lazy("Решение"),
    "email": gettext_lazy("Электронная почта"),
    "email_confirmed_at": gettext_lazy("Почта подтверждена"),
    "ends_at": gettext_lazy("Конец"),
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
    "limit": gettext_lazy("Предел"),
    "linked_at": gettext_lazy("Добавлен"),
    "meter": gettext_lazy("Прибор учёта"),
    "name": gettext_lazy("Название"),
    "number": gettext_lazy("Номер"),
    "off": gettext_lazy("Отменено"),
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
    "kopecks": gettext_lazy("Сумма"),
    "made_at": gettext_lazy("Когда"),
    "paid_on": gettext_lazy("Оплачено"),
    "until_on": gettext_lazy("До какого дня"),
    "refunded_kopecks": gettext_lazy("Возвращено"),
    "trusted_until": gettext_lazy("Доверенное до"),
    "unbound_at": gettext_lazy("Отвязана"),
    "values": gettext_lazy("Значения"),
    "version": gettext_lazy("Версия"),
    "withdrawn_at": gettext_lazy("Отозвано"),
    "words": gettext_lazy("Текст"),
}


def label(name: str) -> str:
    """What a field is called on the page; the JSON keeps the words of the API."""
    return str(LABELS.get(name, name))


def value_in_words(section: str, name: str, value: object) -> str:
    """A value as a person reads it: dates, sums, yes and no, and names instead of codes."""
    if value is None or value == "" or value == {} or value == []:
        return "—"
    said = _section_words(section)(name, value)
    if said is not None:
        return str(said)
    if isinstance(value, str):
        return str(_decoded(name, value))
    return _plain(value)


def _section_words(section: str) -> Callable[[str, Any], Text | None]:
    return next((one.words for one in sections() if one.key == section), lambda name, value: None)


def _decoded(name: str, code: str) -> Text:
    """What the codes of several rooms mean: the rooms' own are said by themselves."""
    if name == "phone" and code.startswith("+"):
        return formats.phone(code)
    if name == "action":
        return action_name(code)
    if name == "event":
        event = registry.find(code)
        return code if event is None else str(event.name)
    return code


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
