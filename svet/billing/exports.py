"""Charges belong to accounts; of persons only members are named who made a dry run or asked for a step."""

from __future__ import annotations

from svet.kernel.personal import PersonalShare

EXPORT = PersonalShare(kept="a member has no cabinet to delete; who rehearsed a month is kept with it")
