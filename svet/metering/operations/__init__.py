"""Writes: meters up and down, readings in, and what happens to them later."""

from svet.metering.operations.batches import BatchOutcome, BatchResult, BatchRow, submit_batch
from svet.metering.operations.controls import keep_control, take_control_reading
from svet.metering.operations.corrections import (
    WithdrawRefused,
    correct_set,
    mark_used,
    mark_used_of,
    may_withdraw,
    take_touches,
    take_touches_of,
    withdraw_set,
)
from svet.metering.operations.disputes import (
    DisputeNotFound,
    DisputeRefused,
    check_dispute,
    decline_dispute,
    open_dispute,
    uphold_dispute,
    withdraw_dispute,
)
from svet.metering.operations.meters import MeterRow, install_meter, install_meters, remove_meter
from svet.metering.operations.photos import add_photo, keep_photo
from svet.metering.operations.reminding import remind_of_verification, remind_of_windows
from svet.metering.operations.replacing import replace_meter
from svet.metering.operations.reviewing import ReviewReason, ReviewRefused, correct_review, decide_review
from svet.metering.operations.submitting import (
    ConfirmationNeeded,
    KeyReason,
    KeyReused,
    ReadingReceipt,
    SetRefused,
    hindrance,
    submit_readings,
)
from svet.metering.operations.texting import answer_text

__all__ = [
    "BatchOutcome",
    "BatchResult",
    "BatchRow",
    "ConfirmationNeeded",
    "DisputeNotFound",
    "DisputeRefused",
    "KeyReason",
    "KeyReused",
    "MeterRow",
    "ReadingReceipt",
    "ReviewReason",
    "ReviewRefused",
    "SetRefused",
    "WithdrawRefused",
    "add_photo",
    "answer_text",
    "check_dispute",
    "correct_review",
    "correct_set",
    "decide_review",
    "decline_dispute",
    "hindrance",
    "install_meter",
    "install_meters",
    "keep_control",
    "keep_photo",
    "mark_used",
    "mark_used_of",
    "may_withdraw",
    "open_dispute",
    "remind_of_verification",
    "remind_of_windows",
    "remove_meter",
    "replace_meter",
    "submit_batch",
    "submit_readings",
    "take_control_reading",
    "take_touches",
    "take_touches_of",
    "uphold_dispute",
    "withdraw_dispute",
    "withdraw_set",
]
