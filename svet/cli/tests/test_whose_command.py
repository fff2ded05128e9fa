"""``svet bills whose``: of which bill a PDF is that somebody shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from svet.bills.models import Bill
from svet.bills.operations import pdf_of
from svet.bills.tests.test_printing import NOW, billed
from svet.cli.billing.papers import tell_whose
from svet.config.failures import Failure

pytestmark = pytest.mark.django_db


def test_a_paper_is_ours_to_the_byte_or_not_at_all(tmp_path: Path) -> None:
    billed(2)
    bill = Bill.objects.earliest("pk")
    paper = tmp_path / "bill.pdf"
    paper.write_bytes(pdf_of(bill.pk, masked=False, now=NOW))
    said: list[str] = []
    tell_whose(paper, say=said.append)
    assert said == [
        f"bill {bill.number} of account {bill.account.number}, with the holder's name,"
        f" first given out on {NOW.date()}"
    ]
    paper.write_bytes(paper.read_bytes() + b"\n")
    with pytest.raises(Failure, match="no PDF of a bill with these bytes was given out here"):
        tell_whose(paper, say=said.append)
