"""What a person did stands here for ever; ``people`` shows it, because it holds the person's key."""

from __future__ import annotations

from svet.kernel.personal import PersonalShare

EXPORT = PersonalShare(kept="entries are sealed into a chain; what was personal in them goes with the key")
