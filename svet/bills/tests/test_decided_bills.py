"""What a bill says of what people have decided: the document, the sum, and that it is no more decided."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from svet.accounts.models import Account
from svet.billing.models import OverrideRow
from svet.billing.operations.decisions import decide, preview_new, undo_decision
from svet.billing.rules.decisions import NewDecision
from svet.billing.rules.facts import OverrideKind
from svet.bills import queries, texts
from svet.bills.drawing import draw
from svet.bills.queries import BillView
from svet.bills.tests.test_recalculation import NOW, _russian, bill, corrections, live, plain
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.ledger import queries as ledger

pytestmark = pytest.mark.django_db
ROBOT = Actor.system("test")
MAY = Month(2026, 5)
__all__ = ["_russian"]


def decided(account: Account, kind: OverrideKind, month: str, **more: object) -> str:
    first = Month.parse(month)
    new = NewDecision(kind=kind, document="акт № 9", since=first, until=first, **more)  # type: ignore[arg-type]
    seen = preview_new(by=ROBOT, account_public_id=account.public_id, new=new, now=NOW)
    return decide(
        by=ROBOT, account_public_id=account.public_id, new=new, reason="по жалобе", shown=seen.shown, now=NOW
    ).public_id


def printed(view: BillView) -> str:
    pages = PdfReader(BytesIO(draw(view.document, masked=False))).pages
    return plain(" ".join(page.extract_text() for page in pages))


def test_a_void_month_names_its_document_and_its_undoing() -> None:
    account, _ = live(100, 200, 300, since=MAY)
    bill(account, "2026-05")
    name = decided(account, OverrideKind.NO_CHARGE, "2026-05")
    view = bill(account, "2026-06")
    (line,) = corrections(view)
    assert plain(texts.line_formula(line)) == (
        "было 100 кВт·ч × 4,85 = 485,00 ₽; стало 0 кВт·ч × 4,85 = 0,00 ₽; разница −485,00 ₽"
    )
    assert plain(texts.foundation(line)) == f"по решению: акт № 9 от {NOW:%d.%m.%Y}"
    assert view.document.sums.closing == 48_500
    assert "по решению: акт № 9" in printed(view)
    undo_decision(by=ROBOT, decision_public_id=name, reason="ошибка", now=NOW)
    view = bill(account, "2026-07")
    (line,) = corrections(view)
    assert plain(texts.foundation(line)) == f"отменено решение: акт № 9 от {NOW:%d.%m.%Y}"
    assert view.document.sums.closing == ledger.balance(account.pk).kopecks == 145_500
    assert queries.broken() == queries.broken_chain() == []


def test_a_sum_of_the_month_itself_is_a_line_without_consumption() -> None:
    account, _ = live(100, 200, 300, since=MAY)
    bill(account, "2026-05")
    decided(account, OverrideKind.CREDIT, "2026-06", kopecks=-50_000)
    view = bill(account, "2026-06")
    own, given = view.document.lines
    assert (own.kwh, own.kopecks) == (Decimal(100), 48_500)
    assert texts.line_title(given) == "Сумма по решению"
    assert plain(texts.line_formula(given)) == "−500,00 ₽"
    assert plain(texts.foundation(given)).startswith("по решению: акт № 9 от")
    assert view.document.sums.closing == 47_000
    # Nobody has used less, and no price has changed.
    assert view.document.kwh == 100
    assert "100 кВт·ч" in plain(texts.sentence(view.comparison))
    assert "тариф не менялся" in plain(texts.sentence(view.comparison))
    said = printed(view)
    assert "Сумма по решению" in said
    assert "−500,00" in said


def test_a_sum_for_an_earlier_month_is_added_to_what_it_was() -> None:
    account, _ = live(100, 200, since=MAY)
    bill(account, "2026-05")
    decided(account, OverrideKind.CREDIT, "2026-05", kopecks=-10_000)
    (line,) = corrections(bill(account, "2026-06"))
    assert plain(texts.line_formula(line)) == (
        "было 100 кВт·ч × 4,85 = 485,00 ₽; стало 100 кВт·ч × 4,85 − 100,00 ₽ = 385,00 ₽; разница −100,00 ₽"
    )
    assert plain(texts.foundation(line)).startswith("по решению: акт № 9")


def test_losses_have_a_line_with_their_share_and_change_no_reading() -> None:
    account, _ = live(100, 200, 300, since=MAY)
    OverrideRow.objects.create(
        account=account, kind="losses", since=MAY.first, percent=Decimal("2.5"), document="акт границ № 3",
        reason="прибор во дворе", by_name="test", known_at=NOW, signed_at=NOW,
    )  # fmt: skip
    view = bill(account, "2026-05")
    own, lost = view.document.lines
    assert [(own.basis, int(own.kwh)), (lost.basis, int(lost.kwh))] == [("reading", 100), ("losses", 3)]
    assert plain(texts.line_formula(lost)) == "3 кВт·ч × 4,85 ₽ = 14,55 ₽"
    assert plain(texts.foundation(lost)) == f"по решению: акт границ № 3, 2,5 % от {NOW:%d.%m.%Y}"
    (row,) = view.document.readings
    assert int(row.kwh) == 100
    assert "потери" in printed(view)


def test_a_decided_volume_of_the_month_says_by_what() -> None:
    account, meter = live(100, 200, since=MAY)
    bill(account, "2026-05")
    decided(account, OverrideKind.VOLUME, "2026-06", zone="single", kwh=Decimal(60))
    view = bill(account, "2026-06")
    (line,) = view.document.lines
    assert (line.basis, int(line.kwh), line.meter_serial) == ("override", 60, meter.serial)
    assert plain(texts.foundation(line)).startswith("по решению: акт № 9")
