"""What people are told when they must wait."""

from __future__ import annotations

from django.utils.translation import ngettext

from svet.kernel.refusals import Refused
from svet.limits.rules import wait_in_minutes


def explain(refusal: Refused) -> str:
    """The sentence for ``LimitReached``: how long to wait."""
    minutes = wait_in_minutes(float(str(refusal.details.get("retry_after", 60))))
    return ngettext(
        "Слишком много попыток. Подождите %(minutes)d минуту и попробуйте снова.",
        "Слишком много попыток. Подождите %(minutes)d минут и попробуйте снова.",
        minutes,
    ) % {"minutes": minutes}
