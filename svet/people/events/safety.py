"""Who came into the cabinet, and what of the way in has changed."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words

#: What may happen to a second factor.
FACTOR_CHANGES: Final = frozenset(
    {"app_on", "app_off", "passkey_on", "passkey_off", "codes", "code_used", "office"}
)


def _new_device(p: Params) -> Words:
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


def _password_changed(p: Params) -> Words:
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


def _contact_changed(p: Params) -> Words:
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


def _second_factor(p: Params) -> Words:
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
        # Each in words of its own: of the same words only ten a day are sent.
        sms={
            "app_on": _("Включён вход с кодом из приложения. Не вы? Звоните %(hotline)s"),
            "app_off": _("Отключён вход с кодом из приложения. Не вы? Звоните %(hotline)s"),
            "passkey_on": _("Добавлен ключ доступа в кабинет. Не вы? Звоните %(hotline)s"),
            "passkey_off": _("Удалён ключ доступа в кабинет. Не вы? Звоните %(hotline)s"),
            "codes": _("Выданы новые запасные коды входа. Не вы? Звоните %(hotline)s"),
            "code_used": _("В кабинет вошли по запасному коду. Не вы? Звоните %(hotline)s"),
            "office": _("Второй шаг входа отключён в офисе. Не вы? Звоните %(hotline)s"),
        }[p["change"]]
        % p,
        action=_("Открыть профиль"),
    )


def _token_issued(p: Params) -> Words:
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


def _token_expires(p: Params) -> Words:
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


def _token_narrowed(p: Params) -> Words:
    """What a key was bound to is gone; with the last of it the key has ended."""
    account, over = p["thing"] == "account", p["over"] == "yes"
    if over:
        title = _("Ключ для программ отозван")
        text = (
            _(
                "Ключ «%(name)s» был только для лицевого счёта %(number)s, а его больше нет в вашем "
                "кабинете. Программа с этим ключом больше не войдёт."
            )
            if account
            else _(
                "Ключ «%(name)s» был только для прибора учёта %(number)s, а этот прибор снят. Если новому "
                "прибору тоже нужен ключ, создайте его."
            )
        )
    else:
        title = _("Ключ для программ теперь открывает меньше")
        text = (
            _(
                "Ключ «%(name)s» больше не открывает лицевой счёт %(number)s: его больше нет в вашем "
                "кабинете. Остальное он открывает, как и прежде."
            )
            if account
            else _(
                "Ключ «%(name)s» больше не открывает прибор учёта %(number)s: этот прибор снят. Остальное он "
                "открывает, как и прежде."
            )
        )
    return Words(
        title=title,
        text=text % p,
        sms=(_("Ключ для программ отозван") if over else _("Ключ для программ открывает меньше")),
        action=_("Посмотреть ключи"),
    )


NEW_DEVICE: Final = EventSpec(
    code="new_device",
    name=gettext_lazy("Вход с нового устройства"),
    words=_new_device,
    needs={"device", "at"},
    places={"devices"},
    icon="lock",
    row=190,
    obligatory=(NoticeChannel.BELL, NoticeChannel.EMAIL, NoticeChannel.PUSH),
)

# ``keys``: how many keys for programs ended with it, «0».
PASSWORD_CHANGED: Final = EventSpec(
    code="password_changed",
    name=gettext_lazy("Пароль изменён"),
    words=_password_changed,
    needs={"at", "keys"},
    places={"profile"},
    icon="lock",
    row=200,
    obligatory=frozenset(NoticeChannel),
)

CONTACT_CHANGED: Final = EventSpec(
    code="contact_changed",
    name=gettext_lazy("Изменены телефон или почта"),
    words=_contact_changed,
    needs={"contact", "at"},
    places={"profile"},
    icon="lock",
    row=210,
    obligatory=frozenset(NoticeChannel),
)

# ``change``: one of FACTOR_CHANGES.
SECOND_FACTOR: Final = EventSpec(
    code="second_factor",
    name=gettext_lazy("Изменён второй шаг входа"),
    words=_second_factor,
    needs={"change", "at"},
    places={"second-factor"},
    row=220,
    obligatory=frozenset(NoticeChannel),
)

TOKEN_ISSUED: Final = EventSpec(
    code="token_issued",
    name=gettext_lazy("Создан ключ для программы"),
    words=_token_issued,
    needs={"name", "at"},
    places={"token"},
    row=230,
    obligatory=frozenset(NoticeChannel),
)

TOKEN_EXPIRES: Final = EventSpec(
    code="token_expires",
    name=gettext_lazy("Ключ для программы скоро перестанет действовать"),
    words=_token_expires,
    needs={"name", "until"},
    places={"token"},
    row=240,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

# ``thing``: account or meter, with its ``number``; ``over``: whether nothing is left of the key, yes or no.
TOKEN_NARROWED: Final = EventSpec(
    code="token_narrowed",
    name=gettext_lazy("Ключ для программы отозван или открывает меньше"),
    words=_token_narrowed,
    needs={"name", "thing", "number", "over"},
    places={"token"},
    row=245,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

EVENTS: Final = (
    NEW_DEVICE,
    PASSWORD_CHANGED,
    CONTACT_CHANGED,
    SECOND_FACTOR,
    TOKEN_ISSUED,
    TOKEN_EXPIRES,
    TOKEN_NARROWED,
)
