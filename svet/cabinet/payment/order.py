"""How the page of one order tells where the money is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from svet.cabinet.payment.parts import SeriesPage, series_words
from svet.cabinet.payment.unbegun import unbegun_words
from svet.cabinet.shell.receipts import ShownReceipt, receipt_note, receipt_refresh, shown_receipts
from svet.fiscal.queries import FiscalReceiptView
from svet.kernel.money import Money
from svet.look.formats import moment, roubles
from svet.payments import texts
from svet.payments.queries import OrderView, Remainder, SeriesView
from svet.payments.queries.acts import MoneyActView
from svet.payments.queries.refunds import RefundRequestView
from svet.payments.rules.acts import MoneyActKind, MoneyActState
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.parts import SeriesNeed
from svet.payments.rules.receipts import ReceiptElsewhere
from svet.payments.rules.states import OrderState, RefundState
from svet.payments.texts.chargebacks import chargeback_for_payer
from svet.payments.texts.misdirected import moved_words
from svet.payments.texts.shops import bank_name
from svet.payments.texts.sources import receipt_for_payer


@dataclass(frozen=True, slots=True)
class PaymentStep:
    """One dot of «Банк принял → зачисляем → зачислено»."""

    text: str
    note: str
    state: str


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One dispute at the bank in words; the sum is below zero when the payer has it again.

    ``receipt``: of money that was moved, who makes its fiscal receipt.
    """

    words: str
    money: Money
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class PayerAsked:
    """What the payer has asked for and nobody has decided; ``act`` is that of a move, empty for a refund."""

    title: str
    text: str
    url: str
    act: str = ""


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order as its page shows it; ``refresh`` is in seconds, 0 when the state is final."""

    order: OrderView
    title: str
    text: str
    kind: str
    state_name: str
    steps: tuple[PaymentStep, ...]
    refresh: int
    bank_url: str
    try_again: bool
    total: Money
    paid: bool
    disputes: tuple[DisputeRow, ...] = ()
    left: Remainder | None = None
    series: SeriesPage | None = None
    bank: str = ""
    #: What the payer's own requests about it wait for, and what became of moves.
    asked: tuple[PayerAsked, ...] = ()
    moved: tuple[DisputeRow, ...] = ()
    receipts: tuple[ShownReceipt, ...] = ()
    #: Who makes its fiscal receipt and where it goes, in words.
    receipt_note: str = ""
    #: Whether one of its accounts is overpaid: «Вернуть переплату» is for nobody else.
    overpaid: bool = False

    @property
    def next_ready(self) -> bool:
        """Whether it is the next payee's turn."""
        return self.left is not None and self.left.ready


def order_page(
    order: OrderView,
    *,
    now: datetime,
    silent: bool,
    left: Remainder | None = None,
    series: SeriesView | None = None,
    refunds: Sequence[RefundRequestView] = (),
    moves: Sequence[MoneyActView] = (),
    receipts: Sequence[FiscalReceiptView] = (),
    overpaid: bool = False,
) -> OrderPage:
    """Words, steps and the next move for each state; ``left`` is what other payees still have to get.

    Of an order that is one of a row the page tells where all of them stand, and asks what is to be asked.
    """
    title, text, kind = _words(order, silent=silent, now=now)
    if series is not None:
        title, text, kind = series_words(series, silent=silent)
    series_moves = series is not None and series.moves
    waiting = order.state in (OrderState.CREATED, OrderState.SENT, OrderState.WAITING, OrderState.PAID)
    young = now - order.created_at < timedelta(minutes=10)
    can_go = order.state is OrderState.WAITING and now < order.expires_at
    return OrderPage(
        order=order,
        title=title,
        text=text,
        kind=kind,
        state_name=texts.state_name(order.state, refunded=bool(order.came_back), returned=order.returned),
        steps=_steps(order),
        refresh=(3 if young else 20)
        if series_moves or (waiting and series is None)
        else receipt_refresh(order, receipts, now=now),
        bank_url=order.bank_page_url if can_go else "",
        try_again=order.state in (OrderState.CANCELED, OrderState.FAILED)
        and (series is None or series.need is SeriesNeed.OVER),
        total=order.total,
        paid=order.state in (OrderState.PAID, OrderState.CREDITED, OrderState.REVIEW, OrderState.RETURNED),
        disputes=tuple(
            DisputeRow(
                chargeback_for_payer(one.state, one.on),
                one.back if one.state is ChargebackState.LOST else one.money,
            )
            for one in order.disputes
        ),
        left=left,
        series=None if series is None else SeriesPage.of(series),
        bank="" if order.untouched else bank_name(order.bank),
        asked=(*_asked_back(refunds), *asked_moves(order.public_id, moves)),
        moved=tuple(
            DisputeRow(_moved(one), -one.money, _receipt_of_move(one))
            for one in moves
            if one.state is not MoneyActState.WAITING
        ),
        receipts=shown_receipts(receipts),
        receipt_note=receipt_note(order, receipts),
        overpaid=overpaid,
    )


def _asked_back(refunds: Sequence[RefundRequestView]) -> list[PayerAsked]:
    return [
        PayerAsked(
            _("%(sum)s ждут решения") % {"sum": roubles(one.money)},
            _("Вы просили вернуть %(sum)s. Просьбу подпишут два сотрудника, и мы сообщим вам.")
            % {"sum": roubles(one.money)},
            reverse("payment-back", args=(one.order_public_id,)),
        )
        for one in refunds
        if one.by_payer and one.state is RefundState.TO_SIGN
    ]


