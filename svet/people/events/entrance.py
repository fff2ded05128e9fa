"""Codes and whatever else is said at the door."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import ONE_PART, EventSpec, NoticeChannel, Params, Words


def _code(p: Params) -> Words:
    return Words(
        title=_("Код подтверждения"),
        text=_("Код %(code)s действует пять минут. Никому его не сообщайте.") % p,
        sms=_code_sms(p),
        code=p["code"],
    )


def _code_sms(p: Params) -> str:
    """The code and what it opens, in one part; browsers fill it in by the last line where that still fits.

    The line is that of WebOTP: it binds the code to the site, so a copy of the site is not offered it. The
    site's own name then stands for the company's.
    """
    values = {**p, "act": _code_act(p.get("act", ""))}
    host = _web_host()
    if host:
        bound = f"\n@{host} #{p['code']}"
        for text in (_("%(code)s — код: %(act)s. Никому не сообщайте"), _("%(code)s — %(act)s. Никому!")):
            if len(text % values + bound) <= ONE_PART:
                return text % values + bound
    return _("%(code)s — код: %(act)s, %(brand)s. Никому не сообщайте") % values


def _code_act(act: str) -> str:
    """What a code opens, as it stands in its message: somebody asked for it by telephone sees what it is."""
    return {
        "registration": _("регистрация"),
        "recovery": _("новый пароль"),
        "phone": _("смена телефона"),
    }.get(act, _("вход"))


def _web_host() -> str:
    """The portal's own name in the web (``SVET_BASE_URL``), or nothing where it is only a number."""
    address = urlsplit(settings.BASE_URL)
    host = address.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host if address.scheme == "https" and "." in host else ""
    return ""


def _email_code(p: Params) -> Words:
    return Words(
        title=_("Код для подтверждения почты"),
        text=_("Код %(code)s действует пять минут.") % p,
        paragraphs=(
            _("Введите этот код на странице, с которой вы его запросили. Он действует пять минут."),
            _("Если вы ничего не запрашивали, просто удалите это письмо: без кода адрес не подключат."),
        ),
        code=p["code"],
    )


def _somebody_registers(p: Params) -> Words:
    return Words(
        title=_("Вы уже зарегистрированы"),
        text=_("Этот номер уже есть в личном кабинете. Если забыли пароль, нажмите «Вспомнить пароль»."),
        sms=_("Этот номер уже в кабинете. Забыли пароль? Есть «Вспомнить пароль»"),
    )


def _push_on(p: Params) -> Words:
    return Words(
        title=_("Уведомления включены"),
        text=_("Счета, сроки и новости о показаниях будут появляться на этом устройстве."),
    )


CODE: Final = EventSpec(
    code="code",
    name=gettext_lazy("Код подтверждения"),
    words=_code,
    needs={"code"},
    obligatory=(NoticeChannel.SMS,),
    secret=True,
)

EMAIL_CODE: Final = EventSpec(
    code="email_code",
    name=gettext_lazy("Код для почты"),
    words=_email_code,
    needs={"code"},
    obligatory=(NoticeChannel.EMAIL,),
    secret=True,
)

SOMEBODY_REGISTERS: Final = EventSpec(
    code="somebody_registers",
    name=gettext_lazy("Кто-то регистрируется с этим номером"),
    words=_somebody_registers,
    obligatory=(NoticeChannel.SMS,),
    awaited=True,
)

PUSH_ON: Final = EventSpec(
    code="push_on",
    name=gettext_lazy("Уведомления включены"),
    words=_push_on,
    places={"notification-settings"},
    awaited=True,
)

EVENTS: Final = (
    CODE,
    EMAIL_CODE,
    SOMEBODY_REGISTERS,
    PUSH_ON,
)
