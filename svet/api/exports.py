"""Answers kept for a repeated call: not shown again, and dropped with the cabinet."""

from __future__ import annotations

from svet.api.shell.idempotency import forget_calls
from svet.kernel.personal import PersonalShare

EXPORT = PersonalShare(forget=forget_calls)
