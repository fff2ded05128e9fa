"""The day without a database: sentence, tasks and their order, in each state and Russian plural."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import translation

from svet.bills.rules.arrears import PromisedPart
from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month
from svet.kernel.places import Place
from svet.metering.rules import window
from svet.today.rules import (
    AccountFactsOfDay,
    BillFacts,
    CabinetFacts,
    DayPlan,
    DayState,
    DutyKind,
    MeterFacts,
    OpenInvitation,
    PlanAsk,
    StuckPayment,
    arrears,
    plan,
)
from svet.today.texts import action, badge, duty_note, duty_title, headline, how_far, notes

TODAY = date(2026, 12, 8)
DUE = date(2026, 12, 15)
WAITS, SENT = MeterFacts(True, None), MeterFacts(False, None)


def bill(
    closing: int, *, due_on: date = DUE, taken: int = 0, issued_on: date = date(2026, 11, 27)
) -> BillFacts:
    return BillFacts("bill", Month.of(due_on).plus(-1), issued_on, due_on, closing, taken)


def account(
    balance: int = 0, *, today: date = TODAY, title: str = "квартира", **changes: object
) -> AccountFactsOfDay:
    """One that owes what its bill says; nothing waits."""
    base = AccountFactsOfDay(
        public_id=title,
        title=title,
        today=today,
        balance=Money(balance),
        transit=ZERO,
        bills=(bill(balance),),
        meters=(SENT,),
        window=window(today, window_from_day=15, window_to_day=25),
        may_pay=True,
        may_submit=True,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def day(*accounts: AccountFactsOfDay, today: date = TODAY, **more: object) -> DayPlan:
    return plan(CabinetFacts(today, accounts, **more))  # type: ignore[arg-type]


def said(found: DayPlan) -> str:
    """Sentence and notes as they are read."""
    return " ".join([f"{headline(found)}.", *notes(found)]).replace("\u00a0", " ").replace("\u2011", "-")


def duties(found: DayPlan) -> list[tuple[str, str]]:
    return [
        (
            duty_title(each, today=found.today),
            duty_note(each, today=found.today).replace("\u00a0", " "),
        )
        for each in found.duties
    ]


def test_a_person_without_accounts_is_asked_to_add_one() -> None:
    found = day()
    assert found.state is DayState.NEW
    assert said(found) == (
        "Добавьте свой лицевой счёт. Нужны два номера: абонента и счётчика. Оба есть в любой квитанции."
    )
    assert action(found) == "Добавить абонента"
    assert found.all_duties == ()


def test_nothing_to_do_is_said_quietly_and_asks_nothing() -> None:
    found = day(account())
    assert found.state is DayState.CALM
    assert said(found) == ("Всё оплачено, показания переданы. Показания войдут в счёт за декабрь.")
    assert (action(found), found.all_duties) == ("", ())


def test_an_overpayment_is_told_with_its_sign() -> None:
    found = day(account(-30_000))
    assert "Переплата −300,00 ₽ пойдёт в следующий счёт." in said(found)
    assert found.all_duties == ()


def test_a_debt_before_its_day_says_sum_day_and_days_left() -> None:
    found = day(account(158_882))
    assert said(found) == "К оплате 1 588,82 ₽ до 15 декабря. Осталось 7 дней."
    assert found.state is DayState.DUE
    assert found.lead is not None
    assert (found.lead.kind, found.lead.place, found.lead.on) == (DutyKind.PAY, Place("payment"), DUE)
    assert found.duties == ()


def test_several_accounts_are_named_or_counted() -> None:
    two = day(account(100), account(200, title="мама"), account(title="гараж"))
    assert "Абоненты: квартира и мама." in said(two)
    many = day(*(account(100, title=str(number)) for number in range(7)), *(account() for _ in range(6)))
    assert said(many).startswith("К оплате 7,00 ₽ до 15 декабря. Абонентов к оплате: 7 из 13.")


def test_overdue_says_since_when_and_until_when_it_costs_nothing() -> None:
    today = date(2026, 11, 26)
    late = account(340_229, today=today, bills=(bill(340_229, due_on=date(2026, 11, 15)),))
    found = day(late, today=today)
    assert found.state is DayState.OVERDUE
    assert badge(found).replace("\u00a0", " ") == "просрочено 11 дней"
    assert said(found) == (
        "Долг 3 402,29 ₽, срок был 15 ноября. "
        "Заплатите до 15 декабря, и пени не будет: её начисляют с 31-го дня."
    )


def test_a_long_delay_is_said_in_months() -> None:
    today = DUE + timedelta(days=165)
    assert badge(day(account(100, today=today), today=today)).replace("\u00a0", " ") == "просрочено 5 месяцев"


def test_the_free_days_end_with_the_thirtieth_after_the_day() -> None:
    def on(days: int) -> DayPlan:
        today = DUE + timedelta(days=days)
        return day(account(100, today=today), today=today)

    assert on(30).free_until == date(2027, 1, 14)
    assert on(31).free_until is None
    assert on(0).state is DayState.DUE
    assert on(1).state is DayState.OVERDUE
    assert "2027" in said(on(1))  # the year is said where it is another one


def test_of_a_debt_of_two_bills_only_the_older_part_is_late() -> None:
    both = (bill(300), bill(100, due_on=date(2026, 11, 15)))
    found = day(account(300, bills=both, title="мама"), account())
    assert (found.late, found.owed, found.late_since) == (Money(100), Money(300), date(2026, 11, 15))
    assert said(found).startswith("К оплате 3,00 ₽ до 15 декабря.")
    assert "Из них 1,00 ₽ просрочено: мама." in said(found)


def test_of_a_debt_that_is_mostly_late_the_sentence_tells_the_late_part_and_its_day() -> None:
    found = day(
        account(300, bills=(bill(300), bill(250, due_on=date(2026, 11, 15))), title="мама"), account()
    )
    assert said(found).startswith("Долг 2,50 ₽, срок был 15 ноября.")
    assert "Ещё 0,50 ₽ до 15 декабря." in said(found)
    assert "15 декабря" not in headline(found)


NEXT = bill(500, due_on=date(2027, 1, 15))
WORD = PromisedPart(Money(300), date(2026, 12, 10))


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        (
            (account(200), account(500, bills=(NEXT,))),
            "К оплате 7,00 ₽, ближайший срок 15 декабря. Абоненты: квартира и квартира. "
            "Сроки: 2,00 ₽ до 15 декабря и 5,00 ₽ до 15 января 2027.",
        ),
        # One account, two bills ahead: the older one asks its own part earlier.
        (
            (account(500, bills=(NEXT, bill(200))),),
            "К оплате 5,00 ₽, ближайший срок 15 декабря. "
            "Сроки: 2,00 ₽ до 15 декабря и 3,00 ₽ до 15 января 2027.",
        ),
        # What was promised is asked by its own day.
        (
            (account(500, promised=WORD),),
            "К оплате 5,00 ₽, ближайший срок 10 декабря. Сроки: 3,00 ₽ до 10 декабря и 2,00 ₽ до 15 декабря.",
        ),
        (
            (account(900, bills=(bill(300),)),),
            "К оплате 9,00 ₽, ближайший срок 15 декабря. "
            "Сроки: 3,00 ₽ до 15 декабря. Ещё 6,00 ₽: срок назовёт следующий счёт.",
        ),
        # Days that nobody here knows.
        (
            (account(200), account(500, bills=(), charged_here=False)),
            "К оплате 7,00 ₽, ближайший срок 15 декабря. Абоненты: квартира и квартира. "
            "Сроки: 2,00 ₽ до 15 декабря. Ещё 5,00 ₽: срок назначает сам поставщик.",
        ),
        ((account(500, bills=(), charged_here=False),), "К оплате 5,00 ₽. Срок назначает сам поставщик."),
        # Of five days the first two are told, and the rest by the last.
        (
            tuple(account(100, bills=(bill(100, due_on=DUE + timedelta(days=n)),)) for n in range(5)),
            "К оплате 5,00 ₽, ближайший срок 15 декабря. Абонентов к оплате: 5 из 5. "
            "Сроки: 1,00 ₽ до 15 декабря, 1,00 ₽ до 16 декабря и 3,00 ₽ до 19 декабря.",
        ),
        # The newest bill asks nothing of its own: all is late, and no day is ahead.
        ((account(300, bills=(bill(300), bill(300, due_on=date(2026, 11, 15)))),), "Долг 3,00 ₽, срок был"),
    ],
)
def test_several_days_are_not_told_as_one(accounts: tuple[AccountFactsOfDay, ...], words: str) -> None:
    assert said(day(*accounts)).startswith(words)


def test_beside_what_is_late_several_days_are_told_apart() -> None:
    late = account(900, bills=(bill(900, due_on=date(2026, 11, 15)),))
    found = day(late, account(200), account(500, bills=(NEXT,)))
    assert "Ещё 2,00 ₽ до 15 декабря и 5,00 ₽ до 15 января 2027." in said(found)
    only = day(late, account(500, bills=(bill(500), bill(500, due_on=date(2026, 11, 15)))))
    assert "Ещё" not in said(only)


@pytest.mark.parametrize(
    ("balance", "transit", "late", "since"),
    [
        (300, 0, 100, date(2026, 10, 15)),
        (250, 0, 50, date(2026, 10, 15)),  # 50 came since: it pays the oldest
        (230, 0, 30, date(2026, 11, 15)),
        (200, 0, 0, None),
        (300, 100, 0, None),  # what is on its way pays it too
        (300, 300, 0, None),
        (900, 0, 100, date(2026, 10, 15)),  # a charge on no bill is not late
    ],
)
def test_money_pays_the_oldest_bill_first(balance: int, transit: int, late: int, since: date | None) -> None:
    bills = (
        bill(300, taken=0),
        bill(100, due_on=date(2026, 11, 15), taken=40),
        bill(100, due_on=date(2026, 10, 15), taken=500),
        bill(500, due_on=date(2026, 9, 15)),
    )
    found = arrears(account(balance, transit=Money(transit), bills=bills))
    assert (found.late, found.since) == (Money(late), since)
    assert found.owed == Money(max(0, balance - transit))


def test_a_debt_without_a_bill_has_no_day() -> None:
    found = day(account(5_000, bills=()))
    assert said(found) == "К оплате 50,00 ₽. Срок назовёт следующий счёт."
    assert found.state is DayState.DUE


def test_money_on_its_way_takes_the_sentence_when_nothing_else_is_owed() -> None:
    found = day(account(158_882, transit=Money(158_882)))
    assert found.state is DayState.TRANSIT
    assert said(found) == (
        "1 588,82 ₽ уже в пути, платить ещё раз не нужно. Здесь станет «оплачено», как только деньги дойдут."
    )
    part = day(account(100_00, transit=Money(4_000)))
    assert said(part) == "К оплате 60,00 ₽ до 15 декабря. Осталось 7 дней. Ещё 40,00 ₽ уже в пути."


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 счётчик"), (2, "2 счётчика"), (5, "5 счётчиков"), (21, "21 счётчик")]
)
def test_readings_of_an_open_window_take_the_sentence_of_a_paid_cabinet(count: int, words: str) -> None:
    today = date(2026, 12, 18)
    found = day(account(today=today, meters=(WAITS,) * count), today=today)
    assert found.state is DayState.READINGS
    assert said(found) == f"Всё оплачено. До 25 декабря передайте показания: {words}. Осталось 7 дней."
    assert action(found) == "Передать показания"
    assert found.duties == ()


@pytest.mark.parametrize(
    ("left", "words"), [(0, "Сегодня последний день."), (1, "Остался 1 день."), (3, "Осталось 3 дня.")]
)
def test_the_days_left_are_said_in_russian(left: int, words: str) -> None:
    today = date(2026, 12, 25) - timedelta(days=left)
    assert words in said(day(account(today=today, meters=(WAITS,)), today=today))


def test_before_the_window_readings_are_a_quiet_task() -> None:
    found = day(account(meters=(WAITS, WAITS)))
    assert found.state is DayState.CALM
    assert said(found) == "Всё оплачено. Показания ждём с 15 по 25 декабря."
    assert duties(found) == [("Передать показания", "2 счётчика, лучше с 15 по 25 декабря")]


def test_what_is_sent_of_many_is_counted() -> None:
    found = day(account(100), *(account(meters=(SENT,)) for _ in range(8)), account(meters=(WAITS,) * 3))
    assert ("Передать показания", "передано 9 из 12, до 25 декабря") in duties(found)


def test_smart_meters_and_absent_people_wait_for_nothing() -> None:
    smart = MeterFacts(False, None, smart=True)
    assert day(account(meters=(smart,))).all_duties == ()
    assert day(account(meters=(WAITS,), away=True)).all_duties == ()
    assert day(account(meters=(WAITS,), may_submit=False)).all_duties == ()


def test_what_is_left_of_instalments_is_not_called_paid() -> None:
    owing = account(78_388, plan=PlanAsk(date(2027, 1, 15), ZERO))
    over = account(-105_336, title="дача")
    found = day(owing, over)
    assert found.state is DayState.CALM
    assert said(found).startswith("Сейчас платить ничего не нужно. Переплата")
    with translation.override("en"):
        assert headline(found) == "Nothing to pay right now"
    late = date(2026, 12, 16)
    waits = account(78_388, today=late, bills=(), meters=(WAITS,), plan=PlanAsk(date(2027, 1, 15), ZERO))
    assert headline(day(waits, today=late)).startswith("До 25\u00a0декабря передайте показания")
    assert headline(day(replace(owing, balance=ZERO))).startswith("Всё оплачено")


def test_tasks_stand_in_the_order_of_their_days() -> None:
    owner = account(
        100,
        bills=(bill(100, issued_on=TODAY - timedelta(days=1)),),
        meters=(replace(WAITS, verify_by=date(2027, 3, 3)),),
    )
    found = day(
        owner,
        stuck=(StuckPayment(Money(82_000), Place("payment-order", ("o",))),),
        invitations=(OpenInvitation("i", "ул. Лесная, д. 4", date(2026, 12, 20)),),
    )
    assert [each.kind for each in found.duties] == [
        DutyKind.BILL,
        DutyKind.MONEY,
        DutyKind.INVITATION,
        DutyKind.READINGS,
        DutyKind.VERIFICATION,
    ]
    assert duties(found) == [
        ("Пришёл счёт за ноябрь", "квартира, 1,00 ₽"),
        ("Платёж ждёт вашего ответа", "осталось 820,00 ₽"),
        ("Вам открывают доступ к счёту", "ул. Лесная, д. 4, ответьте до 20 декабря"),
        ("Передать показания", "1 счётчик, лучше с 15 по 25 декабря"),
        ("Подходит поверка счётчика", "квартира, до 3 марта 2027, через 3 месяца"),
    ]
    assert found.all_duties[0].kind is DutyKind.PAY


def test_a_payment_the_bank_is_silent_about_asks_no_answer() -> None:
    stuck = StuckPayment(Money(39_194), Place("payment-order", ("o",)), unfinished=True)
    found = day(account(39_194), stuck=(stuck,))
    title, note = duties(found)[0]
    assert title.replace("\u00a0", " ") == "Платёж на 391,94 ₽ не завершён"
    assert note == "возможно, эта сумма уже оплачена: банк ещё не ответил"
    with translation.override("en"):
        assert "not finished" in duties(found)[0][0]
        assert duties(found)[0][1].startswith("this sum may be paid already")


def test_beside_what_is_asked_it_is_said_that_it_may_be_paid_already() -> None:
    said = "Возможно, 391,94 ₽ уже оплачены: банк ещё не ответил."
    asked = day(account(39_194), unsure=Money(39_194))
    assert notes(asked)[0].replace("\u00a0", " ") == said
    late = day(account(39_194, bills=(bill(39_194, due_on=date(2026, 11, 15)),)), unsure=Money(39_194))
    assert late.state is DayState.OVERDUE
    assert notes(late)[0].replace("\u00a0", " ") == said
    # Nothing is asked: there is nothing to warn of.
    assert not any("Возможно" in note for note in notes(day(account(0), unsure=Money(39_194))))


def test_one_invitation_is_all_a_new_person_has() -> None:
    found = day(invitations=(OpenInvitation("i", "ул. Лесная", date(2026, 12, 20)),))
    assert (found.state, [each.kind for each in found.duties]) == (DayState.NEW, [DutyKind.INVITATION])


def test_bills_are_news_for_a_week_and_one_thing_to_look_at() -> None:
    def fresh(days: int, balance: int = 100) -> AccountFactsOfDay:
        return account(balance, bills=(bill(balance, issued_on=TODAY - timedelta(days=days)),))

    assert duties(day(fresh(6))) == [("Пришёл счёт за ноябрь", "квартира, 1,00 ₽")]
    assert duties(day(fresh(7))) == []
    assert duties(day(fresh(1, -500))) == [("Пришёл счёт за ноябрь", "квартира, платить не нужно")]
    three = day(fresh(1), fresh(2), fresh(3))
    assert duties(three) == [("Пришли счета за ноябрь", "3 абонента, 3,00 ₽")]
    assert three.duties[0].place == Place("bills")


def test_a_verification_past_its_day_is_first() -> None:
    past = MeterFacts(False, TODAY - timedelta(days=3))
    found = day(account(meters=(past,)))
    assert duties(found) == [("Срок поверки прошёл", "квартира, 5 декабря, 3 дня назад")]
    two = day(account(meters=(past,)), account(title="мама", meters=(MeterFacts(False, date(2027, 3, 3)),)))
    assert duties(two) == [("Срок поверки прошёл", "2 счётчика, ближайшая 3 дня назад")]
    assert day(account(meters=(MeterFacts(False, date(2027, 7, 1)),))).duties == ()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "сегодня"),
        (1, "через 1 день"),
        (22, "через 22 дня"),
        (60, "через 60 дней"),
        (61, "через 2 месяца"),
        (183, "через 6 месяцев"),
        (-1, "1 день назад"),
        (-400, "13 месяцев назад"),
    ],
)
def test_distances_are_plain_words(days: int, words: str) -> None:
    assert how_far(TODAY + timedelta(days=days), TODAY).replace("\u00a0", " ") == words


def test_what_one_may_only_look_at_is_no_task_and_no_lie() -> None:
    """A relative without the right to pay owes nothing, and is not told that all is paid."""
    looked = account(500, may_pay=False, may_submit=False)
    found = day(looked)
    assert (found.state, found.owed, found.all_duties) == (DayState.CALM, ZERO, ())
    assert headline(found) == "Сегодня от вас ничего не нужно"
    today = date(2026, 12, 18)
    reading = day(account(500, today=today, may_pay=False, meters=(WAITS,)), today=today)
    assert headline(reading).replace("\u00a0", " ") == "До 25 декабря передайте показания: 1 счётчик"


def test_a_promised_debt_is_not_called_late_until_its_day_is_over() -> None:
    today, until = date(2026, 11, 28), date(2026, 12, 10)
    late = account(63_765, today=today, bills=(bill(63_765, due_on=date(2026, 11, 15)),))
    assert day(late, today=today).state is DayState.OVERDUE
    promised = replace(late, promised=PromisedPart(Money(63_765), until))
    found = day(promised, today=today)
    assert (found.state, badge(found), found.late) == (DayState.DUE, "", ZERO)
    assert said(found) == "К оплате 637,65 ₽ до 10 декабря. Осталось 12 дней."
    after = replace(promised, today=until + timedelta(days=1))
    assert day(after, today=after.today).state is DayState.OVERDUE
    assert day(replace(promised, balance=ZERO), today=today).state is not DayState.DUE


@pytest.mark.parametrize(
    ("until", "left", "late", "due_on"),
    [
        # The promised part by its day, the bill of after the promise by its own.
        (date(2026, 12, 5), 820_00, ZERO, date(2026, 12, 15)),
        (date(2026, 12, 18), 820_00, ZERO, date(2026, 12, 15)),
        (date(2026, 12, 18), 0, ZERO, date(2026, 12, 15)),
        (date(2026, 12, 5), 1_320_00, ZERO, date(2026, 12, 5)),
    ],
)
def test_a_bill_of_after_the_promise_keeps_its_own_day(
    until: date, left: int, late: Money, due_on: date
) -> None:
    today = date(2026, 12, 3)
    bills = (bill(1_320_00, due_on=date(2026, 12, 15), taken=0), bill(820_00, due_on=date(2026, 11, 15)))
    owed = 500_00 + min(left, 820_00)
    each = account(
        owed if left else 500_00, today=today, bills=bills, promised=PromisedPart(Money(left), until)
    )
    found = arrears(each)
    assert (found.owed, found.late, found.due_on) == (each.balance, late, due_on)
    over = arrears(replace(each, today=date(2026, 12, 16)))
    if until == date(2026, 12, 18):
        assert (over.late, over.since) == (Money(500_00), date(2026, 12, 15))
        assert over.due_on == (until if left else None)
    else:
        assert over.late == each.balance


def test_money_on_its_way_pays_the_promised_part_first() -> None:
    bills = (bill(1_320_00, due_on=date(2026, 12, 10), taken=0), bill(820_00, due_on=date(2026, 11, 15)))
    word = PromisedPart(Money(820_00), date(2026, 12, 12))
    each = account(1_320_00, today=date(2026, 12, 11), bills=bills, promised=word, transit=Money(820_00))
    found = arrears(each)
    assert (found.owed, found.late, found.due_on) == (Money(500_00), Money(500_00), None)
