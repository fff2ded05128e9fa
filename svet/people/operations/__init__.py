"""Everything that changes persons: registering, signing in, recovering, the profile, tokens."""

from svet.people.operations.contacts import (
    confirm_email_change,
    confirm_phone_change,
    start_email_change,
    start_phone_change,
)
from svet.people.operations.devices import (
    end_other_sessions,
    end_session,
    move_session,
    remember_device,
    seen,
)
from svet.people.operations.passwords import change_password
from svet.people.operations.profile import (
    change_appearance,
    change_birth_date,
    change_language,
    change_names,
    change_notifications,
    change_person,
    give_consent,
    withdraw_consent,
)
from svet.people.operations.recovery import confirm_recovery, finish_recovery, start_recovery
from svet.people.operations.registration import (
    confirm_registration,
    register_directly,
    start_registration,
)
from svet.people.operations.resending import resend_code
from svet.people.operations.signing_in import sign_in, sign_in_member
from svet.people.operations.staff import (
    add_member,
    change_role,
    disable_member,
    enable_member,
    forget_member_factor,
    member_by_phone,
    note_member_seen,
    set_member_password,
)
from svet.people.operations.tokens import issue_token, revoke_token, touch_token
from svet.people.operations.totp import (
    check_totp,
    enrol_totp,
    forget_totp,
    has_totp,
    keep_totp,
    new_totp_secret,
    totp_code,
    totp_url,
)

__all__ = [
    "add_member",
    "change_appearance",
    "change_birth_date",
    "change_language",
    "change_names",
    "change_notifications",
    "change_password",
    "change_person",
    "change_role",
    "check_totp",
    "confirm_email_change",
    "confirm_phone_change",
    "confirm_recovery",
    "confirm_registration",
    "disable_member",
    "enable_member",
    "end_other_sessions",
    "end_session",
    "enrol_totp",
    "finish_recovery",
    "forget_member_factor",
    "forget_totp",
    "give_consent",
    "has_totp",
    "issue_token",
    "keep_totp",
    "member_by_phone",
    "move_session",
    "new_totp_secret",
    "note_member_seen",
    "register_directly",
    "remember_device",
    "resend_code",
    "revoke_token",
    "seen",
    "set_member_password",
    "sign_in",
    "sign_in_member",
    "start_email_change",
    "start_phone_change",
    "start_recovery",
    "start_registration",
    "totp_code",
    "totp_url",
    "touch_token",
    "withdraw_consent",
]
