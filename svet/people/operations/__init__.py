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
from svet.people.operations.signing_in import sign_in
from svet.people.operations.tokens import issue_token, revoke_token, touch_token

__all__ = [
    "change_appearance",
    "change_birth_date",
    "change_language",
    "change_names",
    "change_notifications",
    "change_password",
    "change_person",
    "confirm_email_change",
    "confirm_phone_change",
    "confirm_recovery",
    "confirm_registration",
    "end_other_sessions",
    "end_session",
    "finish_recovery",
    "give_consent",
    "issue_token",
    "move_session",
    "register_directly",
    "remember_device",
    "resend_code",
    "revoke_token",
    "seen",
    "sign_in",
    "start_email_change",
    "start_phone_change",
    "start_recovery",
    "start_registration",
    "touch_token",
    "withdraw_consent",
]
