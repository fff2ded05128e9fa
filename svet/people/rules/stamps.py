"""Moments as they are written in security notices."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("Asia/Yekaterinburg")


def stamp(moment: datetime, *, zone: ZoneInfo = _ZONE) -> str:
    """``22.11.2026 14:05`` in local time."""
    return moment.astimezone(zone).strftime("%d.%m.%Y %H:%M")
