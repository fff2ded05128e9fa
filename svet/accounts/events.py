"""What people are told of their hold on accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svet.kernel.services import Service
from svet.look.services import service_name
from svet.notices.rules import EventSpec, NoticeChannel, Params, Words

#: What may become of somebody's hold on an account.
ACCESS_CHANGES: Final = frozenset(
    {"approved", "confirmed", "restored", "closed", "handed_over", "term_over"}
    # What its owner hears of somebody else's.
    | {"guest_term_over", "guest_term_over_paper", "delivery_ended", "invitation_expired"}
)
#: What the office may do about the end of a contract.
CONTRACT_ENDS: Final = frozenset({"dated", "corrected", "taken_back"})


def _account_linked(p: Params) -> Words:
    if "own" in p:
        return _linked_by_oneself(p)
    return Words(
        title=_("Лицевой счёт добавлен в личный кабинет"),
        text=_(
            "Аб. № %(account)s добавлен в личный кабинет. Если это сделали не вы и не ваши близкие, откройте "
            "лицевой счёт и нажмите «Это не я» или позвоните на горячую линию %(hotline)s."
        )
        % p,
        sms=_("Аб. № %(account)s добавлен в кабинет. Это не вы? Звоните %(hotline)s") % p,
        action=_("Посмотреть лицевой счёт"),
    )


def _linked_by_oneself(p: Params) -> Words:
    """Accounts one has added oneself today: ``account`` names a few of ``own`` many."""
    number = int(p["own"])
    text = ngettext(
        "Вы добавили в кабинет лицевой счёт № %(account)s.",
        "Вы добавили в кабинет %(own)s счетов: № %(account)s.",
        number,
    )
    return Words(title=_("Лицевые счета добавлены в кабинет"), text=text % p, action=_("Посмотреть кабинет"))


def _access_changed(p: Params) -> Words:
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


def _contract_end(p: Params) -> Words:
    """The office has dated, corrected or taken back the end of a contract."""
    if "service" in p:
        return _contract_end_elsewhere(p)
    title, text, sms = {
        "dated": (
            _("Назначено окончание договора"),
            _("Аб. № %(account)s: с %(on)s начислений по договору нет, показания этого дня — последние. Если "
              "за дни после него уже начислено, следующий счёт это вернёт. Счета и оплата остаются в "
              "кабинете. Если это ошибка, позвоните: %(hotline)s."),
            _("Аб. № %(account)s: окончание %(on)s. Вопросы: %(hotline)s"),
        ),
        "corrected": (
            _("Изменён день окончания договора"),
            _("Аб. № %(account)s: начислений по договору нет с %(on)s, а не с %(former)s. Следующий счёт "
              "учтёт разницу. Если это ошибка, позвоните: %(hotline)s."),
            _("Аб. № %(account)s: окончание %(on)s. Вопросы: %(hotline)s"),
        ),
        "taken_back": (
            _("Договор действует дальше"),
            _("Аб. № %(account)s: окончание договора с %(former)s отменено. Дни, за которые не начисляли, "
              "войдут в следующий счёт. Если это ошибка, позвоните: %(hotline)s."),
            _("Аб. № %(account)s: договор действует. Вопросы: %(hotline)s"),
        ),
    }[p["end"]]  # fmt: skip
    return Words(title=title, text=text % p, sms=sms % p, action=_("Посмотреть лицевой счёт"))


def _contract_end_elsewhere(p: Params) -> Words:
    """The same of a supplier that charges by itself: what it charges for the days after nobody here knows."""
    service = Service(p["service"])
    title, text, sms = {
        "dated": (
            _("Назначено окончание договора"),
            _("%(service)s, аб. № %(account)s: с %(on)s договор не действует. Начисляет сам поставщик: если "
              "он начислит за дни после, спросите его. История и оплата остаются в кабинете. Если это "
              "ошибка, позвоните: %(hotline)s."),
            _("Аб. № %(account)s: окончание %(on)s. Вопросы: %(hotline)s"),
        ),
        "corrected": (
            _("Изменён день окончания договора"),
            _("%(service)s, аб. № %(account)s: договор не действует с %(on)s, а не с %(former)s. Начисляет "
              "сам поставщик, о разнице спросите его. Если это ошибка, позвоните: %(hotline)s."),
            _("Аб. № %(account)s: окончание %(on)s. Вопросы: %(hotline)s"),
        ),
        "taken_back": (
            _("Договор действует дальше"),
            _("%(service)s, аб. № %(account)s: окончание договора с %(former)s отменено. Если это ошибка, "
              "позвоните: %(hotline)s."),
            _("Аб. № %(account)s: договор действует. Вопросы: %(hotline)s"),
        ),
    }[p["end"]]  # fmt: skip
    values = {**p, "service": service_name(service)}
    said = [text % values]
    if p["end"] != "taken_back" and service is not Service.WASTE:
        said.append(_("Показания этого дня — последние."))
    return Words(title=title, text=" ".join(said), sms=sms % values, action=_("Посмотреть лицевой счёт"))


def _simple_view_on(p: Params) -> Words:
    return Words(
        title=_("Вам включили простой вид"),
        text=_(
            "Теперь кабинет открывается одной страницей с двумя большими кнопками: показания и оплата по "
            "аб. № %(account)s. Это сделал близкий человек, с которым у вас общий доступ к счёту. Если "
            "неудобно, нажмите «Обычный вид»: без вас его больше не включат."
        )
        % p,
        sms=_("Вам включили простой вид кабинета. Назад: «Обычный вид»"),
        action=_("Посмотреть"),
    )


def _cabinet_seen(p: Params) -> Words:
    return Words(
        title=_("Сотрудник смотрел ваш кабинет"),
        text=_(
            "Сотрудник компании открыл кабинет вашими глазами: только смотреть и не дольше 15 минут, "
            "изменить он ничего не может. Кто это и зачем, сказано в «Мои данные». Если вы ни о чём не "
            "спрашивали, позвоните на горячую линию %(hotline)s."
        )
        % p,
        sms=_("Сотрудник смотрел ваш кабинет. Не просили? Звоните %(hotline)s") % p,
        action=_("Кто и зачем"),
    )


def _invited(p: Params) -> Words:
    # It goes to a phone, perhaps without a cabinet: it names neither the account nor who invites.
    return Words(
        title=_("Вас приглашают к лицевому счёту"),
        text=_("Откройте приглашение: %(link)s") % p,
        sms=_("%(brand)s: вам открыли счёт, %(link)s") % p,
    )


ACCOUNT_LINKED: Final = EventSpec(
    code="account_linked",
    name=gettext_lazy("Лицевой счёт добавлен в кабинет"),
    words=_account_linked,
    needs={"account"},
    places={"account", "accounts"},
    icon="home",
    row=10,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL, NoticeChannel.SMS),
)

# ``access``: one of ACCESS_CHANGES.
ACCESS_CHANGED: Final = EventSpec(
    code="access_changed",
    name=gettext_lazy("Изменён доступ к лицевому счёту"),
    words=_access_changed,
    needs={"account", "access"},
    places={"account", "accounts", "household"},
    icon="home",
    row=20,
    obligatory=(NoticeChannel.BELL, NoticeChannel.EMAIL),
)

# ``end``: one of CONTRACT_ENDS; ``on`` is the first day without charges, ``former`` the one it was before;
# ``service`` only where its supplier charges by itself.
CONTRACT_END: Final = EventSpec(
    code="contract_end",
    name=gettext_lazy("Окончание договора"),
    words=_contract_end,
    needs={"account", "end", "on", "former"},
    places={"account"},
    icon="document",
    row=22,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

SIMPLE_VIEW_ON: Final = EventSpec(
    code="simple_view_on",
    name=gettext_lazy("Простой вид включили близкие"),
    words=_simple_view_on,
    needs={"account"},
    places={"simple"},
    icon="home",
    row=25,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

# At the bell alone: most often the person is at the telephone with that very member.
CABINET_SEEN: Final = EventSpec(
    code="cabinet_seen",
    name=gettext_lazy("Сотрудник смотрел кабинет вашими глазами"),
    words=_cabinet_seen,
    places={"own-data"},
    icon="eye",
    row=26,
    obligatory=(NoticeChannel.BELL,),
    quiet=True,
)

INVITED: Final = EventSpec(
    code="invited",
    name=gettext_lazy("Приглашение"),
    words=_invited,
    needs={"link"},
    places={"invitation"},
    obligatory=(NoticeChannel.SMS,),
)

EVENTS: Final = (
    ACCOUNT_LINKED,
    ACCESS_CHANGED,
    CONTRACT_END,
    SIMPLE_VIEW_ON,
    CABINET_SEEN,
    INVITED,
)

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "account.closed": gettext_lazy("Договор закрыт"),
    "account.delivery_chosen": gettext_lazy("Выбран способ получения счёта"),
    "account.delivery_ended": gettext_lazy("Счета снова приходят на бумаге"),
    "account.reopened": gettext_lazy("Окончание договора отменено"),
    "account.handed_over": gettext_lazy("Счёт передан другому владельцу"),
    "account.linked": gettext_lazy("Счёт добавлен в кабинет"),
    "account.unlinked": gettext_lazy("Счёт убран из кабинета"),
    "account.terms_changed": gettext_lazy("Изменены условия договора"),
    "accounts.registered": gettext_lazy("Счета внесены из реестра"),
    "household.accepted": gettext_lazy("Приглашение принято"),
    "household.access_changed": gettext_lazy("Изменён доступ близких"),
    "household.approved": gettext_lazy("Подтверждён кабинет близких"),
    "household.expired": gettext_lazy("Срок приглашения истёк"),
    "household.invited": gettext_lazy("Отправлено приглашение к счёту"),
    "household.refused": gettext_lazy("Приглашение отклонено"),
    "household.term_over": gettext_lazy("Срок доступа закончился"),
    "household.withdrawn": gettext_lazy("Приглашение отозвано"),
    "link.barred": gettext_lazy("Доступ к счёту закрыт офисом"),
    "link.confirmed": gettext_lazy("Владелец подтверждён офисом"),
    "link.restored": gettext_lazy("Доступ к счёту возвращён офисом"),
    "link.suspended": gettext_lazy("«Это не я»: доступ закрыт до проверки"),
    "linking.paused": gettext_lazy("Чужие попытки добавить счёт остановлены"),
    "linking.wrong_pair": gettext_lazy("Номера счёта и прибора не подошли"),
    "supplier.changed": gettext_lazy("Изменены данные поставщика"),
}
