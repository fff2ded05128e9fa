"""What is said about acquiring contracts and the cards of their banks."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.kernel.refusals import Refused
from svet.look.formats import roubles
from svet.payments.rules import UNASKED_MOST
from svet.payments.rules.refusals import CallbackReason, CardReason, OrderReason, PartReason, ShopReason


def bank_name(vendor: str) -> str:
    """Whose page a payer gets."""
    names = {"yookassa": _("ЮKassa"), "tbank": _("Т-Банк"), "sber": _("Сбер")}
    return names.get(vendor, "")


def stand_in_words(silent: str, instead: str) -> str:
    """What a payer is told while the bank that usually takes their payment does not answer, or none may."""
    if not silent:
        return explain_shop(Refused(OrderReason.SHOP_OFF))
    if instead:
        return _(
            "%(silent)s сейчас не отвечает, поэтому платёж примет %(instead)s: откроется его страница. "
            "С привязанной карты спишет только тот банк, который её хранит."
        ) % {"silent": bank_name(silent), "instead": bank_name(instead)}
    return _(
        "%(silent)s сейчас не отвечает. Можно заплатить позже, а можно нажать «Оплатить»: "
        "платёж сохраним и начнём, как только банк ответит."
    ) % {"silent": bank_name(silent)}


def explain_shop(refusal: Refused) -> str:
    """The sentence for a refusal about a shop of the bank."""
    match refusal.reason:
        case OrderReason.SHOP_OFF:
            return _("Оплата картой этому поставщику сейчас закрыта. Заплатите по квитанции или позже.")
        case CardReason.UNASKED:
            return _("Без вопроса можно списывать не больше %(max)s.") % {"max": roubles(UNASKED_MOST)}
        case CardReason.ASKS_CVC:
            return _(
                "Банк этого поставщика спрашивает код с обратной стороны карты при каждом платеже, поэтому "
                "без вас списать с неё нельзя. Платите этой картой на странице «Оплата»."
            )
        case CardReason.NOT_KEPT:
            return _("Банк этого поставщика карты не хранит, поэтому автоплатёж здесь невозможен.")
        case CardReason.NO_SBP:
            return _("Банк этого поставщика счета СБП не привязывает. Платите на странице банка.")
        case CardReason.NO_ACCOUNT:
            return _("Этого абонента нет в вашем кабинете, или платить за него вы не можете.")
        case CardReason.OTHER_SHOP:
            return _(
                "Эту карту хранит другой банк: этому поставщику ею не заплатить. Выберите другую карту или "
                "введите её на странице банка."
            )
        case PartReason.ELSEWHERE:
            return _("За это время всё изменилось. Посмотрите, где платёж сейчас.")
        case PartReason.NO_CARD:
            return _("Этой карты больше нет. Заплатите другой или остановитесь.")
        case CallbackReason.NO_SHOP:
            return _("Такого договора эквайринга нет.")
        case ShopReason.CODE:
            return _("Код договора: от 2 до 20 строчных латинских букв, цифр и дефисов, первой буква.")
        case ShopReason.NAME:
            return _("Назовите договор: до 100 знаков.")
        case ShopReason.TAKEN:
            return _("Договор с таким кодом уже есть.")
        case ShopReason.UNKNOWN:
            return _("Нет такого договора эквайринга.")
        case ShopReason.ADDRESS:
            return _(
                "Адрес банка нужен вида yookassa+https://МАГАЗИН@api.yookassa.ru/v3,"
                " tbank+https://ТЕРМИНАЛ@securepay.tinkoff.ru/v2"
                " или sber+https://ЛОГИН@securepayments.sberbank.ru/payment/rest."
            )
        case ShopReason.KEY_IN_ADDRESS:
            return _("Секрет не пишут в адрес: положите его в переменную окружения или в файл.")
        case ShopReason.KEY:
            return _("Где лежит секрет: имя переменной окружения или полный путь к файлу.")
        case ShopReason.KEY_MISSING:
            return _("По имени %(place)s секрета нет: сначала положите его туда.") % refusal.details
        case ShopReason.RESERVE:
            return _("В запас берут другие договоры, не тот, что принимает платежи, и каждый один раз.")
        case ShopReason.NO_RECEIPTS:
            return _(
                "Банк этого договора чеков не делает: скажите cashbox, если их делает касса поставщика,"
                " или nobody, если тот, кого мы не знаем."
            )
        case ShopReason.PROVIDER:
            return _("Нет такого поставщика. Есть: %(known)s.") % refusal.details
    return ""
