"""What payers are told of their payments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.kernel.money import Money
from svet.look.formats import roubles
from svet.notices.rules import EventSpec, NoticeChannel, Params, Words
from svet.payments.events.moves import MONEY_MOVED, MOVE_REFUSED, MOVE_SIGNED


def receipt_line(account_number: str, money: Money) -> str:
    """One account of a receipt."""
    return _("Аб. № %(account)s — %(sum)s") % {"account": account_number, "sum": roubles(money)}


def payee_line(name: str, inn: str) -> str:
    """Who got the money, on a receipt."""
    return _("%(payee)s, ИНН %(inn)s") % {"payee": name, "inn": inn} if inn else name


def _payment_credited(p: Params) -> Words:
    return Words(
        title=_("Платёж проведён"),
        text=_("Платёж %(order)s на %(total)s зачислен.") % p,
        sms=_("Платёж %(order)s зачислен: %(total)s") % p,
        action=_("Посмотреть платёж"),
    )


def _payment_failed(p: Params) -> Words:
    return Words(
        title=_("Платёж не прошёл"),
        text=_("Платёж %(order)s на %(total)s банк не провёл. Деньги не списаны; можно попробовать ещё раз.")
        % p,
        sms=_("Платёж %(order)s на %(total)s не прошёл, деньги не списаны") % p,
        action=_("Оплатить ещё раз"),
    )


def _payment_refunded(p: Params) -> Words:
    return Words(
        title=_("Деньги возвращены"),
        text=_("По платежу %(order)s банк вернул %(total)s. Баланс в кабинете это уже учитывает.") % p,
        sms=_("По платежу %(order)s возвращено %(total)s") % p,
        action=_("Посмотреть платёж"),
    )


def _refund_started(p: Params) -> Words:
    return Words(
        title=_("Возвращаем деньги"),
        text=_("По платежу %(order)s возвращаем %(total)s тем же способом, каким вы платили. Ждём банк.") % p,
        sms=_("По платежу %(order)s возвращаем %(total)s, ждём банк") % p,
        action=_("Посмотреть платёж"),
    )


def _refund_failed(p: Params) -> Words:
    return Words(
        title=_("Возврат не состоялся"),
        text=_("По платежу %(order)s %(total)s не возвращены: эти деньги снова на лицевом счёте.") % p,
        sms=_("Возврат %(total)s по платежу %(order)s не состоялся") % p,
        action=_("Посмотреть платёж"),
    )


def _refund_declined(p: Params) -> Words:
    return Words(
        title=_("Просьба о возврате снята"),
        text=_(
            "Просьба вернуть %(total)s по платежу %(order)s снята: по ней мы ничего не возвращали. Сколько "
            "можно вернуть теперь, видно на странице платежа."
        )
        % p,
        sms=_("Просьба вернуть %(total)s по платежу %(order)s снята") % p,
        action=_("Посмотреть платёж"),
    )


def _account_refunded(p: Params) -> Words:
    more = p["way"] == "more"
    return Words(
        title=_("Платёж за счёт возвращают") if more else _("Возврат платежа не состоялся"),
        text=(
            _(
                "Аб. № %(account)s: тому, кто платил (платёж %(order)s), возвращают %(total)s. К оплате на "
                "столько же больше."
            )
            if more
            else _("Аб. № %(account)s: %(total)s по платежу %(order)s снова зачтены.")
        )
        % p,
        sms=(
            _("Аб. № %(account)s: плательщику возвращают %(total)s")
            if more
            else _("Аб. № %(account)s: %(total)s снова зачтены")
        )
        % p,
        action=_("Посмотреть счёт"),
    )


def _balance_changed(p: Params) -> Words:
    more = p["way"] == "more"
    return Words(
        title=_("Расчёты по счёту исправлены"),
        text=(
            _("Аб. № %(account)s: к оплате больше на %(total)s. Основание: %(document)s.")
            if more
            else _("Аб. № %(account)s: к оплате меньше на %(total)s. Основание: %(document)s.")
        )
        % p,
        sms=(
            _("Аб. № %(account)s: к оплате больше на %(total)s")
            if more
            else _("Аб. № %(account)s: к оплате меньше на %(total)s")
        )
        % p,
        action=_("Посмотреть счёт"),
    )


def _receipt(p: Params) -> Words:
    return Words(
        title=_("Квитанция об оплате %(order)s") % p,
        text=_("Платёж %(order)s на %(total)s зачислен %(at)s.") % p,
        paragraphs=(
            _("Спасибо! Платёж %(order)s на %(total)s зачислен %(at)s.") % p,
            _("Получатель: %(payee)s") % p,
            p["lines"],
            _("Комиссии нет. Сохраните это письмо: оно подтверждает оплату."),
        ),
        action=_("Посмотреть платёж"),
    )


PAYMENT_CREDITED: Final = EventSpec(
    code="payment_credited",
    name=gettext_lazy("Платёж проведён"),
    words=_payment_credited,
    needs={"order", "total"},
    places={"payment-order"},
    icon="receipt",
    row=120,
    usual=(NoticeChannel.BELL,),
)

PAYMENT_FAILED: Final = EventSpec(
    code="payment_failed",
    name=gettext_lazy("Платёж не прошёл"),
    words=_payment_failed,
    needs={"order", "total"},
    places={"payment-order"},
    icon="warning",
    row=130,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

PAYMENT_REFUNDED: Final = EventSpec(
    code="payment_refunded",
    name=gettext_lazy("Платёж возвращён"),
    words=_payment_refunded,
    needs={"order", "total"},
    places={"payment-order"},
    icon="info",
    row=140,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

REFUND_STARTED: Final = EventSpec(
    code="refund_started",
    name=gettext_lazy("Деньги возвращаются"),
    words=_refund_started,
    needs={"order", "total"},
    places={"payment-order"},
    icon="info",
    row=141,
    obligatory=(NoticeChannel.BELL,),
)

REFUND_FAILED: Final = EventSpec(
    code="refund_failed",
    name=gettext_lazy("Возврат не состоялся"),
    words=_refund_failed,
    needs={"order", "total"},
    places={"payment-order"},
    icon="warning",
    row=142,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

REFUND_DECLINED: Final = EventSpec(
    code="refund_declined",
    name=gettext_lazy("Просьба о возврате снята"),
    words=_refund_declined,
    needs={"order", "total"},
    places={"payment-order"},
    icon="warning",
    row=144,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

# To whoever holds the account and is not the payer; ``way`` as below.
ACCOUNT_REFUNDED: Final = EventSpec(
    code="account_refunded",
    name=gettext_lazy("Возврат чужого платежа за счёт"),
    words=_account_refunded,
    needs={"account", "total", "order", "way"},
    places={"account"},
    icon="info",
    row=143,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

# ``way``: more or less, by what the customer has to pay.
BALANCE_CHANGED: Final = EventSpec(
    code="balance_changed",
    name=gettext_lazy("Расчёты по счёту исправлены"),
    words=_balance_changed,
    needs={"account", "total", "way", "document"},
    places={"account"},
    icon="info",
    row=145,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

# ``lines``: one line of text per account, «Аб. № 0356067000 — 300,00 ₽», separated by "\n".
RECEIPT: Final = EventSpec(
    code="receipt",
    name=gettext_lazy("Чек"),
    words=_receipt,
    needs={"order", "total", "at", "payee", "lines"},
    obligatory=(NoticeChannel.EMAIL,),
)

EVENTS: Final = (
    PAYMENT_CREDITED,
    PAYMENT_FAILED,
    PAYMENT_REFUNDED,
    REFUND_STARTED,
    REFUND_FAILED,
    REFUND_DECLINED,
    ACCOUNT_REFUNDED,
    BALANCE_CHANGED,
    MONEY_MOVED,
    MOVE_SIGNED,
    MOVE_REFUSED,
    RECEIPT,
)

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "payments.act.asked": gettext_lazy("Плательщик переносит платёж на другой счёт"),
    "payments.act.called_off": gettext_lazy("Плательщик отозвал просьбу о переносе"),
    "payments.act.refused": gettext_lazy("Корректировка расчётов отклонена"),
    "payments.act.signed": gettext_lazy("Корректировка расчётов подписана"),
    "payments.act.written": gettext_lazy("Записана корректировка расчётов"),
    "payments.binding.begun": gettext_lazy("Начата привязка счёта СБП"),
    "payments.callback.close": gettext_lazy("Уведомление банка разобрано"),
    "payments.card.bind": gettext_lazy("Привязана карта или счёт СБП"),
    "payments.card.name": gettext_lazy("Карта или счёт СБП названы"),
    "payments.card.unbind": gettext_lazy("Карта или счёт СБП отвязаны"),
    "payments.case.released": gettext_lazy("Платёж возвращён в очередь разбора"),
    "payments.case.taken": gettext_lazy("Платёж взят на разбор"),
    "payments.chargeback.due": gettext_lazy("К спору о платеже добавлен день ответа банку"),
    "payments.chargeback.grown": gettext_lazy("Спор о платеже вырос: от платежа у нас осталось больше"),
    "payments.chargeback.letter": gettext_lazy("К спору о платеже добавлено письмо банка"),
    "payments.chargeback.lost": gettext_lazy("Спор о платеже проигран"),
    "payments.chargeback.told": gettext_lazy("Записан спор о платеже"),
    "payments.chargeback.won": gettext_lazy("Спор о платеже выигран"),
    "payments.order.create": gettext_lazy("Начата оплата"),
    "payments.order.credit": gettext_lazy("Платёж зачислен"),
    "payments.order.other_bank": gettext_lazy("Банк не ответил, платёж начат в другом"),
    "payments.order.refund": gettext_lazy("Деньги возвращены банком"),
    "payments.order.adopt": gettext_lazy("Платёж найден в банке"),
    "payments.order.return": gettext_lazy("Деньги отправлены обратно"),
    "payments.order.review": gettext_lazy("Платёж отправлен на проверку"),
    "payments.refund.asked": gettext_lazy("Плательщик попросил вернуть переплату"),
    "payments.refund.closed": gettext_lazy("Банк не делал возврата: деньги снова на счёте"),
    "payments.refund.refused": gettext_lazy("Банк отказал в возврате"),
    "payments.refund.signed": gettext_lazy("Возврат платежа подписан"),
    "payments.refund.withdrawn": gettext_lazy("Возврат платежа отозван"),
    "payments.refund.written": gettext_lazy("Записан возврат платежа"),
    "payments.review.cancel": gettext_lazy("Платёж на проверке закрыт: денег нет"),
    "payments.review.send_back": gettext_lazy("Платёж на проверке возвращён плательщику"),
    "payments.row.closed": gettext_lazy("Строка реестра закрыта"),
    "payments.row.put": gettext_lazy("Невыясненный платёж зачислен на счёт"),
    "payments.row.returned": gettext_lazy("Невыясненный платёж возвращён"),
    "payments.sending.sent": gettext_lazy("Деньги отправлены другому поставщику"),
    "payments.sending.unsent": gettext_lazy("Снята отметка об отправке денег другому поставщику"),
    "payments.series.decided": gettext_lazy("Плательщик решил, что делать с остальными частями оплаты"),
    "payments.shop.added": gettext_lazy("Добавлен договор эквайринга"),
    "payments.shop.reserve": gettext_lazy("Изменено, какие договоры эквайринга в запасе"),
    "payments.receipt.closed": gettext_lazy("Чек кассы банка закрыт другим документом"),
    "payments.receipts.asked": gettext_lazy("Банк спросят заново о чеках, о которых он не сказал"),
    "payments.shop.receipts": gettext_lazy("Изменено, кто делает кассовые чеки договора эквайринга"),
    "payments.shop.serves": gettext_lazy("Изменено, чьи платежи идут по договору эквайринга"),
    "payments.shop.switched": gettext_lazy("Договор эквайринга включён или выключен"),
    "payments.statement.aside": gettext_lazy("Строка выписки отложена как не наши деньги"),
    "payments.statement.customers": gettext_lazy("Деньги строки выписки признаны платежом абонента"),
    "payments.statement.put_off": gettext_lazy("Строка выписки оставлена до срока"),
    "payments.source.added": gettext_lazy("Добавлен источник платежей"),
    "payments.unasked": gettext_lazy("Изменено, до какой суммы списывать без вопроса"),
    "payments.source.receipts": gettext_lazy("Изменено, кто делает чеки денег из реестров источника"),
    "payments.source.changed": gettext_lazy("Изменена форма реестров источника"),
}
