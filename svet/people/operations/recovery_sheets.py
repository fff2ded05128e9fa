"""Recovery codes: ten digits each, kept as passwords are, so that a copy of the table opens nothing.

All codes of a sheet share one salt: what is typed is hashed once, not once for each code that is left. What
is hashed lies under the installation's secret besides, for ten digits can all be tried.
The rows are such as django-allauth reads ("migrated" codes): it counts them, and finds no typed code in them.
Sheets made before lie as a sealed seed until one of their codes is used; then what is left is hashed too.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hmac import compare_digest

import structlog
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import InvalidToken

from svet.kernel.transactions import require_transaction
from svet.people.models import Person
from svet.people.models.hashing import PasswordHasher
from svet.people.models.secrets import BOX
from svet.people.rules.factors import RECOVERY_CODES, RECOVERY_DIGITS

log = structlog.get_logger(__name__)

#: Where the library looks for codes that are no arithmetic of a seed.
_CODES = "migrated_codes"


def make_sheet(*, person: Person) -> tuple[str, ...]:
    """Put a new sheet in the place of the old one; its codes are told this once.

    Ten hashes cost a third of a second of one core, once in the life of most sheets.
    """
    require_transaction()
    Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: set[str] = set()
    while len(codes) < RECOVERY_CODES:
        codes.add(f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}d}")
    told = tuple(codes)
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.RECOVERY_CODES, data={_CODES: _hashed(told)}
    )
    return told


def use_code(*, person_id: int, code: str) -> bool:
    """Spend a code of the person's sheet; False when it is not on it, or not any more.

    One hash is computed, before any row is locked; every code that is left is compared, and in constant time.
    """
    require_transaction()
    sheets = Authenticator.objects.filter(user_id=person_id, type=Authenticator.Type.RECOVERY_CODES)
    seen = sheets.first()
    if seen is None:
        return False
    try:
        if _CODES not in seen.data:
            return _use_of_a_seed(seen.pk, code)
        typed = _like(_opened(seen.data[_CODES]), code)
        kept = sheets.select_for_update().filter(pk=seen.pk).first()
        left = [] if kept is None else _opened(kept.data[_CODES])
    except InvalidToken:
        log.error("recovery codes lie under a key that is not known", person=person_id)
        return False
    fitting = [place for place, each in enumerate(left) if compare_digest(each, typed)]
    if kept is None or not fitting:
        return False
    del kept.data[_CODES][fitting[0]]
    kept.save(update_fields=["data"])
    return True


def _use_of_a_seed(pk: int, code: str) -> bool:
    kept = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if kept is None:
        return False
    if _CODES in kept.data:  # another code of it was used in this very moment
        return use_code(person_id=kept.user_id, code=code)
    sheet = RecoveryCodes(kept)
    if not sheet.validate_code(code):
        return False
    left = sheet.get_unused_codes()
    sheet.instance.data = {_CODES: _hashed(left)}
    sheet.instance.save(update_fields=["data"])
    return True


def _hashed(codes: Sequence[str]) -> list[str]:
    hasher = PasswordHasher()
    salt = hasher.salt()
    return [BOX.close(hasher.encode(code, salt)) for code in codes]


def _opened(sealed: list[str]) -> list[str]:
    return [BOX.open(each) for each in sealed]


def _like(hashes: list[str], code: str) -> str:
    """The code hashed with the salt and at the cost of a sheet; nothing when nothing is left of it."""
    hasher = PasswordHasher()
    if not hashes:
        return ""
    told = hasher.decode(hashes[0])
    for cost in ("memory_cost", "time_cost", "parallelism"):
        setattr(hasher, cost, told[cost])
    return str(hasher.encode(code, told["salt"]))
