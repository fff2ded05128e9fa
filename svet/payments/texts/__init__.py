"""What people are told: refusals and states."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from svet.kernel.refusals import Refused
from svet.look.formats import roubles
from svet.payments.rules import LIMITS, AmountReason
from svet.payments.rules.acts import MoneyActReason
from svet.payments.rules.chargebacks import ChargebackReason
from svet.payments.rules.giving_back import RefundReason
from svet.payments.rules.misdirected import MoveReason
from svet.payments.rules.overpaid import BackReason
from svet.payments.rules.receipts import BankReceiptReason
from svet.payments.rules.reconciling import DifferenceKind
from svet.payments.rules.refusals import (
    BankReasonText,
    CallbackReason,
    CardReason,
    ClaimReason,
    LeavingReason,
    OrderLookupReason,
    OrderReason,
    OrderReviewReason,
    PartReason,
    RegisterReason,
    ShopReason,
    SourceReason,
    StatementActReason,
    SuspenseReason,
)
from svet.payments.rules.registers import RegisterState
from svet.payments.rules.states import OrderState
from svet.payments.texts.acts import explain_act
from svet.payments.texts.bank_receipts import explain_bank_receipt
from svet.payments.texts.chargebacks import explain_chargeback
from svet.payments.texts.giving_back import explain_refund
from svet.payments.texts.misdirected import explain_move
from svet.payments.texts.overpaid import explain_back
from svet.payments.texts.shops import explain_shop
from svet.payments.texts.sources import explain_source
from svet.payments.texts.statements import explain_statement

#: Every reason of this room.
REASONS: Final = (
    AmountReason,
    OrderReason,
    OrderLookupReason,
    BankReasonText,
    CardReason,
    LeavingReason,
    CallbackReason,
    OrderReviewReason,
    SuspenseReason,
    ClaimReason,
    RegisterReason,
    SourceReason,
    ShopReason,
    PartReason,
    MoneyActReason,
    RefundReason,
    BackReason,
    MoveReason,
    ChargebackReason,
    StatementActReason,
    BankReceiptReason,
)


def explain(refusal: Refused) -> str:
    """The sentence for any refusal of this room."""
    known = (
        _explain_amount(refusal)
        or _explain_order(refusal)
        or _explain_review(refusal)
        or explain_source(refusal)
        or _explain_row(refusal)
        or explain_act(refusal)
        or explain_refund(refusal)
        or explain_back(refusal)
        or explain_move(refusal)
        or explain_chargeback(refusal)
        or explain_shop(refusal)
        or explain_statement(refusal)
        or explain_bank_receipt(refusal)
    )
    return known or _("Оплатить не получилось. Ничего не изменилось, попробуйте ещё раз.")


def _explain_amount(refusal: Refused) -> str:
    low, high = roubles(LIMITS.line_min), roubles(LIMITS.line_max)
    match refusal.reason:
        case AmountReason.REQUIRED:
            return _("Введите сумму или снимите галочку.")
        case AmountReason.TOO_LONG:
            return _("Слишком длинное значение. Введите сумму, например 300 или 1 234,56.")
        case AmountReason.CHARS:
            return _("Здесь нужны только цифры и запятая, например 300 или 1 234,56.")
        case AmountReason.NEGATIVE:
            return _("Отрицательную сумму оплатить нельзя. Введите, сколько хотите внести.")
        case AmountReason.AMBIGUOUS:
            return _("Непонятно, где рубли, а где копейки. Введите сумму так: 1 234,56.")
        case AmountReason.FRACTION:
            return _("После запятой — не больше двух цифр, это копейки.")
        case AmountReason.MIN:
            return _("Минимальный платёж %(sum)s.") % {"sum": low.replace(",00", "")}
        case AmountReason.MAX:
            return _("Не больше %(sum)s за один раз.") % {"sum": high}
    return ""


def _explain_order(refusal: Refused) -> str:
    match refusal.reason:
        case OrderReason.NOTHING_CHOSEN:
            return _("Выберите хотя бы одного абонента.")
        case OrderReason.TOO_MANY_LINES:
            return _("За один раз можно оплатить не больше %(max)s абонентов.") % refusal.details
        case OrderReason.TWICE:
            return _("Один абонент указан дважды. Обновите страницу и попробуйте ещё раз.")
        case OrderReason.MAX_TOTAL:
            high = roubles(LIMITS.total_max)
            return _("Всего за один раз можно оплатить не больше %(sum)s.") % {"sum": high}
        case OrderReason.SUM_CHANGED:
            return _("Сумма изменилась. Проверьте её и нажмите «Оплатить» ещё раз.")
        case OrderReason.SEVERAL_PAYEES:
            return _(
                "Эти абоненты платят разным организациям. Деньги из одного платежа уходят только одной, "
                "поэтому заплатите им по очереди."
            )
        case OrderReason.TOO_MANY_PAYEES:
            said = _(
                "Одним нажатием мы платим не больше %(max)s получателям подряд, а здесь их %(payees)s. "
                "Разделите платёж."
            )
            return said % refusal.details
        case OrderReason.KEY_REUSED:
            return _("Эта форма уже отправлена с другими суммами. Проверьте их и нажмите «Оплатить» ещё раз.")
        case OrderReason.ACCOUNT_NOT_FOUND:
            return _("Одного из абонентов нет в вашем кабинете или его нельзя оплатить.")
        case OrderLookupReason.NOT_FOUND:
            return _("Такого платежа нет.")
        case BankReasonText.BANK_SILENT:
            return _("Банк сейчас не отвечает. Деньги не списаны, платёж сохранён: попробуйте через минуту.")
        case BankReasonText.BANK_REFUSED:
            return _("Банк не принял этот платёж. Деньги не списаны. Попробуйте ещё раз или позвоните нам.")
        case CardReason.NOT_FOUND:
            return _("Этой карты больше нет. Выберите другую.")
        case CardReason.PAUSED:
            return _(
                "Пароль недавно восстановили по СМС, поэтому привязанные карты сутки не работают: так они "
                "защищены, если у вас украли телефон. Заплатите другой картой на странице банка."
            )
        case CardReason.NAME_TOO_LONG:
            return _("Название длиннее %(max)s знаков. Сократите его.") % refusal.details
        case OrderReason.NOT_A_PAYER:
            return _("Войдите, чтобы оплатить.")
    return ""


def _explain_review(refusal: Refused) -> str:
    """For the staff at the money desk."""
    match refusal.reason:
        case OrderReviewReason.COMMENT_MISSING:
            return _("Напишите, почему вы так решили: это останется в журнале.")
        case OrderReviewReason.COMMENT_TOO_LONG:
            return _("Комментарий длиннее %(max)s знаков. Сократите его.") % refusal.details
        case OrderReviewReason.NOT_STAFF:
            return _("Это решает только сотрудник.")
        case OrderReviewReason.NOT_FOUND:
            return _("Такого платежа или сообщения банка нет.")
        case OrderReviewReason.DECIDED:
            return _("Это уже решено: другим сотрудником или самим банком. Ничего не изменилось.")
        case OrderReviewReason.REFUND_ASKED:
            return _("Деньги уже возвращаются, банк ещё не ответил. Подождите его ответа.")
        case OrderReviewReason.NOTHING_TAKEN:
            return _("Банк не подтверждает, что взял деньги по этому платежу. Зачислять и возвращать нечего.")
        case OrderReviewReason.NOTHING_LEFT:
            return _("Банк уже вернул всё, что взял.")
        case OrderReviewReason.MONEY_TAKEN:
            return _("У банка есть деньги по этому платежу или ещё могут прийти. Зачислите их или верните.")
        case OrderReviewReason.OTHER_CURRENCY:
            return _("Банк взял деньги в другой валюте: %(currency)s. Верните их в кабинете банка.") % (
                refusal.details
            )
        case OrderReviewReason.OTHER_ORDER:
            return _("Банк называет этот платёж чужим заказом. Зачислить его нельзя, можно вернуть.")
        case OrderReviewReason.SEVERAL_PAYEES:
            return _("В платеже абоненты разных получателей. Зачислить его нельзя, можно вернуть.")
        case OrderReviewReason.BANK_UNCLEAR:
            return _("Банк вернул часть денег, но пока не говорит, как именно. Попробуйте через час.")
        case OrderReviewReason.BANK_REFUSED:
            return _("Банк отказал в возврате (%(code)s). Платёж остался на проверке.") % refusal.details
    return ""


def _explain_row(refusal: Refused) -> str:
    """For the staff at the money desk: a row of a register, or a case a colleague has."""
    match refusal.reason:
        case SuspenseReason.NOT_FOUND:
            return _("Такой строки реестра нет.")
        case SuspenseReason.DECIDED:
            return _("Это уже решено другим сотрудником или самим банком. Ничего не изменилось.")
        case SuspenseReason.NOT_STAFF:
            return _("Это решает только сотрудник.")
        case SuspenseReason.NUMBER:
            return _("Это не номер лицевого счёта: нужны только цифры, как на квитанции.")
        case SuspenseReason.ACCOUNT:
            return _("У поставщика «%(provider)s» нет такого счёта.") % refusal.details
        case SuspenseReason.OTHER_PROVIDER:
            return _(
                "Этот счёт другого поставщика, а деньги пришли поставщику «%(provider)s». "
                "Верните их отправителю."
            ) % (refusal.details)
        case SuspenseReason.OTHER_ACCOUNT:
            return _("Номер изменился. Проверьте владельца и адрес ещё раз.")
        case SuspenseReason.DAY_NEEDED:
            return _("Укажите день платежа: тот, что в реестре, невозможен.")
        case SuspenseReason.DAY:
            return _("Такого дня платежа быть не может: он в будущем или слишком давний.")
        case SuspenseReason.REVERSAL:
            return _(
                "Эти деньги банк уже забрал: отправлять нечего. Снимите их со счёта, с которого они ушли."
            )
        case ClaimReason.TAKEN:
            return _("Этим занимается %(name)s. Возьмите себе, если нужно.") % refusal.details
    return ""


def state_name(state: OrderState, *, refunded: bool = False, returned: bool = False) -> str:
    """The state of a payment in one or two words, as «История» shows it.

    ``refunded`` tells that the bank gave something of a credited payment back, ``returned`` that all of it.
    """
    if state is OrderState.CREDITED and returned:
        return _("Возвращён")
    if state is OrderState.CREDITED and refunded:
        return _("Возвращён частично")
    return {
        OrderState.CREATED: _("Создан"),
        OrderState.SENT: _("Ждёт банк"),
        # Whoever was at the bank's page has paid perhaps: its word is waited for, not the payer.
        OrderState.WAITING: _("Ждёт банк"),
        OrderState.PAID: _("Зачисляем"),
        OrderState.CREDITED: _("Проведен"),
        OrderState.CANCELED: _("Не оплачен"),
        OrderState.FAILED: _("Не принят банком"),
        OrderState.REVIEW: _("На проверке"),
        OrderState.RETURNED: _("Возвращён"),
    }[state]


def register_state_name(state: RegisterState) -> str:
    """Where a row of a register stands, in a few words for the staff."""
    return {
        RegisterState.CREDITED: _("зачислен"),
        RegisterState.SUSPENSE: _("в невыясненных"),
        RegisterState.DIFFERS: _("ждёт решения, не зачислен"),
        RegisterState.RETURNED: _("возвращён отправителю"),
        RegisterState.REVERSED: _("зачислен и отменён банком"),
        RegisterState.CLOSED: _("закрыт: не отдельный платёж"),
    }[state]


def difference(kind: DifferenceKind) -> str:
    """What of a day does not agree with the bank, in a sentence for the staff."""
    return {
        DifferenceKind.PAYMENT_UNKNOWN: _("Платёж есть у банка, а у нас его нет."),
        DifferenceKind.PAYMENT_NOT_LISTED: _("Платёж есть у нас, а в списке банка его нет."),
        DifferenceKind.PAYMENT_OPEN: _("Банк взял деньги, а платёж не завершён."),
        DifferenceKind.PAYMENT_SUM: _("У банка и у нас разные суммы платежа."),
        DifferenceKind.PAYMENT_LEDGER: _("Платёж и книги не сходятся."),
        DifferenceKind.REFUND_UNKNOWN: _("Возврат есть у банка, а у нас его нет."),
        DifferenceKind.REFUND_NOT_LISTED: _("Возврат есть у нас, а в списке банка его нет."),
        DifferenceKind.REFUND_SUM: _("У банка и у нас разные суммы возврата."),
        DifferenceKind.REFUND_LEDGER: _("Возврат и книги не сходятся."),
        DifferenceKind.ROW_LEDGER: _("Строка реестра и книги не сходятся."),
        DifferenceKind.UNREADABLE: _("Ответ банка о платеже не удалось прочитать. Итоги дня без него."),
    }[kind]


def bank_reason(reason: str) -> str:
    """Why the bank did not take the money, and what to do."""
    match reason:
        case "insufficient_funds":
            return _("На карте не хватило денег. Пополните её или возьмите другую.")
        case "authentication_failed":
            return _("Банк не получил подтверждения: код из СМС не подошёл или время вышло.")
        case "card_problem":
            return _("Карта не подошла: проверьте номер, срок и код или возьмите другую.")
        case "limit":
            return _("Превышен лимит карты. Попробуйте другую карту или меньшую сумму.")
        case "fraud":
            return _("Банк посчитал платёж подозрительным. Позвоните в свой банк или возьмите другую карту.")
        case "expired":
            return _("Платёж не был завершён за час, и банк его отменил.")
        case "card_unbound":
            return _("Банк больше не принимает эту карту без номера. Мы её отвязали: введите её заново.")
        case "canceled":
            return _("Платёж отменён.")
        case "bank_fault":
            return _(
                "Банк, выпустивший карту, сейчас не отвечает. Попробуйте позже или возьмите другую карту."
            )
        case "bank_refused":
            return _("Банк не принял запрос на оплату. Попробуйте ещё раз или позвоните нам.")
    return _("Банк, выпустивший карту, отклонил платёж. Попробуйте другую карту.")