def asked_moves(order_public_id: str, moves: Sequence[MoneyActView]) -> list[PayerAsked]:
    """The moves of a payment that wait for a member."""
    return [
        PayerAsked(
            _("%(sum)s ждут решения") % {"sum": roubles(one.money)},
            _moved(one) + ".",
            reverse("payment-move", args=(order_public_id,)),
            one.public_id,
        )
        for one in moves
        if one.state is MoneyActState.WAITING
    ]


def tell_called_off(request: HttpRequest, gone: bool) -> None:
    """Say whether a request was taken back in time."""
    if gone:
        messages.success(request, _("Просьба отозвана: ничего не изменилось."))
    else:
        messages.error(request, _("Просьба уже решена: отозвать её нельзя."))


def _moved(one: MoneyActView) -> str:
    return moved_words(one.state, money=one.money, source=one.account_number, target=one.to_account_number)


def _receipt_of_move(one: MoneyActView) -> str:
    """As the card of «История» says it; nothing of a move that did not come to be."""
    if one.state is not MoneyActState.POSTED:
        return ""
    between = one.kind is MoneyActKind.INTERCO
    return receipt_for_payer(ReceiptElsewhere.SUPPLIERS if between else ReceiptElsewhere.NONE)


def _words(order: OrderView, *, silent: bool, now: datetime) -> tuple[str, str, str]:
    match order.state:
        case OrderState.CREDITED if order.on_its_way_back:
            return (
                _("Возврат в пути"),
                _(
                    "Возвращаем %(sum)s тем же способом, каким вы платили; "
                    "баланс это уже учитывает. Ждём банк."
                )
                % {"sum": roubles(order.on_its_way_back)},
                "info",
            )
        case OrderState.CREDITED if order.disputed:
            return (
                _("Платёж оспорен в банке"),
                _(
                    "Банк удержал %(sum)s, пока разбирается. Баланс не изменился: "
                    "он изменится, только если банк вернёт деньги плательщику."
                )
                % {"sum": roubles(order.disputed)},
                "warning",
            )
        case OrderState.CREDITED if order.came_back:
            return (
                _("Деньги возвращены") if order.returned else _("Часть денег возвращена"),
                _("Банк вернул %(sum)s, баланс это учитывает. Когда деньги придут, зависит от вашего банка.")
                % {"sum": roubles(order.came_back)},
                "info",
            )
        case OrderState.RETURNED:
            return (
                _("Деньги возвращены"),
                _("Банк вернул весь платёж. Когда деньги придут, зависит от вашего банка."),
                "info",
            )
        case OrderState.CREDITED:
            return _("Оплачено"), _("Деньги зачислены, баланс уже изменился."), "success"
        case OrderState.PAID:
            return (
                _("Деньги у банка, зачисляем"),
                _("Платить ещё раз не нужно. Страница обновится сама."),
                "info",
            )
        case OrderState.REVIEW:
            return (
                _("Проверяем платёж"),
                _("Платить ещё раз не нужно. Сотрудник сверит платёж с банком, и мы сообщим, чем кончилось."),
                "warning",
            )
        case OrderState.CANCELED | OrderState.FAILED:
            return _("Платёж не прошёл"), texts.bank_reason(order.bank_reason), "error"
    if unbegun := unbegun_words(order):
        return unbegun
    if silent or order.state is not OrderState.WAITING:
        return (
            _("Банк пока не отвечает"),
            _("Платёж сохранён, мы спрашиваем банк снова и снова. Страница обновится сама."),
            "warning",
        )
    return _("Ждём ответа банка"), _of_bank_page(order, now=now), "info"


def _of_bank_page(order: OrderView, *, now: datetime) -> str:
    """What to do while the bank has not said its last word: its page is open, is over, or there is none."""
    if not order.bank_page_url:
        return _("Если вы уже оплатили, подождите немного: страница обновится сама.")
    if now < order.expires_at:
        return _(
            "Если вы уже оплатили, подождите немного: страница обновится сама. Если ещё нет, заплатите на "
            "странице банка."
        )
    return _(
        "Если вы уже оплатили, подождите немного: страница обновится сама. Если нет, страница банка уже "
        "закрыта: платёж закроется сам, и его можно будет повторить."
    )


def _steps(order: OrderView) -> tuple[PaymentStep, ...]:
    accepted, crediting, credited = _("Банк принял"), _("Зачисляем"), _("Зачислено")
    paid = moment(order.paid_at) if order.paid_at else ""
    match order.state:
        case OrderState.CREDITED:
            done = moment(order.credited_at) if order.credited_at else ""
            return (
                PaymentStep(accepted, paid, "done"),
                PaymentStep(crediting, "", "done"),
                PaymentStep(credited, done, "done"),
            )
        case OrderState.PAID | OrderState.REVIEW:
            return (
                PaymentStep(accepted, paid, "done"),
                PaymentStep(crediting, "", "current"),
                PaymentStep(credited, "", "todo"),
            )
        case OrderState.RETURNED:
            back = _("Возвращено")
            return PaymentStep(accepted, paid, "done"), PaymentStep(back, "", "done")
        case OrderState.CANCELED | OrderState.FAILED:
            refused = _("Банк не принял")
            return (
                PaymentStep(refused, "", "failed"),
                PaymentStep(crediting, "", "todo"),
                PaymentStep(credited, "", "todo"),
            )
    waiting = _("Ждём банк")
    return (
        PaymentStep(waiting, "", "current"),
        PaymentStep(crediting, "", "todo"),
        PaymentStep(credited, "", "todo"),
    )
