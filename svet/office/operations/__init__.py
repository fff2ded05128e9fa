"""Asking the office, taking a request at the counter, the two signatures."""

from svet.office.operations.requests import (
    ask_office_to_remove_factors,
    carry_out_office_request,
    confirm_office_phone_change,
    refuse_office_request,
    start_office_phone_change,
    withdraw_office_request,
)
from svet.office.operations.signatures import sign_office_request, turn_down_office_request
from svet.office.operations.walk_in import begin_walk_in_phone, finish_walk_in_phone, take_walk_in_factor

__all__ = [
    "ask_office_to_remove_factors",
    "begin_walk_in_phone",
    "carry_out_office_request",
    "confirm_office_phone_change",
    "finish_walk_in_phone",
    "refuse_office_request",
    "sign_office_request",
    "start_office_phone_change",
    "take_walk_in_factor",
    "turn_down_office_request",
    "withdraw_office_request",
]
