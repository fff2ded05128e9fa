"""Prices and norms are nobody's personal data."""

from __future__ import annotations

from svet.kernel.personal import PersonalShare

EXPORT = PersonalShare(kept="prices and norms name no person; a correction names the member who made it")
