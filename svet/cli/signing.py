"""Who signs on the command line: a member of staff by phone, password and the code of their application.

Whoever may run commands here may do much, but not put two hands under one act: each hand proves itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from svet.config.failures import Failure
from svet.kernel.actors import Actor
from svet.people import operations as people
from svet.staffing.operations import sign_in_member
from svet.staffing.queries import member_of
from svet.staffing.rules import Permission

#: Attempts are counted as from one address, of the machine itself.
_HERE: Final = "127.0.0.1"


def signing_member(*, phone: str, password: str, code: str, permission: Permission, now: datetime) -> Actor:
    """The member these words prove. :raises Refused: wrong phone, password or code, or tried too often
    :raises Failure: the member has not this permission
    """
    person_id = sign_in_member(phone=phone, password=password, address=_HERE, now=now)
    member = member_of(person_id=person_id)
    if member is None or permission not in member.permissions:
        raise Failure(_("У этого сотрудника нет такого права."))
    by = member.actor(address=_HERE)
    people.check_totp(person_id=person_id, code=code, by=by, now=now)
    return by
