"""Which accounts were proved and have not moved since; what a new proof is to be known by."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from svet.accounts.queries import provider_by_id
from svet.accounts.queries.fingerprints import fingerprints as contract_fingerprints
from svet.billing.models import BillingRun, Charge
from svet.billing.queries.explaining import ChargedFacts
from svet.billing.queries.facts import ProviderFacts, provider_facts
from svet.kernel.periods import Month
from svet.ledger.queries import charge_fingerprints
from svet.metering.queries.fingerprints import fingerprints as metering_fingerprints

# Whole rows: a column that is added later makes every account be proved again, once.
_LINES = """
SELECT w.id, coalesce(c.hash, 0) # coalesce(l.hash, 0)
FROM unnest(%s::bigint[]) w (id)
LEFT JOIN LATERAL (
    SELECT bit_xor(hash_record_extended(c, 41)) AS hash FROM billing_charge c WHERE c.account_id = w.id
) c ON true
LEFT JOIN LATERAL (
    SELECT bit_xor(hash_record_extended(l, 42)) AS hash FROM billing_chargeline l WHERE l.account_id = w.id
) l ON true
"""
# Parts of houses never change: those that were taken away show by the months that are gone.
_HOUSES = """
SELECT s.account_id, bit_xor(hash_record_extended(s, 43) # hash_record_extended(m, 44))
FROM billing_houseshare s JOIN billing_housemonth m ON m.id = s.house_month_id
WHERE s.account_id = ANY(%s) GROUP BY s.account_id
"""
# One charge an account, the newest: the key of accounts and months tells it without their rows.
_NEWEST = """
SELECT c.account_id, c.id, c.run_id, c.known_at,
       p.lines, p.facts, p.prices, p.prices_of_today, p.proved_at
FROM (
    SELECT account_id, max(period) AS period FROM billing_charge
    WHERE account_id > %(after)s AND account_id <= %(until)s
    GROUP BY account_id ORDER BY account_id LIMIT %(limit)s) n
JOIN billing_charge c ON c.account_id = n.account_id AND c.period = n.period
LEFT JOIN billing_provedaccount p ON p.account_id = c.account_id AND p.charge_id = c.id
ORDER BY c.account_id
"""
_LONGEST_AGO = """
SELECT proved_at, account_id FROM billing_provedaccount ORDER BY proved_at, account_id OFFSET %s LIMIT 1
"""
#: The moment and the key of a proof: in their order proofs are looked at again.
LongestAgo = tuple[datetime, int]


class Proof(NamedTuple):
    """An account whose book is right, and the fingerprints of what it was recomputed from."""

    account_id: int
    charge_id: int
    lines: int
    facts: int
    prices: str
    prices_of_today: bool


class Newest(NamedTuple):
    """The newest charge of an account as a plain row; the rest is the proof of just this charge, if any."""

    account_id: int
    charge_id: int
    run_id: int
    known_at: datetime
    lines: int | None
    facts: int | None
    prices: str | None
    prices_of_today: bool | None
    proved_at: datetime | None


class RunPrices:
    """What the accounts of a provider share, as each run knew it and as it is known today; read once."""

    def __init__(self) -> None:
        self._then: dict[int, ProviderFacts] = {}
        self._today: dict[int, ProviderFacts] = {}
        self._digests: dict[tuple[int, bool], str] = {}
        self._runs: dict[int, BillingRun] = {}

    def run(self, run_id: int) -> BillingRun:
        """A run by its key."""
        if run_id not in self._runs:
            self._runs[run_id] = BillingRun.objects.get(pk=run_id)
        return self._runs[run_id]

    def then(self, run: BillingRun) -> ProviderFacts:
        """As it was known when the run began."""
        if run.pk not in self._then:
            self._then[run.pk] = provider_facts(provider_by_id(run.provider_id), known_at=run.started_at)
        return self._then[run.pk]

    def today(self, provider_id: int) -> ProviderFacts:
        """As it is known now."""
        if provider_id not in self._today:
            self._today[provider_id] = provider_facts(provider_by_id(provider_id))
        return self._today[provider_id]

    def digest(self, run: BillingRun, *, today: bool) -> str:
        """What stands for all of it that decides months until that of the run."""
        found = self._digests.get((run.pk, today))
        if found is None:
            facts = self.today(run.provider_id) if today else self.then(run)
            text = facts.shared(frozenset(facts.tables), until=Month.of(run.period))
            found = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
            self._digests[run.pk, today] = found
        return found


def newest(*, after: int, until: int, limit: int) -> list[Newest]:
    """The newest charge of each account behind ``after``, up to ``until``, with the proof of it."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, {"after": after, "until": until, "limit": limit})
        return [Newest._make(row) for row in cursor.fetchall()]


def longest_ago(at_most: int) -> LongestAgo | None:
    """The last of so many proofs that were looked at longest ago; None: there are no more."""
    with connection.cursor() as cursor:
        cursor.execute(_LONGEST_AGO, [at_most - 1])
        found: LongestAgo | None = cursor.fetchone()
    return found


class Unmoved(NamedTuple):
    """The accounts that were proved and have not moved since; the rows of those ``compared`` say so."""

    accounts: set[int]
    compared: list[int]


def unmoved(found: Sequence[Newest], *, prices: RunPrices, until: LongestAgo | None = None) -> Unmoved:
    """The accounts of these that were proved with this charge, and of which nothing has moved since.

    Of those whose proofs were looked at last, behind ``until``, it is believed: charges and what they rest on
    are only added to, and nothing was added. The rows of the others are counted again; None: of all.
    """
    same = [
        each
        for each in found
        if each.prices is not None
        and each.prices == prices.digest(prices.run(each.run_id), today=bool(each.prices_of_today))
    ]
    again = [
        each
        for each in same
        if until is None or (each.proved_at is not None and (each.proved_at, each.account_id) <= until)
    ]
    lines = _line_fingerprints([each.account_id for each in again])
    facts = _fact_fingerprints({each.account_id: each.known_at for each in again})
    compared = [
        each.account_id
        for each in again
        if (each.lines, each.facts) == (lines[each.account_id], facts[each.account_id])
    ]
    believed = {each.account_id for each in same} - {each.account_id for each in again}
    return Unmoved(believed | set(compared), compared)


def proofs(
    charges: Sequence[Charge],
    known: Mapping[int, ChargedFacts],
    *,
    wrong: Collection[int],
    prices: RunPrices,
) -> list[Proof]:
    """Proofs of the accounts that are not ``wrong``.

    Who could only be told by what is known today has none: each of its news would look like a change.
    """
    good = [
        charge
        for charge in charges
        if charge.account_id not in wrong
        and (found := known.get(charge.account_id)) is not None
        and found.exact
        and not found.facts_of_today
    ]
    lines = _line_fingerprints([charge.account_id for charge in good])
    facts = _fact_fingerprints({charge.account_id: charge.known_at for charge in good})
    found_proofs = []
    for charge in good:
        key, today = charge.account_id, known[charge.account_id].prices_of_today
        digest = prices.digest(charge.run, today=today)
        found_proofs.append(Proof(key, charge.pk, lines[key], facts[key], digest, today))
    return found_proofs


def _line_fingerprints(account_ids: Sequence[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [list(account_ids)])
        found = {int(key): int(bits) for key, bits in cursor.fetchall()}
    posted = charge_fingerprints(account_ids)
    return {key: bits ^ posted[key] for key, bits in found.items()}


def _fact_fingerprints(known: Mapping[int, datetime]) -> dict[int, int]:
    contracts = contract_fingerprints(known)
    with connection.cursor() as cursor:
        cursor.execute(_HOUSES, [list(known)])
        houses = {int(key): int(bits) for key, bits in cursor.fetchall()}
    return {
        key: bits ^ contracts.get(key, 0) ^ houses.get(key, 0)
        for key, bits in metering_fingerprints(known).items()
    }
