"""The job that settles an order, by its name: whoever enqueues it knows nothing of what it does."""

from __future__ import annotations

from procrastinate.contrib.django import app

from svet.kernel.transactions import require_transaction

SETTLE = "payments.settle"


def wake(*, order_id: int) -> None:
    """Enqueue the settling of an order (a step): with the caller's transaction, or not at all."""
    require_transaction()
    app.configure_task(SETTLE).defer(order_id=order_id)
