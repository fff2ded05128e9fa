"""Everything that changes persons: registering, signing in, recovering, the profile, tokens."""

from svet.people.operations.browsers import hide_notices, show_notices_here, show_notices_to_program
from svet.people.operations.codes import forget_codes
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
    sign_out,
)
from svet.people.operations.ending import end_all_sessions
from svet.people.operations.factors import (
    check_api_step,
    confirm_password,
    distrust_device,
    make_recovery_codes,
    pass_second_step,
    remove_factors,
    trust_device,
    turn_off_totp,
    turn_on_totp,
)
from svet.people.operations.keys_ending import when_keys_end
from svet.people.operations.messengers import disconnect_messenger, invite_messenger, read_update
from svet.people.operations.narrowing import drop_account_from_keys, drop_meter_from_keys
from svet.people.operations.passkeys import (
    Ceremony,
    Site,
    add_passkey,
    begin_passkey,
    begin_passkey_step,
    pass_second_step_by_passkey,
    remove_passkey,
    rename_passkey,
    sign_in_by_passkey,
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
    give_consents,
    lock_person,
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
from svet.people.operations.simple_view import choose_simple_view, offer_simple_view
from svet.people.operations.tokens import (
    issue_token,
    revoke_token,
    sweep_tokens,
    touch_token,
    warn_of_expiry,
)
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
    "Ceremony",
    "Site",
    "add_passkey",
    "begin_passkey",
    "begin_passkey_step",
    "change_appearance",
    "change_birth_date",
    "change_language",
    "change_names",
    "change_notifications",
    "change_password",
    "change_person",
    "check_api_step",
    "check_totp",
    "choose_simple_view",
    "confirm_email_change",
    "confirm_password",
    "confirm_phone_change",
    "confirm_recovery",
    "confirm_registration",
    "disconnect_messenger",
    "distrust_device",
    "drop_account_from_keys",
    "drop_meter_from_keys",
    "end_all_sessions",
    "end_other_sessions",
    "end_session",
    "enrol_totp",
    "finish_recovery",
    "forget_codes",
    "forget_totp",
    "give_consent",
    "give_consents",
    "has_totp",
    "hide_notices",
    "invite_messenger",
    "issue_token",
    "keep_totp",
    "lock_person",
    "make_recovery_codes",
    "move_session",
    "new_totp_secret",
    "offer_simple_view",
    "pass_second_step",
    "pass_second_step_by_passkey",
    "read_update",
    "register_directly",
    "remember_device",
    "remove_factors",
    "remove_passkey",
    "rename_passkey",
    "resend_code",
    "revoke_token",
    "seen",
    "show_notices_here",
    "show_notices_to_program",
    "sign_in",
    "sign_in_by_passkey",
    "sign_out",
    "start_email_change",
    "start_phone_change",
    "start_recovery",
    "start_registration",
    "sweep_tokens",
    "totp_code",
    "totp_url",
    "touch_token",
    "trust_device",
    "turn_off_totp",
    "turn_on_totp",
    "warn_of_expiry",
    "when_keys_end",
    "withdraw_consent",
]
