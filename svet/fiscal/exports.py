"""Receipts belong to payments; of persons only members are named who gave a correction its ground."""

from __future__ import annotations

from svet.kernel.personal import PersonalShare

EXPORT = PersonalShare(
    kept="a member has no cabinet to delete; who gave a correction its ground is kept with it"
)
