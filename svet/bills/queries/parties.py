"""Who is asked to pay whom, as the registry has them."""

from __future__ import annotations

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountView, ProviderView
from svet.bills.rules import BillPayee, BillPayer
from svet.site import queries as site


def payee_of(provider: ProviderView) -> BillPayee:
    """The supplier with its requisites."""
    return BillPayee(
        name=provider.name,
        legal_name=provider.legal_name or provider.name,
        service=provider.service,
        inn=provider.inn,
        kpp=provider.kpp,
        settlement_account=provider.settlement_account,
        bank_name=provider.bank_name,
        bic=provider.bic,
        correspondent_account=provider.correspondent_account,
        hotline=provider.hotline or site.installation().hotline,
        color=provider.logo_color,
    )


def payer_of(account: AccountView) -> BillPayer:
    """The holder and the address, also as they are masked."""
    return BillPayer(
        account_number=account.number,
        name=account_queries.shown_holder(account, confirmed=True),
        masked_name=account_queries.shown_holder(account, confirmed=False),
        address=account_queries.shown_address(account, confirmed=True),
        masked_address=account_queries.shown_address(account, confirmed=False),
    )
