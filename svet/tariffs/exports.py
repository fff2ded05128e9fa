"""Prices and norms are nobody's personal data."""

from __future__ import annotations

from svet.kernel.personal import PersonalShare

EXPORT = PersonalShare(
    kept="prices, norms and law name no person; a correction or a row of law names the member who made it"
)
