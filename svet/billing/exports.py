"""Charges belong to accounts; of persons only members are named: who rehearsed, decided, entered, signed."""

from __future__ import annotations

from svet.kernel.personal import PersonalShare

EXPORT = PersonalShare(kept="a member has no cabinet to delete; who acted on charges is kept with them")
