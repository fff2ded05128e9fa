"""What dwellings alike have used in a month: medians over whole groups, never anything about one account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from svet.kernel.periods import Month

#: From so many registered on, households are one kind.
MOST_RESIDENTS = 5
#: Lines of the flat itself that somebody has read. Who has one other line besides is left out: their month is
#: not what they used.
_MEDIANS = """
WITH used AS (
    SELECT l.account_id, sum(l.kwh) AS kwh, max(l.part_until) - min(l.part_since) AS days
    FROM billing_chargeline l
    JOIN accounts_account_door a USING (account_id)
    WHERE a.provider_id = %(provider)s AND l.period = %(month)s AND l.month = %(month)s
        AND l.reverses_id IS NULL AND l.basis NOT IN ('house', 'losses', 'adjustment')
    GROUP BY l.account_id
    HAVING bool_and(l.basis = 'reading') AND sum(l.kwh) > 0 AND max(l.part_until) > min(l.part_since)
), lived AS (
    SELECT DISTINCT ON (t.account_id) t.account_id, t.tariff_group, t.residents, t.electric_heating
    FROM accounts_terms_door t
    JOIN used USING (account_id)
    WHERE t.since < %(after)s
    ORDER BY t.account_id, t.since DESC
)
SELECT l.tariff_group, least(l.residents, %(most)s), coalesce(l.electric_heating, false), count(*),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY u.kwh / u.days)
FROM used u
JOIN lived l USING (account_id)
WHERE l.residents > 0 AND l.tariff_group <> ''
GROUP BY 1, 2, 3
HAVING count(*) >= %(least)s
ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class AlikeMedian:
    """Half of the ``accounts`` used less than ``daily_kwh`` a day; ``residents``: five is more, too."""

    tariff_group: str
    residents: int
    electric_heating: bool
    accounts: int
    daily_kwh: Decimal


def alike_medians(*, provider_id: int, month: Month, least: int) -> Sequence[AlikeMedian]:
    """The medians of a charged month by price group, residents and heating, of ``least`` and more."""
    asked: dict[str, Any] = {
        "provider": provider_id,
        "month": month.first,
        "after": month.plus(1).first,
        "most": MOST_RESIDENTS,
        "least": least,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MEDIANS, asked)
        return [
            AlikeMedian(group, residents, heating, count, Decimal(str(daily)).quantize(Decimal("0.001")))
            for group, residents, heating, count, daily in cursor.fetchall()
        ]
