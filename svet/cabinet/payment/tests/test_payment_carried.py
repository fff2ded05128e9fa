from __future__ import annotations

import pytest

from svet.cabinet.payment.form import LONGEST_SHOWN, carried, carried_in


@pytest.mark.parametrize("sign", ["1", "я", "€", "😀"])
def test_a_long_wrong_sum_keeps_its_account_and_its_tick(sign: str) -> None:
    row = ("account", sign * LONGEST_SHOWN, True)
    assert carried_in(carried([row])) == [row]
