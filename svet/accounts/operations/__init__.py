"""Writes: the registry of accounts, their links to people, groups, and how bills are delivered."""

from svet.accounts.operations.access import when_access_ends
from svet.accounts.operations.approving import approve_link
from svet.accounts.operations.closing import end_contract
from svet.accounts.operations.delivery import (
    DeliveryRefused,
    end_lapsed_delivery,
    set_delivery,
)
from svet.accounts.operations.ending import end_what_has_run_out
from svet.accounts.operations.groups import (
    GroupRefused,
    arrange_account,
    create_group,
    default_group,
    delete_group,
    fold_group,
    move_account,
    move_group,
    rename_group,
    set_alias,
)
from svet.accounts.operations.household import (
    HouseholdRefused,
    InvitationNotFound,
    accept_invitation,
    change_access,
    invite,
    refuse_invitation,
    withdraw_invitation,
)
from svet.accounts.operations.linking import LinkRefused, link_account, suspend_link, unlink
from svet.accounts.operations.looking import begin_customer_view, end_customer_view
from svet.accounts.operations.office import (
    HoldingRefused,
    bar_link,
    confirm_link,
    hand_over,
    restore_link,
)
from svet.accounts.operations.registry import (
    NewAccount,
    add_provider,
    create_accounts,
    lock_account,
    set_link_proofs,
    set_link_proofs_many,
)
from svet.accounts.operations.simple_view import (
    SimpleRefused,
    keep_simple_view,
    turn_off_simple_view,
    turn_on_simple_view,
    turn_on_simple_view_for,
)
from svet.accounts.operations.terms import change_terms, enter_terms
from svet.accounts.rules.refusals import (
    DeliveryReason,
    GroupReason,
    HoldingReason,
    HouseholdReason,
    LinkReason,
    SimpleReason,
)

__all__ = [
    "DeliveryReason",
    "DeliveryRefused",
    "GroupReason",
    "GroupRefused",
    "HoldingReason",
    "HoldingRefused",
    "HouseholdReason",
    "HouseholdRefused",
    "InvitationNotFound",
    "LinkReason",
    "LinkRefused",
    "NewAccount",
    "SimpleReason",
    "SimpleRefused",
    "accept_invitation",
    "add_provider",
    "approve_link",
    "arrange_account",
    "bar_link",
    "begin_customer_view",
    "change_access",
    "change_terms",
    "confirm_link",
    "create_accounts",
    "create_group",
    "default_group",
    "delete_group",
    "end_contract",
    "end_customer_view",
    "end_lapsed_delivery",
    "end_what_has_run_out",
    "enter_terms",
    "fold_group",
    "hand_over",
    "invite",
    "keep_simple_view",
    "link_account",
    "lock_account",
    "move_account",
    "move_group",
    "refuse_invitation",
    "rename_group",
    "restore_link",
    "set_alias",
    "set_delivery",
    "set_link_proofs",
    "set_link_proofs_many",
    "suspend_link",
    "turn_off_simple_view",
    "turn_on_simple_view",
    "turn_on_simple_view_for",
    "unlink",
    "when_access_ends",
    "withdraw_invitation",
]
