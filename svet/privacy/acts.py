"""What a person does, in words: the journal keeps codes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

ACTS: Mapping[str, str | Promise] = {
    "absence.begun": gettext_lazy("Записан отъезд"),
    "absence.ended": gettext_lazy("Отъезд закончен"),
    "account.delivery_chosen": gettext_lazy("Выбран способ получения счёта"),
    "account.linked": gettext_lazy("Счёт добавлен в кабинет"),
    "account.unlinked": gettext_lazy("Счёт убран из кабинета"),
    "appeal.closed": gettext_lazy("Обращение закрыто"),
    "appeal.message": gettext_lazy("Сообщение в обращении"),
    "appeal.new": gettext_lazy("Новое обращение"),
    "appearance.changed": gettext_lazy("Изменено оформление"),
    "birth_date.changed": gettext_lazy("Изменена дата рождения"),
    "consent.given": gettext_lazy("Дано согласие"),
    "consent.withdrawn": gettext_lazy("Отозвано согласие"),
    "device.distrusted": gettext_lazy("Устройство больше не доверенное"),
    "device.trusted": gettext_lazy("Устройство стало доверенным"),
    "email.changed": gettext_lazy("Изменена электронная почта"),
    "household.access_changed": gettext_lazy("Изменён доступ близких"),
    "household.approved": gettext_lazy("Подтверждён кабинет близких"),
    "language.changed": gettext_lazy("Изменён язык"),
    "link.suspended": gettext_lazy("«Это не я»: доступ закрыт до проверки"),
    "linking.wrong_pair": gettext_lazy("Номера счёта и прибора не подошли"),
    "names.changed": gettext_lazy("Изменены имя и фамилия"),
    "notifications.changed": gettext_lazy("Изменены уведомления"),
    "office.asked": gettext_lazy("Подана заявка в офис"),
    "passkey.renamed": gettext_lazy("Переименован ключ доступа"),
    "password.changed": gettext_lazy("Изменён пароль"),
    "password.recovered": gettext_lazy("Пароль восстановлен по SMS"),
    "payments.card.bind": gettext_lazy("Привязана карта"),
    "payments.order.create": gettext_lazy("Начата оплата"),
    "person.changed": gettext_lazy("Изменены личные данные"),
    "person.registered": gettext_lazy("Регистрация"),
    "phone.changed": gettext_lazy("Изменён телефон"),
    "quick.wrong_pair": gettext_lazy("Показания без входа: номера не подошли"),
    "readings.photo_added": gettext_lazy("Добавлено фото"),
    "readings.submitted": gettext_lazy("Показания переданы"),
    "readings.texted": gettext_lazy("Показания переданы по SMS"),
    "readings.withdrawn": gettext_lazy("Показания отозваны"),
    "recovery_codes.made": gettext_lazy("Сделаны запасные коды"),
    "session.ended": gettext_lazy("Выход"),
    "browser.shown": gettext_lazy("Уведомления на устройстве включены"),
    "browser.hidden": gettext_lazy("Уведомления на устройстве выключены"),
    "session.ended_elsewhere": gettext_lazy("Выход на других устройствах"),
    "session.opened": gettext_lazy("Вход"),
    "sign_in.refused": gettext_lazy("Вход не удался"),
    "token.issued": gettext_lazy("Создан ключ для программ"),
    "token.revoked": gettext_lazy("Отозван ключ для программ"),
    "totp.added": gettext_lazy("Подключено приложение для кодов"),
    "totp.removed": gettext_lazy("Отключено приложение для кодов"),
}
