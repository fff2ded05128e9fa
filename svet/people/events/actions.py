"""What the journal keeps of people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "appearance.changed": gettext_lazy("Изменено оформление"),
    "birth_date.changed": gettext_lazy("Изменена дата рождения"),
    "breaker.opened": gettext_lazy("Сработало общее ограничение"),
    "browser.hidden": gettext_lazy("Уведомления на устройстве выключены"),
    "browser.shown": gettext_lazy("Уведомления на устройстве включены"),
    "cards.paused": gettext_lazy("Оплата привязанной картой на паузе"),
    "consent.given": gettext_lazy("Дано согласие"),
    "consent.withdrawn": gettext_lazy("Отозвано согласие"),
    "device.distrusted": gettext_lazy("Устройство больше не доверенное"),
    "device.trusted": gettext_lazy("Устройство стало доверенным"),
    "email.changed": gettext_lazy("Изменена электронная почта"),
    "language.changed": gettext_lazy("Изменён язык"),
    "messenger.connected": gettext_lazy("Подключён мессенджер"),
    "messenger.disconnected": gettext_lazy("Отключён мессенджер"),
    "names.changed": gettext_lazy("Изменены имя и фамилия"),
    "notifications.changed": gettext_lazy("Изменены уведомления"),
    "passkey.renamed": gettext_lazy("Переименован ключ доступа"),
    "passkey.wrong": gettext_lazy("Ключ доступа не подошёл"),
    "password.changed": gettext_lazy("Изменён пароль"),
    "password.recovered": gettext_lazy("Пароль восстановлен по SMS"),
    "password.wrong": gettext_lazy("Пароль не подошёл"),
    "person.changed": gettext_lazy("Изменены личные данные"),
    "person.deleted": gettext_lazy("Личный кабинет удалён"),
    "person.phone_changed": gettext_lazy("Телефон изменён офисом"),
    "person.registered": gettext_lazy("Регистрация"),
    "phone.changed": gettext_lazy("Изменён телефон"),
    "recovery_code.wrong": gettext_lazy("Запасной код не подошёл"),
    "recovery_codes.made": gettext_lazy("Сделаны запасные коды"),
    "second_factor.app_off": gettext_lazy("Отключён вход с кодом из приложения"),
    "second_factor.app_on": gettext_lazy("Включён вход с кодом из приложения"),
    "second_factor.code_used": gettext_lazy("Вход по запасному коду"),
    "second_factor.codes": gettext_lazy("Выданы новые запасные коды"),
    "second_factor.office": gettext_lazy("Второй шаг входа отключён офисом"),
    "second_factor.passkey_off": gettext_lazy("Удалён ключ доступа"),
    "second_factor.passkey_on": gettext_lazy("Добавлен ключ доступа"),
    "second_factor.removed": gettext_lazy("Второй шаг входа отключён"),
    "session.ended": gettext_lazy("Выход"),
    "session.ended_by_office": gettext_lazy("Офис закрыл все сеансы и ключи"),
    "session.ended_elsewhere": gettext_lazy("Выход на других устройствах"),
    "session.opened": gettext_lazy("Вход"),
    "sign_in.refused": gettext_lazy("Вход не удался"),
    "simple_view.off": gettext_lazy("Выключен простой вид"),
    "simple_view.on": gettext_lazy("Включён простой вид"),
    "token.issued": gettext_lazy("Создан ключ для программ"),
    "token.narrowed": gettext_lazy("Ключ для программ открывает меньше"),
    "token.revoked": gettext_lazy("Отозван ключ для программ"),
    "totp.added": gettext_lazy("Подключено приложение для кодов"),
    "totp.removed": gettext_lazy("Отключено приложение для кодов"),
    "totp.wrong": gettext_lazy("Код из приложения не подошёл"),
}
