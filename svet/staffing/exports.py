"""Members of staff have no cabinet: nothing of theirs is in a customer's copy."""

from __future__ import annotations

from svet.kernel.personal import PersonalShare

EXPORT = PersonalShare(kept="a member has no cabinet to delete; the journal says for ever who acted")
