"""Of persons only members are named: who asked for a supplier's requisites, who signed or refused them."""

from __future__ import annotations

from svet.kernel.personal import PersonalShare

EXPORT = PersonalShare(kept="a member has no cabinet to delete; who said where money goes stays known")
