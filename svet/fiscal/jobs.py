"""Background work of receipts: the tills are asked here and nowhere else."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from svet.fiscal import operations
from svet.payments.operations.receipts import note_missed


@app.periodic(cron="* * * * * */20")
@app.task(
    queue="payments",
    name="fiscal.receipts",
    lock="fiscal.receipts",
    queueing_lock="fiscal.receipts",
    pass_context=False,
)
def receipts(timestamp: int) -> None:
    """Make the receipts that are owed, hand them over, look what became of them."""
    operations.make_due(now=timezone.now())
    operations.follow_sent(now=timezone.now())
    operations.send_due(now=timezone.now())


@app.periodic(cron="20 1 * * *")
@app.task(
    queue="payments",
    name="fiscal.offsets",
    lock="fiscal.offsets",
    queueing_lock="fiscal.offsets",
    pass_context=False,
)
def offsets(timestamp: int) -> None:
    """Every night: note what was missed, make the receipts of advances that charges have used."""
    note_missed(now=timezone.now())
    operations.offset_advances(now=timezone.now())
