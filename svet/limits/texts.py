"""What people are told when they must wait."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from svet.kernel.refusals import Refused
from svet.limits.operations import WorkNeeded
from svet.limits.rules import wait_in_minutes


def explain(refusal: Refused) -> str:
    """The sentence for ``LimitReached``: how long to wait."""
    if isinstance(refusal, WorkNeeded):
        return gettext("Форма пока не отправлена: дождитесь конца проверки и отправьте её ещё раз.")
    minutes = wait_in_minutes(float(str(refusal.details.get("retry_after", 60))))
    return ngettext(
        "Слишком много попыток. Подождите %(minutes)d минуту и попробуйте снова.",
        "Слишком много попыток. Подождите %(minutes)d минут и попробуйте снова.",
        minutes,
    ) % {"minutes": minutes}
