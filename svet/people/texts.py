"""What people are told when something of theirs is refused, and the labels of the checklist."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svet.kernel.refusals import Refused
from svet.limits import texts as limits
from svet.limits.operations import LimitReached
from svet.people.models import Sex
from svet.people.operations.registration import RegistrationReason
from svet.people.operations.signing_in import SignInReason
from svet.people.rules.codes import CodeReason
from svet.people.rules.factors import FactorReason
from svet.people.rules.names import ProfileReason
from svet.people.rules.office import OfficeKind, OfficeReason, OfficeState
from svet.people.rules.passwords import PasswordReason
from svet.people.rules.phones import PhoneReason
from svet.people.rules.scopes import Scope
from svet.people.rules.staff import Permission, Role, StaffReason

#: Every reason of this room that has a sentence.
REASONS: Final = (
    PasswordReason,
    PhoneReason,
    OfficeReason,
    StaffReason,
    ProfileReason,
    FactorReason,
    CodeReason,
    RegistrationReason,
    SignInReason,
)

#: «Требования к паролю», word for word as in the guide.
PASSWORD_LINES: dict[PasswordReason, str | Promise] = {
    PasswordReason.NON_LATIN: gettext_lazy("Буквы только латинского алфавита"),
    PasswordReason.SHORT: gettext_lazy("Не менее 8 символов"),
    PasswordReason.NO_UPPER: gettext_lazy("Заглавные буквы"),
    PasswordReason.NO_LOWER: gettext_lazy("Строчные буквы"),
    PasswordReason.NO_DIGIT: gettext_lazy("Цифры"),
    PasswordReason.SPACE: gettext_lazy("Любые символы кроме пробелов"),
}

SEXES: dict[str, str | Promise] = {
    Sex.UNKNOWN.value: gettext_lazy("Не указан"),
    Sex.MALE.value: gettext_lazy("Мужской"),
    Sex.FEMALE.value: gettext_lazy("Женский"),
}

SCOPES: dict[Scope, str | Promise] = {
    Scope.ACCOUNTS_READ: gettext_lazy("Видеть лицевые счета и приборы учёта"),
    Scope.READINGS_READ: gettext_lazy("Видеть показания"),
    Scope.READINGS_WRITE: gettext_lazy("Передавать показания"),
    Scope.BILLS_READ: gettext_lazy("Видеть счета и начисления"),
    Scope.PAYMENTS_READ: gettext_lazy("Видеть платежи"),
    Scope.PAYMENTS_WRITE: gettext_lazy("Создавать платежи"),
    Scope.CABINET_WRITE: gettext_lazy("Менять группы, названия и способ получения счетов"),
    Scope.HOUSEHOLD_WRITE: gettext_lazy("Открывать и закрывать близким доступ к лицевым счетам"),
    Scope.APPEALS_READ: gettext_lazy("Читать обращения"),
    Scope.APPEALS_WRITE: gettext_lazy("Писать обращения"),
    Scope.TOKENS_WRITE: gettext_lazy("Отзывать другие ключи для программ"),
}

ROLES: dict[Role, str | Promise] = {
    Role.OPERATOR: gettext_lazy("Оператор"),
    Role.BILLING: gettext_lazy("Инженер расчётов"),
    Role.SECURITY: gettext_lazy("Администратор безопасности"),
}

PERMISSIONS: dict[Permission, str | Promise] = {
    Permission.ACCOUNTS: gettext_lazy("Искать и открывать лицевые счета"),
    Permission.LINKS: gettext_lazy("Подтверждать людей и разбирать чужие привязки"),
    Permission.READINGS: gettext_lazy("Проверять показания и споры"),
    Permission.PHONES: gettext_lazy("Менять телефон человека вдвоём с коллегой"),
    Permission.DELIVERIES: gettext_lazy("Видеть, дошли ли СМС и письма"),
    Permission.LIMITS: gettext_lazy("Видеть, кто ограничен, и снимать ограничение с человека"),
    Permission.BREAKERS: gettext_lazy("Снимать общие ограничения"),
    Permission.APPEALS: gettext_lazy("Отвечать на обращения"),
    Permission.BILLING: gettext_lazy("Тарифы и расчёты"),
    Permission.MONEY: gettext_lazy("Деньги на проверке и невыясненные платежи"),
    Permission.MEMBERS: gettext_lazy("Принимать сотрудников и менять роли"),
    Permission.VIEW_LOG: gettext_lazy("Видеть, кто из сотрудников открывал счета"),
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
    StaffReason.PROVIDER_SILENT: gettext_lazy(
        "Служба входа не отвечает. Войдите по паролю или попробуйте позже."
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

_PHONE: dict[str, str | Promise] = {
    PhoneReason.TYPE: gettext_lazy("Номер телефона должен быть текстом."),
    PhoneReason.REQUIRED: gettext_lazy("Введите номер мобильного телефона"),
    PhoneReason.TOO_LONG: gettext_lazy("Это слишком длинно для номера телефона."),
    PhoneReason.CHARS: gettext_lazy(
        "В номере могут быть только цифры, плюс в начале, пробелы, дефисы и скобки."
    ),
    PhoneReason.LENGTH: gettext_lazy("После +7 или 8 должно быть 10 цифр. Проверьте, все ли на месте."),
    PhoneReason.COUNTRY: gettext_lazy("Подойдёт только российский номер: он начинается с +7 или 8."),
    PhoneReason.NOT_MOBILE: gettext_lazy(
        "Это не мобильный номер: после +7 или 8 должна стоять девятка. На него придёт СМС-сообщение."
    ),
}

_PASSWORD: dict[str, str | Promise] = {
    PasswordReason.TYPE: gettext_lazy("Пароль должен быть текстом."),
    PasswordReason.REQUIRED: gettext_lazy("Введите пароль"),
    PasswordReason.TOO_LONG: gettext_lazy("Пароль слишком длинный: можно не больше 128 символов."),
    PasswordReason.SHORT: gettext_lazy("Не менее 8 символов: добавьте ещё."),
    PasswordReason.NO_UPPER: gettext_lazy("Добавьте хотя бы одну заглавную букву: A–Z."),
    PasswordReason.NO_LOWER: gettext_lazy("Добавьте хотя бы одну строчную букву: a–z."),
    PasswordReason.NO_DIGIT: gettext_lazy("Добавьте хотя бы одну цифру: 0–9."),
    PasswordReason.COMMON: gettext_lazy(
        "Такой пароль подбирают первым: он из известных слов или соседних клавиш. Придумайте другой."
    ),
    PasswordReason.CONTEXT: gettext_lazy(
        "В пароле название этого сервиса или ваш номер телефона: его легко угадать. Придумайте другой."
    ),
    PasswordReason.SAME: gettext_lazy("Новый пароль совпадает с текущим. Придумайте другой."),
    PasswordReason.DIFFERENT: gettext_lazy("Пароли не совпадают. Введите новый пароль ещё раз."),
    PasswordReason.WRONG: gettext_lazy("Пароль не подходит. Проверьте раскладку и попробуйте ещё раз."),
}

AGREEMENTS: dict[str, str | Promise] = {
    RegistrationReason.NOT_AGREED: gettext_lazy("Чтобы продолжить, примите пользовательское соглашение."),
    RegistrationReason.NOT_CONSENTED: gettext_lazy(
        "Чтобы продолжить, дайте согласие на обработку персональных данных."
    ),
}

_SIGN_IN: dict[str, str | Promise] = {
    SignInReason.WRONG: gettext_lazy(
        "Телефон или пароль не подходят. Проверьте их или нажмите «Вспомнить пароль»."
    ),
}

_CODE: dict[str, str | Promise] = {
    CodeReason.REQUIRED: gettext_lazy("Введите код из сообщения"),
    CodeReason.FORM: gettext_lazy("Код — это 6 цифр из сообщения."),
    CodeReason.EXPIRED: gettext_lazy("Код устарел: он действует 5 минут. Запросите новый."),
    CodeReason.EXHAUSTED: gettext_lazy("Код введён неверно три раза и больше не действует. Запросите новый."),
    CodeReason.NOT_OF_APP: gettext_lazy(
        "Код не подошёл. Каждый код действует один раз: дождитесь в приложении следующего."
    ),
    CodeReason.NO_CODE: gettext_lazy("Этот код уже не действует. Начните заново."),
}

_FACTOR: dict[str, str | Promise] = {
    FactorReason.REQUIRED: gettext_lazy("Нужен код из приложения или запасной код."),
    FactorReason.WRONG: gettext_lazy("Код не подошёл. Проверьте его: запасной код действует один раз."),
    FactorReason.NONE: gettext_lazy("Второй шаг входа не включён."),
    FactorReason.PASSKEY: gettext_lazy("Ключ доступа не подошёл. Попробуйте ещё раз или войдите иначе."),
    FactorReason.TOO_MANY: gettext_lazy("Ключей доступа уже десять. Удалите ненужные."),
    FactorReason.NAME: gettext_lazy("Назовите ключ: до 40 букв, например «Телефон» или «Домашний ноутбук»."),
}

OFFICE_KINDS: dict[str, str | Promise] = {
    OfficeKind.PHONE: gettext_lazy("Сменить номер телефона"),
    OfficeKind.FACTOR: gettext_lazy("Отключить второй шаг входа"),
}
OFFICE_STATES: dict[str, str | Promise] = {
    OfficeState.OPEN: gettext_lazy("ждёт вас в офисе"),
    OfficeState.APPROVED: gettext_lazy("выполнена"),
    OfficeState.REFUSED: gettext_lazy("отклонена"),
    OfficeState.WITHDRAWN: gettext_lazy("отозвана"),
}

_OFFICE: dict[str, str | Promise] = {
    OfficeReason.STANDING: gettext_lazy("Такая заявка уже подана. Дождитесь решения или отзовите её."),
    OfficeReason.CLOSED: gettext_lazy("Эта заявка уже закрыта."),
    OfficeReason.TAKEN: gettext_lazy("На этот номер уже открыт кабинет."),
    OfficeReason.COMMENT_TOO_LONG: gettext_lazy("Слишком длинно: можно до 500 символов."),
    OfficeReason.NO_CABINET: gettext_lazy("С этим номером кабинета нет."),
    OfficeReason.SAME_PHONE: gettext_lazy("Это нынешний номер кабинета. Введите новый."),
    OfficeReason.NO_FACTOR: gettext_lazy("В этом кабинете второй шаг входа не включён."),
    OfficeReason.NO_DECISION: gettext_lazy("Напишите, почему: это прочтёт человек."),
}

_PROFILE: dict[str, str | Promise] = {
    ProfileReason.TOO_LONG: gettext_lazy("Это слишком длинно. Сократите."),
    ProfileReason.CHARS: gettext_lazy("Здесь могут быть только буквы, пробел, дефис и апостроф."),
    ProfileReason.EMAIL: gettext_lazy("Это не похоже на адрес почты. Нужен такой: name@example.ru."),
    ProfileReason.BIRTH: gettext_lazy("Такой даты рождения быть не может. Проверьте день, месяц и год."),
    ProfileReason.SEX: gettext_lazy("Выберите пол из списка."),
    ProfileReason.SAME_PHONE: gettext_lazy("Это ваш нынешний номер. Введите новый."),
    ProfileReason.SAME_EMAIL: gettext_lazy("Этот адрес уже подтверждён."),
    ProfileReason.NO_SUCH: gettext_lazy("Этого уже нет. Обновите страницу."),
    ProfileReason.SCOPES: gettext_lazy("Отметьте, что разрешаете ключу."),
    ProfileReason.BROWSER: gettext_lazy(
        "На адрес, который дал браузер, мы не умеем слать уведомления. Попробуйте другой браузер."
    ),
    ProfileReason.TOO_MANY: gettext_lazy("Ключей уже двадцать. Отзовите ненужные."),
    ProfileReason.TERM: gettext_lazy("Такого срока нет. Выберите срок короче."),
}


def explain(refusal: Refused) -> str:
    """The sentence to show beside the field."""
    if isinstance(refusal, LimitReached):
        return limits.explain(refusal)
    reason = refusal.reason
    if isinstance(reason, PasswordReason):
        return _password(refusal)
    if reason is CodeReason.REPEATED:
        left = int(str(refusal.details.get("tries_left", 0)))
        return ngettext(
            "Этот код вы уже вводили, он не подошёл. Осталась %(left)d попытка.",
            "Этот код вы уже вводили, он не подошёл. Осталось %(left)d попыток.",
            left,
        ) % {"left": left}
    if reason is CodeReason.WRONG:
        left = int(str(refusal.details.get("tries_left", 0)))
        return ngettext(
            "Код не подошёл. Осталась %(left)d попытка.", "Код не подошёл. Осталось %(left)d попыток.", left
        ) % {"left": left}
    if reason is ProfileReason.REQUIRED:
        return _("Введите адрес почты") if refusal.field == "email" else _("Заполните это поле")
    for table, kind in (
        (_PHONE, PhoneReason),
        (_CODE, CodeReason),
        (_PROFILE, ProfileReason),
        (AGREEMENTS, RegistrationReason),
        (_SIGN_IN, SignInReason),
        (_STAFF, StaffReason),
        (_FACTOR, FactorReason),
        (_OFFICE, OfficeReason),
    ):
        if isinstance(reason, kind):
            return str(table[reason])
    return _("Не получилось. Проверьте введённое и попробуйте ещё раз.")


def _password(refusal: Refused) -> str:
    # The rule that refuses a character always says which one it is.
    position = refusal.details["position"] if refusal.reason not in _PASSWORD else 0
    if refusal.reason is PasswordReason.NON_LATIN:
        return _(
            "Буквы только латинского алфавита: на месте %(position)s стоит другая. Проверьте раскладку."
        ) % {"position": position}
    if refusal.reason is PasswordReason.SPACE:
        return _("Любые символы кроме пробелов: на месте %(position)s стоит пробел.") % {"position": position}
    if refusal.reason is PasswordReason.INVISIBLE:
        return _("На месте %(position)s невидимый символ. Введите пароль с клавиатуры.") % {
            "position": position
        }
    return str(_PASSWORD[refusal.reason])
