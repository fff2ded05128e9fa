"""What a key for programs may be bound to: accounts and standing meters of the person's own."""

from __future__ import annotations

from collections.abc import Collection

from svet.accounts.queries import AccountNotFound, AccountReason, visible_accounts, visible_ids
from svet.kernel.actors import Actor
from svet.metering.models import Meter
from svet.metering.queries.meters import MeterNotFound, MeterReason
from svet.people.rules import KeyBound


def key_bounds(
    actor: Actor, *, account_public_ids: Collection[str], meter_public_ids: Collection[str]
) -> frozenset[KeyBound] | None:
    """The bounds of a key by outside ids; None when neither is given: the whole cabinet.

    :raises AccountNotFound: :raises MeterNotFound: one is absent, taken down or not for the actor
    """
    accounts, meters = set(account_public_ids), set(meter_public_ids)
    if not accounts and not meters:
        return None
    seen = {view.public_id for view in visible_accounts(actor, public_ids=accounts)}
    if seen != accounts:
        raise AccountNotFound(AccountReason.NOT_FOUND, field="account_ids")
    standing = Meter.objects.filter(
        public_id__in=meters, removed_on__isnull=True, account__in=visible_ids(actor)
    )
    found = dict(standing.values_list("public_id", "account__public_id"))
    if set(found) != meters:
        raise MeterNotFound(MeterReason.NOT_FOUND, field="meter_ids")
    whole = {KeyBound(account) for account in accounts}
    return frozenset(whole | {KeyBound(account, meter) for meter, account in found.items()})
