"""Why an outage is not taken as it is. Pure."""

from __future__ import annotations

from enum import StrEnum

from svet.kernel.refusals import Conflict, NotFound, Refused


class OutageReason(StrEnum):
    """Each has a sentence of its own."""

    NOT_FOUND = "outage_not_found"
    NUMBER = "outage_number"
    KIND = "outage_kind"
    MOMENT = "outage_moment"
    ENDS = "outage_ends"
    ENDS_FIRST = "outage_ends_first"
    TOO_LONG = "outage_too_long"
    FAR = "outage_far"
    OVER = "outage_over"
    CITY = "outage_city"
    STREET = "outage_street"
    STREET_EMPTY = "outage_street_empty"
    STATE = "outage_state"
    HOUSE = "outage_house"
    HOUSES_LONG = "outage_houses_long"
    BACKWARDS = "outage_backwards"
    PLACES = "outage_places"
    WHY = "outage_why"
    CLOSED = "outage_closed"
    SAME = "outage_same"
    STALE = "outage_stale"
    ROWS_DIFFER = "outage_rows_differ"
    NOT_BEGUN = "outage_not_begun"


class OutageRefused(Refused):
    """Nothing was written."""


class OutageConflict(Conflict):
    """The outage stands otherwise than whoever asked has seen."""


class OutageNotFound(NotFound):
    """No such outage, or not for whoever asked."""
