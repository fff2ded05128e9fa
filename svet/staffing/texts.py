"""Roles and permissions in words, and what a desk says when an act concerning members is refused."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.kernel.refusals import Refused
from svet.people import texts as people
from svet.people.rules.entrance import SignInReason
from svet.staffing.rules import Permission, Role, StaffReason

#: Every reason of this room that has a sentence.
REASONS: Final = (StaffReason,)

ROLES: dict[Role, str | Promise] = {
    Role.OPERATOR: gettext_lazy("Оператор"),
    Role.BILLING: gettext_lazy("Инженер расчётов"),
    Role.SECURITY: gettext_lazy("Администратор безопасности"),
}

PERMISSIONS: dict[Permission, str | Promise] = {
    Permission.ACCOUNTS: gettext_lazy("Искать и открывать лицевые счета"),
    Permission.LINKS: gettext_lazy("Подтверждать людей и разбирать чужие привязки"),
    Permission.CUSTOMER_VIEW: gettext_lazy("Смотреть кабинет глазами клиента, ничего не меняя"),
    Permission.TERMS: gettext_lazy("Менять условия договора и записывать акты"),
    Permission.READINGS: gettext_lazy("Проверять показания и споры"),
    Permission.PHONES: gettext_lazy("Менять телефон человека вдвоём с коллегой"),
    Permission.DELIVERIES: gettext_lazy("Видеть, дошли ли СМС и письма"),
    Permission.OUTAGES: gettext_lazy("Объявлять, переносить и отменять отключения"),
    Permission.LIMITS: gettext_lazy("Видеть, кто ограничен, и снимать ограничение с человека"),
    Permission.BREAKERS: gettext_lazy("Снимать общие ограничения"),
    Permission.APPEALS: gettext_lazy("Отвечать на обращения"),
    Permission.BILLING: gettext_lazy("Тарифы и расчёты"),
    Permission.MONEY: gettext_lazy("Деньги на проверке и невыясненные платежи"),
    Permission.MEMBERS: gettext_lazy("Принимать сотрудников и менять роли"),
    Permission.VIEW_LOG: gettext_lazy("Видеть, кто из сотрудников открывал счета"),
    Permission.SETUP: gettext_lazy("Менять данные компании, поставщиков и тексты соглашений"),
    Permission.STATE: gettext_lazy("Видеть состояние установки и повторять фоновые работы"),
}

_STAFF: dict[str, str | Promise] = {
    StaffReason.NOT_A_MEMBER: gettext_lazy("Такого сотрудника нет."),
    StaffReason.ALREADY: gettext_lazy("С этим телефоном уже есть сотрудник."),
    StaffReason.HAS_CABINET: gettext_lazy(
        "С этим телефоном открыт кабинет клиента. Для работы нужен отдельный номер."
    ),
    StaffReason.OWN_ROLE: gettext_lazy("Собственную роль меняет другой администратор."),
    StaffReason.LAST_ADMINISTRATOR: gettext_lazy(
        "Это последний администратор безопасности: сначала назначьте другого."
    ),
    StaffReason.SAME_MEMBER: gettext_lazy("Первая подпись ваша: вторую ставит другой сотрудник."),
    StaffReason.NOT_HELD: gettext_lazy("Этого ограничения уже нет, или его снимает другой сотрудник."),
    StaffReason.NO_SUCH_JOB: gettext_lazy("Этой работы среди неудавшихся уже нет."),
    StaffReason.PROVIDER_SILENT: gettext_lazy(
        "Вход через службу входа компании сейчас недоступен. Войдите по паролю или попробуйте позже."
    ),
    StaffReason.PROVIDER_REFUSED: gettext_lazy("Служба входа не подтвердила вход. Попробуйте ещё раз."),
    StaffReason.PROVIDER_TOO_EARLY: gettext_lazy(
        "Сначала войдите по телефону и паролю и подключите приложение с кодами: потом этот вход привяжется."
    ),
    StaffReason.PROVIDER_STRANGER: gettext_lazy(
        "Эта учётная запись не привязана ни к одному сотруднику. Её привязывает первый вход с подтверждённым "
        "рабочим телефоном; если он другой, поможет администратор безопасности."
    ),
    StaffReason.REASON_REQUIRED: gettext_lazy(
        "Напишите причину хотя бы в нескольких словах: она останется в журнале."
    ),
    StaffReason.REASON_TOO_LONG: gettext_lazy("Слишком длинно: причина — до 300 символов."),
}


def explain(refusal: Refused) -> str:
    """The sentence to show beside the field; what another room has refused is said in that room's words."""
    if isinstance(refusal.reason, StaffReason):
        return str(_STAFF[refusal.reason])
    if refusal.reason is SignInReason.WRONG:
        # The portal's sentence names its own way to another password, which no work sign-in has.
        return _("Телефон или пароль не подходят. Забытый пароль меняет администратор безопасности.")
    return people.explain(refusal)


def name_in_words(kept: str) -> str:
    """«Горелов Пётр (расчётчик)»: a member's name as the books keep it, the code of the role in words."""
    name, _opens, code = kept.rpartition(" (")
    for role, words in ROLES.items():
        if name and code == f"{role.value})":
            return f"{name} ({str(words).lower()})"
    return kept
