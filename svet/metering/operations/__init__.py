"""Writes: meters up and down, readings in, and what happens to them later."""

from svet.metering.operations.batches import BatchResult, BatchRow, Outcome, submit_batch
from svet.metering.operations.corrections import (
    WithdrawRefused,
    decide_review,
    mark_used,
    may_withdraw,
    take_control_reading,
    withdraw_set,
)
from svet.metering.operations.meters import MeterRow, install_meter, install_meters, remove_meter
from svet.metering.operations.reminding import remind_of_verification, remind_of_windows
from svet.metering.operations.submitting import (
    ConfirmationNeeded,
    KeyReason,
    KeyReused,
    Receipt,
    SetRefused,
    hindrance,
    submit_readings,
)

__all__ = [
    "BatchResult",
    "BatchRow",
    "ConfirmationNeeded",
    "KeyReason",
    "KeyReused",
    "MeterRow",
    "Outcome",
    "Receipt",
    "SetRefused",
    "WithdrawRefused",
    "decide_review",
    "hindrance",
    "install_meter",
    "install_meters",
    "mark_used",
    "may_withdraw",
    "remind_of_verification",
    "remind_of_windows",
    "remove_meter",
    "submit_batch",
    "submit_readings",
    "take_control_reading",
    "withdraw_set",
]
