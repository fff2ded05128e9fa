"""The words of events of safety: who came in, and what of the way in has changed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.notices.words import Params, Words


def new_device(p: Params) -> Words:
    """Somebody signed in where the person never had."""
    return Words(
        title=_("Вход с нового устройства"),
        text=_(
            "%(at)s в ваш кабинет вошли с устройства «%(device)s». Если это не вы, смените пароль "
            "и позвоните на горячую линию %(hotline)s."
        )
        % p,
        sms=_("Вход в кабинет с нового устройства. Не вы? Смените пароль") % p,
        action=_("Открыть профиль"),
    )


def password_changed(p: Params) -> Words:
    """The password is another, and the keys for programs ended with it or did not."""
    text = _(
        "%(at)s пароль вашего кабинета изменён. Если это не вы, нажмите «Вспомнить пароль» "
        "и позвоните на горячую линию %(hotline)s."
    )
    keys = "" if p["keys"] == "0" else _("Ключи для программ отозваны: %(keys)s.")
    return Words(
        title=_("Пароль изменён"),
        text=" ".join(part for part in (text, keys) if part) % p,
        sms=_("Пароль кабинета изменён. Не вы? Звоните %(hotline)s") % p,
        action=_("Открыть профиль"),
    )


def contact_changed(p: Params) -> Words:
    """The phone or the e-mail is another."""
    return Words(
        title=_("Изменены данные для связи"),
        text=_(
            "%(at)s в вашем кабинете изменены данные для связи: %(contact)s. Если это не вы, "
            "позвоните на горячую линию %(hotline)s."
        )
        % p,
        sms=_("В кабинете сменили телефон или почту. Не вы? Звоните %(hotline)s") % p,
        action=_("Открыть профиль"),
    )


def second_factor(p: Params) -> Words:
    """Something happened to the second step of the sign-in."""
    what = {
        "app_on": _("включён вход с кодом из приложения"),
        "app_off": _("отключён вход с кодом из приложения"),
        "passkey_on": _("добавлен ключ доступа"),
        "passkey_off": _("удалён ключ доступа"),
        "codes": _("выданы новые запасные коды"),
        "code_used": _("вошли по запасному коду"),
        "office": _("второй шаг входа отключён в офисе"),
    }[p["change"]]
    said = {**p, "what": what}
    return Words(
        title=_("Вход в кабинет: %(what)s") % said,
        text=_(
            "%(at)s в вашем кабинете %(what)s. Если это не вы, смените пароль и позвоните на горячую "
            "линию %(hotline)s."
        )
        % said,
        sms=_("Изменён второй шаг входа в кабинет. Не вы? Звоните %(hotline)s") % p,
        action=_("Открыть профиль"),
    )


def token_issued(p: Params) -> Words:
    """There is a new key for programs."""
    return Words(
        title=_("Создан ключ для программ"),
        text=_(
            "%(at)s в вашем кабинете создан ключ для программ «%(name)s»: программа с ним действует от "
            "вашего имени. Если это не вы, отзовите ключ, смените пароль и позвоните на горячую линию "
            "%(hotline)s."
        )
        % p,
        sms=_("Создан ключ для программ. Не вы? Отзовите его: %(hotline)s") % p,
        action=_("Это не я: отозвать ключ"),
    )


def token_expires(p: Params) -> Words:
    """A key for programs will soon open nothing."""
    return Words(
        title=_("Ключ для программ скоро перестанет действовать"),
        text=_(
            "Ключ «%(name)s» действует до %(until)s. Если программа ещё нужна, создайте для неё новый ключ."
        )
        % p,
        sms=_("Ключ для программ действует до %(until)s. Создайте новый") % p,
        action=_("Посмотреть ключи"),
    )


def office_asked(p: Params) -> Words:
    """The office was asked for something in the name of the person."""
    what = {
        "phone": _("сменить номер телефона"),
        "factor": _("отключить второй шаг входа"),
    }[p["about"]]
    said = {**p, "what": what}
    return Words(
        title=_("Заявка в офис: %(what)s") % said,
        text=_(
            "%(at)s офис попросили %(what)s в вашем кабинете (заявка %(number)s). Если это не вы, "
            "позвоните на горячую линию %(hotline)s: заявку отклонят."
        )
        % said,
        sms={
            "phone": _("Просят сменить телефон кабинета. Не вы? Звоните %(hotline)s") % p,
            "factor": _("Просят отключить второй шаг входа. Не вы? Звоните %(hotline)s") % p,
        }[p["about"]],
        action=_("Посмотреть заявку"),
    )


def account_deleted(p: Params) -> Words:
    """The cabinet is deleted."""
    return Words(
        title=_("Личный кабинет удалён"),
        text=_(
            "%(at)s ваш личный кабинет удалён. Счета и показания остались у лицевого счёта. С этим номером "
            "можно зарегистрироваться заново. Если это не вы, позвоните на горячую линию %(hotline)s."
        )
        % p,
        sms=_("Ваш личный кабинет удалён. Не вы? Звоните %(hotline)s") % p,
    )
