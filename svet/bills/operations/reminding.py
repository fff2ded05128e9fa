"""The reminder before the due date, for those who still owe.

Every batch is one transaction that writes down whom it reminds and promises the telling: a run that is
killed or repeated reminds nobody twice, and the next one goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from svet.accounts import queries as account_queries
from svet.accounts.rules import Right
from svet.arrangements.queries import promised_left
from svet.arrangements.queries.plans import paid_in_parts
from svet.bills import events, queries
from svet.bills.models import DueReminder
from svet.bills.rules import accounts_label, still_owed
from svet.kernel.foretold import Ending, told_early
from svet.kernel.money import ZERO
from svet.kernel.once import insert_absent
from svet.kernel.places import Place
from svet.kernel.transactions import use_case
from svet.kernel.underway import underway
from svet.ledger import queries as ledger
from svet.look.formats import day, roubles
from svet.notices import operations as notices
from svet.notices.operations import NoticeMessage
from svet.people import queries as people

PEOPLE_PER_BATCH: Final = 1_000


def remind_of_due(*, now: datetime) -> int:
    """Remind those who may pay and whose accounts still owe of a due date that comes near.

    Whoever holds several such accounts gets one notice for each due date: the whole sum, the first account
    and how many more. Says how many notices were made.
    """
    told = 0
    for today, providers in account_queries.providers_to_remind(now).items():
        if not queries.anything_due(today=today):
            continue
        provider_ids = [provider.provider_id for provider in providers]
        after = 0
        while True:
            with use_case():
                held = account_queries.next_holders(
                    provider_ids=provider_ids,
                    right=Right.PAY,
                    today=today,
                    after=after,
                    limit=PEOPLE_PER_BATCH,
                )
                if not held:
                    break
                told += _remind(held, today=today, now=now)
                after = max(held)
    return told


def _remind(held: Mapping[int, Sequence[int]], *, today: date, now: datetime) -> int:
    """Remind the people of a batch, given with their accounts."""
    account_ids = sorted({account_id for accounts in held.values() for account_id in accounts})
    # Whoever pays in parts is asked by that; of a debt that is promised for a day to come only what is new.
    in_parts, promised = paid_in_parts(account_ids), promised_left(account_ids, today=today)
    asked = [account_id for account_id in account_ids if account_id not in in_parts]
    bills = queries.due_bills(account_ids=asked, today=today)
    # What the bank has taken is not asked for once more, however long it is on its way.
    balances, moving = ledger.balances(list(bills)), underway(list(bills))
    owed = {
        account_id: still_owed(
            payable=bill.payable_kopecks,
            balance=balances[account_id].kopecks - moving.get(account_id, 0),
            promised=max(promised.get(account_id, ZERO).kopecks - moving.get(account_id, 0), 0),
        )
        for account_id, bill in bills.items()
    }
    known = {
        (*pair, on)
        for on in {bills[account_id].due_on for account_id, sum_owed in owed.items() if sum_owed}
        for pair in told_early(person_ids=held, ending=Ending.DUE, on=on)
    }
    # In the order of each person's accounts: the first one is named.
    rows = [
        (account_id, person_id, bills[account_id].due_on, now)
        for person_id, accounts in held.items()
        for account_id in accounts
        if owed.get(account_id) and (person_id, account_id, bills[account_id].due_on) not in known
    ]
    columns = ("account_id", "person_id", "due_on", "told_at")
    fresh = {row[:2] for row in insert_absent(model=DueReminder, columns=columns, rows=rows)}
    notes: dict[tuple[int, date], list[int]] = {}
    for account_id, person_id, due_on, _at in rows:
        if (account_id, person_id) in fresh:
            notes.setdefault((person_id, due_on), []).append(account_id)
    recipients = people.recipients_of({person_id for person_id, _due_on in notes})
    tidings = [
        NoticeMessage(
            recipients[person_id],
            {
                "account": accounts_label([bills[account_id].account.number for account_id in accounts]),
                "total": roubles(sum(owed[account_id] for account_id in accounts)),
                "due": day(due_on),
            },
            Place("payment"),
        )
        for (person_id, due_on), accounts in notes.items()
        if person_id in recipients
    ]
    notices.notify_many(event=events.DUE_NEAR, tidings=tidings, now=now)
    return len(tidings)


def forget_due_told(*, before: datetime, most: int) -> int:
    """Delete what was told of days to pay by that were before a moment, ``most`` rows; says how many."""
    oldest = DueReminder.objects.order_by("pk").values_list("pk", "due_on")[:most]
    keys = [key for key, on in oldest if on < before.date()]
    with use_case():
        return DueReminder.objects.filter(pk__in=keys).delete()[0] if keys else 0
