"""Ids: the inner keys of tables by type, and random ones that may be shown or read aloud.

An inner key is a number called ``…_id`` (``account_id: AccountId``). It joins tables and never leaves the
house. An outer id is a text called ``public_id`` or ``…_public_id``: it stands in addresses and in the API.
No name means both (ADR 87).
"""

from __future__ import annotations

import re
import secrets
from typing import NewType

AccountId = NewType("AccountId", int)
ProviderId = NewType("ProviderId", int)
PremisesId = NewType("PremisesId", int)
LinkId = NewType("LinkId", int)
GroupId = NewType("GroupId", int)
InvitationId = NewType("InvitationId", int)
PersonId = NewType("PersonId", int)
StaffMemberId = NewType("StaffMemberId", int)
RecipientId = NewType("RecipientId", int)
MeterId = NewType("MeterId", int)
ScaleId = NewType("ScaleId", int)
ReadingSetId = NewType("ReadingSetId", int)
BillId = NewType("BillId", int)
OrderId = NewType("OrderId", int)
PhotoId = NewType("PhotoId", int)

# Crockford's base 32: no i, l, o, u, so that a number survives being read over the telephone.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LETTERS = bytes(ord(_ALPHABET[byte & 31]) for byte in range(256))
PUBLIC_ID_LENGTH = 16
#: What can be an outer id at all. Wider than the alphabet: other systems' and old ids are only not found.
PUBLIC_ID = re.compile(rf"[0-9a-z]{{{PUBLIC_ID_LENGTH}}}", re.ASCII)


def _random_text(length: int) -> str:
    # 32 letters divide 256 evenly, so five bits of each byte choose without favour.
    return secrets.token_bytes(length).translate(_LETTERS).decode("ascii")


def new_public_id() -> str:
    """An opaque id of 16 characters (80 random bits) for URLs and the API."""
    return _random_text(PUBLIC_ID_LENGTH)


def is_public_id(text: object) -> bool:
    """Whether this can be an outer id; whatever else was sent in its place names nothing."""
    return isinstance(text, str) and PUBLIC_ID.fullmatch(text) is not None


def new_receipt_number(prefix: str) -> str:
    """A number printed on receipts, like ``П-7K3M-Q2X9``; ``prefix`` tells the kind of receipt."""
    text = _random_text(8).upper()
    return f"{prefix}-{text[:4]}-{text[4:]}"
