"""What people are told when something of theirs is refused, and the labels of the checklist."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svet.kernel.refusals import Refused
from svet.limits import texts as limits
from svet.limits.operations import LimitReached
from svet.people.rules.codes import CodeReason
from svet.people.rules.entrance import RegistrationReason, SignInReason
from svet.people.rules.factors import FactorReason
from svet.people.rules.names import ProfileReason, Sex
from svet.people.rules.passwords import PasswordReason
from svet.people.rules.phones import PhoneReason
from svet.people.rules.scopes import Scope

#: Every reason of this room that has a sentence.
REASONS: Final = (
    PasswordReason,
    PhoneReason,
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
_REGISTRATION: dict[str, str | Promise] = {
    **AGREEMENTS,
    RegistrationReason.NEWER_TEXT: gettext_lazy(
        "Пока эта страница была открыта, вступила в силу новая версия текста. "
        "Прочитайте её и отправьте ещё раз."
    ),
    RegistrationReason.TAKEN: gettext_lazy("На этот номер уже открыт кабинет."),
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
    FactorReason.NEEDED: gettext_lazy(
        "Здесь вход в два шага обязателен. Войдите на сайте, подключите второй шаг и попробуйте снова."
    ),
    FactorReason.LAST: gettext_lazy("Здесь вход в два шага обязателен: сначала подключите другой шаг."),
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
    ProfileReason.NO_BOUNDS: gettext_lazy("Отметьте, что откроет ключ."),
    ProfileReason.MANY_BOUNDS: gettext_lazy("Для одного ключа можно отметить не больше пятидесяти строк."),
    ProfileReason.ACCOUNT_SCOPES: gettext_lazy(
        "Ключ для выбранных лицевых счетов может видеть эти счета, показания и начисления и передавать "
        "показания. Остальное доступно только ключу для всего кабинета."
    ),
    ProfileReason.METER_SCOPES: gettext_lazy(
        "Ключ для выбранных приборов учёта может только видеть и передавать показания. "
        "Снимите остальные отметки."
    ),
    ProfileReason.BROWSER: gettext_lazy(
        "На адрес, который дал браузер, мы не умеем слать уведомления. Попробуйте другой браузер."
    ),
    ProfileReason.MESSENGER: gettext_lazy(
        "Мессенджер уже подключён. Чтобы подключить другой, отключите этот."
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
        (_REGISTRATION, RegistrationReason),
        (_SIGN_IN, SignInReason),
        (_FACTOR, FactorReason),
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
