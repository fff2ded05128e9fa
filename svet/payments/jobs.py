"""Background work of payments: settle an order somebody knocked about, look at those nobody told us of."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from svet.gateways.failures import Temporary
from svet.payments import operations
from svet.payments.operations.bank_receipts import ask_for_receipts
from svet.payments.operations.binding import LOOK_AT_BINDING, look_at_binding, look_at_due_bindings
from svet.payments.operations.cards import FORGET_CARD, NAME_ACCOUNT, name_account, tell_to_forget
from svet.payments.operations.errands import ERRAND, forget_errands
from svet.payments.operations.going import do_errand
from svet.payments.operations.reconciling import RECONCILE_DAY
from svet.payments.operations.waking import SETTLE


@app.task(
    queue="payments",
    name=SETTLE,
    # The bank may be silent; the janitor looks on schedule anyway.
    retry=RetryStrategy(max_attempts=5, exponential_wait=4, retry_exceptions=[operations.BankUnavailable]),
)
def settle(order_id: int) -> None:
    """Settle one order after a callback."""
    operations.settle(order_id=order_id, now=timezone.now(), by="payments.callback")


@app.task(
    queue="hurried",
    name=LOOK_AT_BINDING,
    # The janitor looks again in a quarter of a minute.
    retry=RetryStrategy(max_attempts=2, wait=2, retry_exceptions=[Temporary]),
)
def look_at_one_binding(binding_id: int) -> None:
    """Ask the bank for the page where an account is bound, or whether it is."""
    look_at_binding(binding_id=binding_id, now=timezone.now())


@app.task(
    queue="payments",
    name=FORGET_CARD,
    retry=RetryStrategy(max_attempts=8, exponential_wait=5, retry_exceptions=[Temporary]),
)
def forget_card(person_id: int, shop_id: int | None, name: dict[str, str]) -> None:
    """Let a bank forget a card that was unbound here."""
    tell_to_forget(person_id=person_id, shop_id=shop_id, name=name)


@app.task(
    queue="payments",
    name=NAME_ACCOUNT,
    # Half a day in all; without the name the account is «СБП».
    retry=RetryStrategy(max_attempts=6, exponential_wait=8, retry_exceptions=[Temporary]),
)
def name_one_account(card_id: int) -> None:
    """Learn in which bank a bound account of СБП is."""
    name_account(card_id=card_id)


@app.task(queue="hurried", name=ERRAND)
def errand(errand_id: int) -> None:
    """Ask a bank what a page waits for."""
    do_errand(errand_id=errand_id, now=timezone.now())


@app.periodic(cron="* * * * * */15")
@app.task(queue="payments", name="payments.janitor", pass_context=False)
def janitor(timestamp: int) -> None:
    """Look at the orders and refunds whose time has come, every quarter of a minute."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    operations.look_at_due_orders(now=now)
    operations.look_at_asked_refunds(now=now)
    forget_errands(now=now)


@app.periodic(cron="* * * * * */15")
@app.task(
    queue="payments",
    name="payments.bindings",
    lock="payments.bindings",
    queueing_lock="payments.bindings",
    pass_context=False,
)
def bindings(timestamp: int) -> None:
    """Look at the accounts of СБП that are being bound, every quarter of a minute, one run at a time."""
    look_at_due_bindings(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="* * * * * */30")
@app.task(queue="payments", name="payments.paid", pass_context=False)
def paid(timestamp: int) -> None:
    """Read the bank's list of what was just paid, twice a minute: a callback may never come."""
    now = datetime.fromtimestamp(timestamp, tz=UTC)
    # A silent bank is asked in half a minute again.
    with suppress(operations.BankUnavailable):
        operations.look_for_payments(now=now)
    operations.ask_silent(now=now)


@app.periodic(cron="* * * * * */20")
@app.task(
    queue="payments",
    name="payments.bank_receipts",
    lock="payments.bank_receipts",
    queueing_lock="payments.bank_receipts",
    pass_context=False,
)
def bank_receipts(timestamp: int) -> None:
    """Ask the banks about the fiscal receipts they make, one run at a time."""
    ask_for_receipts(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="*/10 * * * *")
@app.task(queue="payments", name="payments.refunds", pass_context=False)
def refunds(timestamp: int) -> None:
    """Read the bank's list of refunds, every ten minutes: a callback may never come."""
    # A silent bank is asked in ten minutes again.
    with suppress(operations.BankUnavailable):
        operations.look_for_refunds(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="40 22 * * *")
@app.task(queue="payments", name="payments.reconcile", pass_context=False)
def reconcile(timestamp: int) -> None:
    """Every night, when the day is over from Kaliningrad to Kamchatka: compare the last days."""
    operations.reconcile_days(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.task(
    queue="payments",
    name=RECONCILE_DAY,
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[operations.BankUnavailable]),
)
def reconcile_day(day: str) -> None:
    """Compare one day (ISO) with the bank's list."""
    operations.reconcile_day(day=date.fromisoformat(day), now=timezone.now())
