"""Sets that were entered without a network: the day they were read on is the day they were entered."""

from __future__ import annotations

from datetime import datetime, timedelta

from svet.metering.rules.parsing import ReadingRefused, ValueReason

# A set that waited longer is older than the bill after next: the person should look at the meter again.
LONGEST_WAIT = timedelta(days=35)


def moment_of_entry(claimed: datetime, *, now: datetime) -> datetime:
    """When a set was entered, as the person's own clock says and as far as it can be believed.

    A clock that runs ahead cannot have entered anything later than now.

    :raises ReadingRefused: it waited too long
    """
    if now - claimed > LONGEST_WAIT:
        raise ReadingRefused(ValueReason.STALE, details={"days": LONGEST_WAIT.days})
    return min(claimed, now)
