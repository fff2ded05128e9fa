"""The same challenge once more, with a fresh code."""

from __future__ import annotations

from datetime import datetime

from svet.kernel.transactions import use_case
from svet.limits.operations import spend
from svet.limits.rules import LimitName
from svet.notices import operations as notices
from svet.people import events
from svet.people.models import Code
from svet.people.operations import codes
from svet.people.queries import Challenge
from svet.people.rules.codes import CodePurpose, CodeReason, CodeRefused

#: Purposes whose SMS has a word of its own; all others change a phone.
_OWN_WORD = (CodePurpose.REGISTRATION, CodePurpose.RECOVERY)


def resend_code(*, purpose: CodePurpose, session_key: str, address: str, now: datetime) -> Challenge:
    """Replace the session's code by a fresh one and promise it to the same addressee.

    :raises CodeRefused: there is nothing to resend. :raises LimitReached: the pause still runs.
    """
    row = Code.objects.filter(session_key=session_key, purpose=purpose, spent_at__isnull=True).first()
    if row is None:
        raise CodeRefused(CodeReason.NO_CODE)
    by_mail = purpose is CodePurpose.EMAIL
    own = str(row.data.get("own", ""))
    if by_mail:
        spend(limit=LimitName.EMAIL_CODES, key=str(row.person_id), now=now)
    else:
        codes.spend_sms_limits(phone=row.target, now=now, own=own)
    winnable = bool(row.data.get("winnable"))
    may_warn = purpose is CodePurpose.REGISTRATION and codes.take_once_a_day(phone=row.target, now=now)
    with use_case():
        fresh, code = codes.challenge(
            of=codes.CodeTarget(purpose=purpose, target=row.target, session_key=session_key, own=own),
            now=now,
            winnable=winnable,
            person_id=row.person_id,
            data=row.data,
            sent=row.sent + 1,
        )
        if by_mail:
            notices.send_email(address=row.target, event=events.EMAIL_CODE, params={"code": code}, now=now)
        else:
            decoy = events.SOMEBODY_REGISTERS if may_warn else None
            event = events.CODE if winnable else decoy
            act = purpose.value if purpose in _OWN_WORD else "phone"
            codes.send_code_sms(phone=row.target, code=code, act=act, now=now, event=event)
    return fresh
