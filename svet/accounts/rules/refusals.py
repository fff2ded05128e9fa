"""Why the operations of this room say no: the reasons, below whoever gives and whoever explains them."""

from __future__ import annotations

from enum import StrEnum


class HouseholdReason(StrEnum):
    NOT_FOUND = "invitation_not_found"
    OWN_PHONE = "own_phone"
    ALREADY = "already_in_household"
    PAST = "term_in_the_past"
    TOO_FAR = "term_too_far"
    RIGHTS = "unknown_right"


class GroupReason(StrEnum):
    NOT_FOUND = "group_not_found"
    REQUIRED = "required"
    TOO_LONG = "too_long"
    CHARS = "chars"
    TAKEN = "group_name_taken"
    DEFAULT_STAYS = "group_default_stays"
    TOO_MANY = "too_many_groups"


class HoldingReason(StrEnum):
    NOT_STAFF = "not_staff"
    NAME_REQUIRED = "name_required"
    NAME_CHARS = "name_chars"
    DOCUMENT_REQUIRED = "document_required"
    GROUND = "unknown_ground"
    FUTURE = "date_in_the_future"
    BEFORE_OPENED = "before_the_contract"
    BEFORE_LAST = "before_the_last_hand_over"


class SimpleReason(StrEnum):
    NO_RIGHT = "simple_without_right"
    NOT_CLOSE = "simple_not_close"
    DECIDED = "simple_decided"


class DeliveryReason(StrEnum):
    REQUIRED = "required"
    EMAIL_NOT_CONFIRMED = "email_not_confirmed"
    NOT_YOURS_TO_CHOOSE = "delivery_of_confirmed_holder"


class SupplierReason(StrEnum):
    SERVICE_STAYS = "supplier_service_stays"


class LinkReason(StrEnum):
    NO_SUCH_PAIR = "no_such_pair"
    CLOSED = "account_closed"
    TOO_LATE = "link_older_than_yours"
