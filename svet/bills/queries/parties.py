"""Who is asked to pay whom, as the registry has them."""

from __future__ import annotations

from svet.accounts.queries import PrintedAccount, ProviderView
from svet.bills.rules import BillPayee, BillPayer
from svet.kernel.making import quickly
from svet.site import queries as site

_payer = quickly(BillPayer)


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


def payer_of(account: PrintedAccount) -> BillPayer:
    """The holder and the address, also as they are masked."""
    return _payer(
        account.number, account.holder, account.masked_holder, account.address, account.masked_address
    )
