"""Everything that changes members: taking on, roles, ending, signing in, unblocking a customer."""

from svet.staffing.operations.ending_sessions import end_customer_sessions
from svet.staffing.operations.members import (
    add_member,
    change_role,
    disable_member,
    enable_member,
    forget_member_factor,
    member_by_phone,
    note_member_seen,
    set_member_password,
)
from svet.staffing.operations.own_password import change_own_password
from svet.staffing.operations.signing_in import sign_in_member
from svet.staffing.operations.single_sign_on import (
    Recognised,
    begin_at_provider,
    bind_identity,
    finish_at_provider,
    forget_identity,
)
from svet.staffing.operations.unblocking import unblock

__all__ = [
    "Recognised",
    "add_member",
    "begin_at_provider",
    "bind_identity",
    "change_own_password",
    "change_role",
    "disable_member",
    "enable_member",
    "end_customer_sessions",
    "finish_at_provider",
    "forget_identity",
    "forget_member_factor",
    "member_by_phone",
    "note_member_seen",
    "set_member_password",
    "sign_in_member",
    "unblock",
]
