"""The words of events about readings that the company has touched."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.notices.words import Params, Words


def corrected(p: Params) -> Words:
    """The staff wrote down other values than were sent."""
    return Words(
        title=_("Показания исправлены"),
        text=_("Аб. № %(account)s: вместо %(before)s приняли %(values)s. %(reason)s") % p,
        sms=_("Показания исправлены: %(values)s. Аб. № %(account)s") % p,
        action=_("Посмотреть показания"),
    )


def control(p: Params) -> Words:
    """The company read the meter itself."""
    return Words(
        title=_("Контрольные показания"),
        text=_(
            "Аб. № %(account)s: %(on)s сняли контрольные показания, %(values)s. Если не согласны, возразите "
            "в кабинете до %(until)s."
        )
        % p,
        sms=_("Контрольные показания: %(values)s. Аб. № %(account)s") % p,
        action=_("Посмотреть и сравнить"),
    )


def dispute_answered(p: Params) -> Words:
    """The staff answered an objection."""
    return Words(
        title=_("Ответ на ваше возражение"),
        text=_("Аб. № %(account)s: %(answer)s") % p,
        sms=_("Ответ на возражение по аб. № %(account)s ждёт в кабинете") % p,
        action=_("Прочитать ответ"),
    )


def sms_answer(p: Params) -> Words:
    """The room that read the text has written the answer; it goes back the way the text came."""
    return Words(title=_("Ответ на СМС с показаниями"), text=p["answer"], sms=p["answer"])
