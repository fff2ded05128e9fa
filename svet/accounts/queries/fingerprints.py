"""Whether anything has changed in what was known of contracts and their terms at a moment of the past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

_KNOWN = """
SELECT a.id,
       hash_record_extended(ROW(a.id, a.provider_id, a.opened_on, a.closed_on), 21) # coalesce(t.hash, 0)
FROM unnest(%(accounts)s::bigint[], %(moments)s::timestamptz[]) w (account_id, known_at)
JOIN accounts_account a ON a.id = w.account_id
LEFT JOIN LATERAL (
    SELECT bit_xor(hash_record_extended(ROW(
        t.id, t.since, t.tariff_group, t.residents, t.area, t.rooms, t.stove, t.electric_heating, t.known_at,
        CASE WHEN t.gone_at <= w.known_at THEN t.gone_at END), 22)) AS hash
    FROM accounts_terms t WHERE t.account_id = w.account_id AND t.known_at <= w.known_at
) t ON true
"""


def fingerprints(known: Mapping[int, datetime]) -> dict[int, int]:
    """By account 64 bits over its contract's days and over its terms as they were known at its moment.

    A contract whose end is entered, corrected or taken back has another fingerprint from then on.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"accounts": list(known), "moments": list(known.values())})
        return {int(account_id): int(found) for account_id, found in cursor.fetchall()}
