"""Control digits of requisites: published ones pass, and no single slip of a finger does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from svet.accounts.models import Provider
from svet.accounts.rules import requisites
from svet.accounts.tests.factories import make_provider

BIC = "044525225"  # as the banks publish them
GOOD: dict[str, tuple[Callable[[str], bool], tuple[str, ...]]] = {
    "inn": (requisites.is_inn, ("7707083893", "7736050003", "500100732259")),
    "bic": (requisites.is_bic, (BIC, "047501711")),
    "kpp": (requisites.is_kpp, ("773601001", "7736AZ001")),
    "account": (
        lambda text: requisites.is_settlement_account(text, bic=BIC),
        ("40702810938000000001",),
    ),
    "correspondent": (
        lambda text: requisites.is_correspondent_account(text, bic=BIC),
        ("30101810400000000225",),
    ),
}


@pytest.mark.parametrize("kind", GOOD)
def test_published_requisites_pass(kind: str) -> None:
    fits, texts = GOOD[kind]
    assert all(map(fits, texts))


@pytest.mark.parametrize("kind", ["inn", "account", "correspondent"])
def test_one_wrong_digit_never_passes(kind: str) -> None:
    fits, texts = GOOD[kind]
    for text in texts:
        slips = [
            text[:place] + digit + text[place + 1 :]
            for place in range(len(text))
            for digit in "0123456789"
            if digit != text[place]
        ]
        assert not [slip for slip in slips if fits(slip)]


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("text", ["", "0" * 10, "٧٧٠٧٠٨٣٨٩٣", "77070838", "x" * 20, "1" * 500])
def test_what_is_none_never_passes(kind: str, text: str) -> None:
    assert not GOOD[kind][0](text)


def test_an_account_of_another_bank_is_noticed() -> None:
    assert not requisites.is_settlement_account("40702810938000000001", bic="047501711")
    assert not requisites.is_correspondent_account("30101810400000000225", bic="044525974")


@pytest.mark.django_db
def test_a_service_nobody_has_words_for_never_enters_the_table() -> None:
    supplier = make_provider()
    with pytest.raises(IntegrityError, match="provider_service_known"), transaction.atomic():
        Provider.objects.filter(pk=supplier.pk).update(service="internet")
