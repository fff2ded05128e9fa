"""How the page of one order tells where the money is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from svet.cabinet.payment.parts import SeriesPage, series_words
from svet.kernel.money import Money
from svet.look.formats import moment, roubles
from svet.payments import texts
from svet.payments.queries import OrderView, Remainder, SeriesView
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.parts import SeriesNeed
from svet.payments.rules.states import OrderState
from svet.payments.texts.chargebacks import chargeback_for_payer
from svet.payments.texts.shops import bank_name


@dataclass(frozen=True, slots=True)
class PaymentStep:
    """One dot of «Банк принял → зачисляем → зачислено»."""

    text: str
    note: str
    state: str


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One dispute at the bank in words; the sum is below zero when the payer has it again."""

    words: str
    money: Money


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
) -> OrderPage:
    """Words, steps and the next move for each state; ``left`` is what other payees still have to get.

    Of an order that is one of a row the page tells where all of them stand, and asks what is to be asked.
    """
    title, text, kind = _words(order, silent=silent)
    if series is not None:
        title, text, kind = series_words(series, silent=silent)
    moves = series is not None and series.moves
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
        refresh=(3 if young else 20) if moves or (waiting and series is None) else 0,
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
    )


def _words(order: OrderView, *, silent: bool) -> tuple[str, str, str]:
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
    if order.untouched:
        return (
            _("Банк пока не отвечает"),
            _(
                "Платёж ещё нигде не начат, деньги не списаны. Мы пробуем снова сами, страница обновится. "
                "Если не выйдет за час, платёж закроется, и его можно будет повторить."
            ),
            "warning",
        )
    if silent or order.state is not OrderState.WAITING:
        return (
            _("Банк пока не отвечает"),
            _("Платёж сохранён, мы спрашиваем банк снова и снова. Страница обновится сама."),
            "warning",
        )
    return (
        _("Ждём ответа банка"),
        _("Если вы уже оплатили, подождите немного: страница обновится сама."),
        "info",
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
