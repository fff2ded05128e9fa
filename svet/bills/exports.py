"""Bills belong to accounts, not to persons."""

from __future__ import annotations

from svet.kernel.personal import PersonalShare

EXPORT = PersonalShare(kept="a reminder of a bill names nobody once the person's row is empty")
