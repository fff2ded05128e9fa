"""Whether anything has changed in what was known of meters, readings and acts at a moment of the past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

# What came later is left out, as ``queries.histories`` leaves it out, and so is what is only told later of a
# row: that a meter or an act is gone.
_KNOWN = """
SELECT w.account_id, coalesce(m.hash, 0) # coalesce(s.hash, 0) # coalesce(c.hash, 0) # coalesce(a.hash, 0)
FROM unnest(%(accounts)s::bigint[], %(moments)s::timestamptz[]) w (account_id, known_at)
LEFT JOIN LATERAL (
    SELECT bit_xor(hash_record_extended(ROW(
        m.id, m.scheme, m.digits, m.ratio, m.installed_on, m.serial,
        CASE WHEN EXISTS (
            SELECT FROM metering_readingset f
            WHERE f.meter_id = m.id AND f.kind = 'final' AND f.received_at > w.known_at
        ) THEN NULL ELSE m.removed_on END), 11)) AS hash
    FROM metering_meter m
    WHERE m.account_id = w.account_id AND NOT EXISTS (
        SELECT FROM metering_readingset i
        WHERE i.meter_id = m.id AND i.kind = 'initial' AND i.received_at > w.known_at)
) m ON true
LEFT JOIN LATERAL (
    SELECT bit_xor(hash_record_extended(ROW(
        s.id, s.meter_id, s.read_on, s.received_at, s.kind, s.channel, v.zone, v.value, v.turns), 12)) AS hash
    FROM metering_readingset s LEFT JOIN metering_readingvalue v ON v.reading_set_id = s.id
    WHERE s.account_id = w.account_id AND s.received_at <= w.known_at
) s ON true
LEFT JOIN LATERAL (
    SELECT bit_xor(hash_record_extended(ROW(c.id, c.reading_set_id, c.from_state, c.to_state, c.at), 13))
        AS hash
    FROM metering_readingset s JOIN metering_setstatechange c ON c.reading_set_id = s.id
    WHERE s.account_id = w.account_id AND c.at <= w.known_at
) c ON true
LEFT JOIN LATERAL (
    SELECT bit_xor(hash_record_extended(ROW(
        a.id, a.kind, a.meter_id, a.number, a.since, a.until, a.persons, a.signed_at,
        CASE WHEN a.gone_at <= w.known_at THEN a.gone_at END), 14)) AS hash
    FROM metering_officeact a WHERE a.account_id = w.account_id AND a.signed_at <= w.known_at
) a ON true
"""


def fingerprints(known: Mapping[int, datetime]) -> dict[int, int]:
    """By account 64 bits over what was known of it at its moment, by sets in the database.

    Equal ones: nothing of it was changed, put in or taken away meanwhile. Other ones say nothing of what:
    they also differ after an upgrade of PostgreSQL that counts them otherwise.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"accounts": list(known), "moments": list(known.values())})
        return {int(account_id): int(found) for account_id, found in cursor.fetchall()}
