"""«Оплата» of a landlord: a part of the rows is drawn, and the button, ticks and sums stay those of all."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from svet.cabinet.payment.form import carried, carried_in
from svet.cabinet.payment.tests.test_payment import signed_in, text_of, words
from svet.cabinet.payment.tests.test_payment_rows import accounts_of, household
from svet.cabinet.shell.slices import ROWS
from svet.payments.models import OrderLine
from svet.people.models import Person

pytestmark = pytest.mark.django_db

EACH = ROWS + 5


class Fields(HTMLParser):
    """What a browser would send of the form of «Оплата», and how many rows it shows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        #: Of the other parts.
        self.ticked: list[str] = []
        self.owed: dict[str, str] = {}
        self.lines = page.count('class="line"')
        self.feed(page.split('id="pay"')[1].split("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if told.get("name") == "rest":
            for account, text, ticked in carried_in(told.get("value") or ""):
                self.owed[account] = text
                self.ticked += [account] * ticked
        name = told.get("name")
        if tag != "input" or not name or (told.get("type") == "checkbox" and "checked" not in told):
            return
        self.sent.setdefault(name, []).append(told.get("value") or "")


def go(page: str, words_of: str) -> str:
    found = re.search(rf'name="go" value="([^"]+)">(?:<span>|<svg.*?</svg><span>){words_of}', page)
    assert found is not None
    return found[1]


def sent(client: Client, fields: Fields, *, show: str = "", **more: str) -> str:
    answer = client.post(f"/payment/pay/{show}", fields.sent | more)
    assert answer.status_code in (200, 422), answer.status_code
    return answer.content.decode()


@pytest.fixture
def anna() -> Person:
    """Two groups of ``EACH``; of three accounts one owes 300 roubles, one nothing, one has paid too much."""
    return household(groups=2, each=EACH)


def test_every_account_stands_in_one_part_and_the_sums_are_of_all(anna: Person) -> None:
    client = signed_in(anna)
    page = text_of(client.get("/payment/"))
    seen: list[str] = []
    while True:
        assert "Оплатить 6 000,00 ₽" in words(page).replace("Оплатить  ", "Оплатить ")
        assert f"К оплате: {2 * EACH // 3}" in words(page)
        assert f"Все: {2 * EACH}" in words(page)
        fields = Fields(page)
        assert len(fields.sent.get("tick", []) + fields.ticked) == 2 * EACH // 3
        seen += re.findall(r'id="amount-([^"]+)"', page)
        if "Следующие" not in page:
            break
        assert fields.lines == ROWS
        page = sent(client, fields, go=go(page, "Следующие"))
    assert sorted(seen) == sorted(account.public_id for account in accounts_of(anna))
    assert not OrderLine.objects.exists()


def test_the_button_pays_what_is_ticked_in_every_part(anna: Person) -> None:
    client = signed_in(anna)
    page = text_of(client.get("/payment/"))
    assert re.search("На других страницах отмечено: 10 ?, на 3 000,00 ₽", words(page))
    answer = client.post("/payment/pay/", Fields(page).sent | {"email": "anna@example.org"})
    assert answer.status_code == 303
    assert OrderLine.objects.count() == 2 * EACH // 3


def test_what_was_typed_and_unticked_goes_along_from_part_to_part(anna: Person) -> None:
    client = signed_in(anna)
    page = text_of(client.get("/payment/"))
    fields = Fields(page)
    first, second = [tick for tick in fields.sent["tick"] if f'id="amount-{tick}"' in page][:2]
    paid = next(name for name, value in fields.sent.items() if name.startswith("amount-") and value == [""])
    fields.sent["tick"] = [
        *(tick for tick in fields.sent["tick"] if tick != first),
        paid.removeprefix("amount-"),
    ]
    fields.sent |= {f"amount-{second}": ["12,50"], paid: ["7,00"]}
    other = sent(client, fields, go=go(page, "Следующие"))
    assert f'id="amount-{second}"' not in other
    assert "Оплатить 5 419,50 ₽" in words(other)
    back = sent(client, Fields(other), go=go(other, "Предыдущие"))
    again = Fields(back)
    assert first not in again.sent["tick"]
    assert again.sent[f"amount-{second}"] == ["12,50"]
    assert again.sent[f"amount-{first}"] == ["300,00"]
    assert again.sent[paid] == ["7,00"]
    assert "Оплатить 5 419,50 ₽" in words(back)
    # Counting anew stays where one is.
    assert re.findall(r'id="amount-([^"]+)"', sent(client, again, recount="1")) == re.findall(
        r'id="amount-([^"]+)"', back
    )


def test_a_wrong_sum_of_another_part_is_shown_where_it_can_be_mended(anna: Person) -> None:
    client = signed_in(anna)
    page = text_of(client.get("/payment/"))
    fields = Fields(page)
    first = next(tick for tick in fields.sent["tick"] if f'id="amount-{tick}"' in page)
    fields.sent[f"amount-{first}"] = ["сто"]
    other = sent(client, fields, go=go(page, "Следующие"))
    refused = client.post("/payment/pay/", Fields(other).sent)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert f'id="amount-{first}_error"' in text
    assert 'value="сто"' in text
    assert not OrderLine.objects.exists()


def test_everything_is_ticked_and_unticked_without_javascript_in_every_part(anna: Person) -> None:
    client = signed_in(anna)
    page = text_of(client.get("/payment/"))
    nothing = sent(client, Fields(page), recount="all")
    assert "tick" not in Fields(nothing).sent
    assert not Fields(nothing).ticked
    assert len(Fields(nothing).owed) == EACH // 3
    assert "data-elsewhere hidden" in nothing
    everything = sent(client, Fields(nothing), recount="all")
    assert len(Fields(everything).sent["tick"] + Fields(everything).ticked) == 2 * EACH // 3


def test_of_who_owes_only_those_are_drawn_and_the_filter_stays(anna: Person) -> None:
    client = signed_in(anna)
    page = text_of(client.get("/payment/?show=debts"))
    assert Fields(page).lines == 2 * EACH // 3
    assert "Следующие" not in page


@pytest.mark.parametrize("start", ["gone", "'\"><b>", "x" * 5_000])
def test_a_part_that_is_not_there_is_the_first(anna: Person, start: str) -> None:
    client = signed_in(anna)
    page = text_of(client.get("/payment/"))
    answer = sent(client, Fields(page), go=start)
    assert re.findall(r'id="amount-([^"]+)"', answer) == re.findall(r'id="amount-([^"]+)"', page)
    assert "<b>" not in answer


def test_two_hundred_debts_are_a_small_page_in_as_many_statements_as_one() -> None:
    counts = []
    for each in (4, 200):
        client = signed_in(household(groups=1, each=each, debts=(300_00,)))
        client.get("/payment/")
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/payment/").content
        counts.append(len(asked))
    assert len(set(counts)) == 1
    assert len(page) < 60_000, len(page)


def test_the_button_offers_no_more_than_one_payment_takes_and_the_page_says_so() -> None:
    client = signed_in(household(groups=1, each=60, debts=(300_00,)))
    page = text_of(client.get("/payment/"))
    assert "не больше 50 лицевых счетов" in words(page)
    fields = Fields(page)
    assert len(fields.sent["tick"]) + len(fields.ticked) == 50
    answer = client.post("/payment/pay/", fields.sent | {"email": "anna@example.org"})
    assert answer.status_code == 303
    assert OrderLine.objects.count() == 50


def test_no_tick_is_lost_on_the_way_to_another_part() -> None:
    client = signed_in(household(groups=1, each=210, debts=(300_00,)))
    fields = Fields(sent(client, Fields(client.get("/payment/").content.decode()), recount="all"))
    assert len(fields.sent["tick"]) + len(fields.ticked) == 210
    page = client.post("/payment/pay/", fields.sent | {"go": fields.ticked[-1]}).content.decode()
    again = Fields(page)
    assert len(again.sent["tick"]) + len(again.ticked) == 210
    refused = client.post("/payment/pay/", again.sent)
    assert refused.status_code == 422
    kept = Fields(refused.content.decode())
    assert len(kept.sent["tick"]) + len(kept.ticked) == 210


@pytest.mark.parametrize("typed", ["300,00", "", "1 000,50", "сто +a=1", "=;&\"'<b>%", "%2B"])
def test_what_is_carried_comes_back_as_it_was_typed(typed: str) -> None:
    rows = [("abc-1", typed, True), ("def_2", typed, False)]
    assert carried_in(carried(rows)) == rows


@pytest.mark.parametrize("field", ["", "+", "+=1", "*a=1", "+a b=1", "+a/b=1", "a=1", "+" + "a" * 41 + "=1"])
def test_what_was_not_carried_is_left_out(field: str) -> None:
    assert carried_in(field) in ([], [("a", "", True)])


def test_strangers_accounts_carried_in_the_field_are_nobodys(anna: Person) -> None:
    vera = signed_in(household(groups=1, each=4))
    foreign = accounts_of(anna)[0].public_id
    page = text_of(vera.get("/payment/"))
    sent_along = {"rest": f"+{foreign}=300,00", "email": "v@e.org"}
    answer = vera.post("/payment/pay/", Fields(page).sent | sent_along)
    assert answer.status_code == 404
    assert not OrderLine.objects.exists()
