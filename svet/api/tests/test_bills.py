"""A bill by the API: the sums of the page and the PDF, by their names."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from svet.accounts.tests.factories import make_link
from svet.api.tests.test_v1 import Program
from svet.billing.rules.explanation import read, replayed
from svet.billing.tests.factories import NOVEMBER
from svet.bills.tests.test_chain import OCTOBER, SEPTEMBER, charge, document, issue, live, post
from svet.ledger.rules import TransactionKind
from svet.look.formats import roubles
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


def test_bill_names_its_sums_as_page_and_paper_do() -> None:
    account, _meter = live()
    anna = make_person()
    make_link(person=anna, account=account, confirmed=True)
    for month in (SEPTEMBER, OCTOBER, NOVEMBER):
        charge(month)
        issue(month)
        post(account, -10_000, on=month.day(28))
    post(account, 3_000, on=date(2026, 12, 2), kind=TransactionKind.REFUND)
    program = Program(anna)
    newest, middle, _first = program.get("/bills").json()
    assert newest["opening_kopecks"] == middle["closing_kopecks"]
    found = program.get(f"/bills/{newest['id']}").json()
    sums = document(account, NOVEMBER).sums
    for name in ("opening", "charged", "earlier", "recalculated", "paid", "refunded", "closing", "payable"):
        assert found[f"{name}_kopecks"] == newest[f"{name}_kopecks"] == getattr(sums, name)
    assert found["movements"] == [{"kind": "payment", "on": "2026-10-28", "kopecks": -10_000, "late": True}]
    secret = {"Authorization": f"Bearer {program.secret}"}
    content = program.client.get(f"/api/v1/bills/{newest['id']}/pdf", headers=secret).content
    file = program.client.get(f"/api/v1/bills/{newest['id']}/calculation", headers=secret)
    assert file["Content-Type"] == "application/json"
    assert replayed(read(file.text)) == []
    paper = PdfReader(BytesIO(content)).pages[0].extract_text().replace("\xa0", " ")
    for name in ("opening", "charged", "closing"):
        assert roubles(found[f"{name}_kopecks"]).replace("\xa0", " ") in paper
    assert "28.10.2026" in paper


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_a_statement_of_any_days_is_a_file_for_whoever_sees_the_bills(kind: str) -> None:
    account, _meter = live()
    anna, vera = make_person(), make_person(first_name="Вера")
    make_link(person=anna, account=account, confirmed=True)
    charge(SEPTEMBER)
    issue(SEPTEMBER)
    post(account, -10_000, on=date(2026, 10, 1))
    path = f"/api/v1/accounts/{account.public_id}/reconciliation.{kind}"

    def get(program: Program, query: str) -> Any:
        return program.client.get(path + query, headers={"Authorization": f"Bearer {program.secret}"})

    program = Program(anna)
    found = get(program, "?since=2026-09-01&until=2026-10-01")
    assert found.status_code == 200
    # The first day after it is not of the period, as everywhere in the API.
    assert f"-2026-09-01-2026-09-30.{kind}" in found["Content-Disposition"]
    if kind == "pdf":
        paper = PdfReader(BytesIO(found.content)).pages[0].extract_text()
        assert "Начислено за сентябрь 2026" in paper.replace("\xa0", " ")
        assert "01.10.2026" not in paper
    for query, field in (
        ("?until=2026-10-01", "since"),
        ("?since=2026-09-01&until=2026-09-01", "until"),
        ("?since=2026-09-01&until=0001-01-01", "until"),
        ("?since=2010-09-01&until=2026-09-01", "since"),
        ("?since=2026-09-01&until=2199-01-01", "until"),
        ("?since=2026-09-01&until=9999-12-31", "until"),
    ):
        problem = get(program, query)
        assert (problem.status_code, problem.json()["field"]) == (422, field)
    assert get(Program(vera), "?since=2026-09-01&until=2026-10-01").status_code == 404


def test_a_certificate_is_asked_for_listed_and_fetched_by_whoever_sees_the_bills() -> None:
    account, _meter = live()
    anna, vera = make_person(), make_person(first_name="Вера")
    make_link(person=anna, account=account, confirmed=True)
    path = f"/accounts/{account.public_id}/certificates"
    program, stranger = Program(anna), Program(vera)
    first = program.post(path, {})
    assert first.status_code == 201
    assert program.post(path, {}, key="k2").json() == first.json()
    found = first.json()
    assert (found["kind"], found["owed_kopecks"], found["seq"]) == ("no_debt", 0, 0)
    assert found["check_url"].endswith(f"/check/{found['code']}/")
    assert program.get(path).json() == [found]
    file = program.get(f"{path}/{found['id']}/pdf")
    assert (file["Content-Type"], file.content[:4]) == ("application/pdf", b"%PDF")
    assert program.get(f"{path}/{account.public_id}/pdf").status_code == 404
    for refused in (stranger.post(path, {}), stranger.get(path), stranger.get(f"{path}/{found['id']}/pdf")):
        assert refused.status_code == 404
    post(account, 5_000, on=date(2026, 7, 1), kind=TransactionKind.OPENING)
    late = program.post(path, {}, key="k3")
    assert (late.status_code, late.json()["code"]) == (422, "debt_overdue")


def test_a_statement_of_use_is_asked_for_listed_and_fetched_by_whoever_sees_the_bills() -> None:
    account, _meter = live()
    anna, vera = make_person(), make_person(first_name="Вера")
    make_link(person=anna, account=account, confirmed=True)
    path = f"/accounts/{account.public_id}/consumption"
    program, stranger = Program(anna), Program(vera)
    asked = {"since": "2026-07", "until": "2026-08"}
    none = program.post(path, asked)
    assert (none.status_code, none.json()["code"]) == (422, "account_without_months")
    post(account, 5_000, on=date(2026, 7, 1), kind=TransactionKind.OPENING)
    first = program.post(path, asked, key="k2")
    assert first.status_code == 201
    found = first.json()
    assert program.post(path, asked, key="k3").json() == found
    assert [each["closing_kopecks"] for each in found["months"]] == [5_000, 5_000]
    assert (found["unit"], found["debt"], found["plan_kept"]) == ("kwh", "overdue", None)
    assert program.get(path).json() == [found]
    for kind, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert program.get(f"{path}/{found['id']}/{kind}").content[: len(start)] == start
    wrong = program.post(path, {"since": "2026-08", "until": "2026-07"}, key="k4")
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (
        422,
        "months_reversed",
        "until",
    )
    for refused in (
        stranger.post(path, asked),
        stranger.get(path),
        stranger.get(f"{path}/{found['id']}/pdf"),
    ):
        assert refused.status_code == 404
