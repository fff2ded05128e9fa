"""The words of what happens to an account and its meters by the office or the owner."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.notices.words import Params, Words


def linked_by_oneself(p: Params) -> Words:
    """Accounts one has added oneself today: ``account`` names a few of ``own`` many."""
    number = int(p["own"])
    text = ngettext(
        "Вы добавили в кабинет лицевой счёт № %(account)s.",
        "Вы добавили в кабинет %(own)s счетов: № %(account)s.",
        number,
    )
    return Words(title=_("Лицевые счета добавлены в кабинет"), text=text % p, action=_("Посмотреть кабинет"))


def access_changed(p: Params) -> Words:
    """Somebody's hold on an account is another than before."""
    title, text = {
        "approved": (
            _("Владелец подтвердил вас"),
            _("Аб. № %(account)s: теперь вы видите имя владельца и номер квартиры."),
        ),
        "confirmed": (
            _("Вы подтверждены как владелец"),
            _("Аб. № %(account)s: офис подтвердил, что счёт ваш. Вы можете открыть доступ близким."),
        ),
        "restored": (
            _("Доступ к лицевому счёту снова открыт"),
            _("Аб. № %(account)s: мы проверили обращение, доступ открыт."),
        ),
        "closed": (
            _("Доступ к лицевому счёту закрыт"),
            _("Аб. № %(account)s больше не в вашем кабинете. Если это ошибка, позвоните: %(hotline)s."),
        ),
        "handed_over": (
            _("Лицевой счёт передан другому владельцу"),
            _("Аб. № %(account)s больше не в вашем кабинете. Документы за своё время можно получить в офисе, "
              "телефон %(hotline)s."),
        ),
        "term_over": (
            _("Срок доступа к лицевому счёту закончился"),
            _("Аб. № %(account)s больше не в вашем кабинете, счета и уведомления по нему вам не приходят. "
              "Если доступ нужен снова, попросите владельца пригласить вас ещё раз."),
        ),
        "guest_term_over": (
            _("Срок доступа близкого закончился"),
            _("Аб. № %(account)s: срок, на который вы открыли доступ, прошёл, и доступ закрыт. Если он нужен "
              "снова, пригласите человека ещё раз."),
        ),
        "guest_term_over_paper": (
            _("Срок доступа близкого закончился"),
            _("Аб. № %(account)s: срок, на который вы открыли доступ, прошёл, и доступ закрыт. Счета "
              "приходили этому человеку на почту, теперь они снова приходят на бумаге. Изменить это можно "
              "на странице лицевого счёта."),
        ),
        "delivery_ended": (
            _("Счета снова приходят на бумаге"),
            _("Аб. № %(account)s: у того, кто получал счета по электронной почте, больше нет доступа к "
              "лицевому счёту. Теперь они приходят на бумаге. Изменить это можно на странице лицевого "
              "счёта."),
        ),
        "invitation_expired": (
            _("На приглашение не ответили"),
            _("Аб. № %(account)s: срок приглашения прошёл, оно больше не действует. Если доступ всё ещё "
              "нужен, пригласите человека ещё раз."),
        ),
    }[p["access"]]  # fmt: skip
    return Words(
        title=title,
        text=text % p,
        sms=_("Изменился доступ к аб. № %(account)s. Вопросы: %(hotline)s") % p,
        action=_("Посмотреть кабинет"),
    )


def meter_replaced(p: Params) -> Words:
    """One meter went, another came."""
    return Words(
        title=_("Прибор учёта заменён"),
        text=_(
            "Аб. № %(account)s: прибор № %(before)s снят %(on)s, установлен № %(serial)s. "
            "Последние показания старого и первые показания нового — в «Истории»."
        )
        % p,
        sms=_("Аб. № %(account)s: счётчик заменён %(on)s, новый № %(serial)s") % p,
        action=_("Посмотреть прибор учёта"),
    )
