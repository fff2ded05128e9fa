"""Reads: the one guard of accounts, a person's cabinet, who holds an account, suppliers and the registry.

``household``, ``finding``, ``office``, ``delivering``, ``copies``, ``contracts`` and ``terms`` are asked by
their own names.
"""

from svet.accounts.queries.cards import AccountCard, GroupView, cabinet, card_of, row_names
from svet.accounts.queries.guard import (
    AccountNotFound,
    AccountReason,
    account_for,
    confirmed_accounts,
    first_account,
    is_confirmed,
    may_manage,
    visible_accounts,
    visible_ids,
)
from svet.accounts.queries.holding import (
    Holder,
    holders,
    next_holders,
    people_by_account,
    people_of,
    recipients_of,
)
from svet.accounts.queries.registry import (
    AccountKey,
    PrintedAccount,
    account_count,
    account_keys,
    accounts_by_id,
    accounts_by_number,
    accounts_of_phone,
    accounts_of_provider,
    link_proofs,
    printed_accounts,
)
from svet.accounts.queries.suppliers import (
    account_lengths,
    charging_providers,
    home_region,
    provider_by_id,
    provider_today,
    providers,
    providers_to_remind,
    time_zones,
)
from svet.accounts.queries.views import (
    AccountView,
    PremisesView,
    ProviderView,
    shown_address,
    shown_holder,
)

__all__ = [
    "AccountCard",
    "AccountKey",
    "AccountNotFound",
    "AccountReason",
    "AccountView",
    "GroupView",
    "Holder",
    "PremisesView",
    "PrintedAccount",
    "ProviderView",
    "account_count",
    "account_for",
    "account_keys",
    "account_lengths",
    "accounts_by_id",
    "accounts_by_number",
    "accounts_of_phone",
    "accounts_of_provider",
    "cabinet",
    "card_of",
    "charging_providers",
    "confirmed_accounts",
    "first_account",
    "holders",
    "home_region",
    "is_confirmed",
    "link_proofs",
    "may_manage",
    "next_holders",
    "people_by_account",
    "people_of",
    "printed_accounts",
    "provider_by_id",
    "provider_today",
    "providers",
    "providers_to_remind",
    "recipients_of",
    "row_names",
    "shown_address",
    "shown_holder",
    "time_zones",
    "visible_accounts",
    "visible_ids",
]
