"""What makes a reading believable: zones, parsing, judging, states and the calendar of readings."""

from svet.metering.rules.calendar import (
    Urgency,
    Verification,
    Window,
    WindowState,
    cut_off,
    period_of,
    verification,
    window,
)
from svet.metering.rules.disputes import DISPUTE_MOVES, DisputeReason, DisputeState, dispute_until
from svet.metering.rules.entering import moment_of_entry
from svet.metering.rules.judging import Dial, Doubt, Judgement, Mark, Verdict, judge, usual_for
from svet.metering.rules.parsing import ReadingRefused, ReplaceReason, ValueReason, parse_value
from svet.metering.rules.reminding import (
    VerificationStage,
    WindowStage,
    verification_horizon,
    verification_stage,
    window_stage,
)
from svet.metering.rules.states import (
    DROPPED,
    EFFECTIVE,
    MOVES,
    ReadingChannel,
    ReadingKind,
    ReadingState,
    WithdrawReason,
)
from svet.metering.rules.submission import Answers, ReadingSubmission
from svet.metering.rules.zones import ZONES, Scheme, Zone, zones_of

__all__ = [
    "DISPUTE_MOVES",
    "DROPPED",
    "EFFECTIVE",
    "MOVES",
    "ZONES",
    "Answers",
    "Dial",
    "DisputeReason",
    "DisputeState",
    "Doubt",
    "Judgement",
    "Mark",
    "ReadingChannel",
    "ReadingKind",
    "ReadingRefused",
    "ReadingState",
    "ReadingSubmission",
    "ReplaceReason",
    "Scheme",
    "Urgency",
    "ValueReason",
    "Verdict",
    "Verification",
    "VerificationStage",
    "Window",
    "WindowStage",
    "WindowState",
    "WithdrawReason",
    "Zone",
    "cut_off",
    "dispute_until",
    "judge",
    "moment_of_entry",
    "parse_value",
    "period_of",
    "usual_for",
    "verification",
    "verification_horizon",
    "verification_stage",
    "window",
    "window_stage",
    "zones_of",
]
