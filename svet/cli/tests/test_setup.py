"""``svet setup``: asked or from a file, judged answer by answer, all or nothing, repeatable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from svet.accounts.models import Provider
from svet.accounts.tests.factories import make_account
from svet.arrangements.models import MoneyLimitsPolicy
from svet.billing.models import Policy
from svet.cli.commands import setup as command
from svet.cli.main import svet
from svet.config.checks import check_set_up
from svet.journal.models import Entry
from svet.kernel.refusals import Refused
from svet.kernel.transactions import together, use_case
from svet.payments.queries.shops import shops
from svet.setup.operations import answers, files
from svet.setup.operations.writing import Report, write
from svet.setup.queries import present
from svet.setup.rules import AnswerFault, SetupPlan, SetupState
from svet.site.models import Agreement, Installation
from svet.site.operations import InstallationDetails, set_up
from svet.site.queries import installation
from svet.staffing.models import StaffMember

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "Kx7#mVq2p"
FILE = """
[retailer]
brand = "Свет Поволжья"
legal_name = "АО «Свет Поволжья»"
hotline = "8-800-100-20-30"
hours = "пн-пт 8:00-20:00"
site = "https://svet.example/"

[[suppliers]]
code = "volga"
name = "Свет Поволжья"
legal_name = "АО «Свет Поволжья»"
region = "Самарская область"
inn = "7707083893"
kpp = "773601001"
bic = "044525225"
bank = "ПАО Банк"
account = "4070 2810 9380 0000 0001"
correspondent_account = "30101810400000000225"
account_lengths = [10, 12]
window = "18-26"
time_zone = "Europe/Samara"
norm = 94.5

[[staff]]
phone = "8 911 717-85-12"
last_name = "Смирнова"
first_name = "Ольга"
"""
#: Python's own words: an operator reads none of them.
PYTHON = re.compile(r"Traceback|Error\b|None\b|Decimal\(|datetime|<class|\bdict\b|TypeError|KeyError|\{'")


@pytest.fixture(autouse=True)
def this_database(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def here() -> Iterator[None]:
        yield

    monkeypatch.setattr(command, "database", here)
    monkeypatch.setattr(command, "django_ready", lambda: None)


def run(*words: str, typed: str = "", password: str = PASSWORD) -> Result:
    done = CliRunner().invoke(svet, ["setup", *words], input=typed, env={"SVET_PASSWORD": password})
    said = f"{done.output}{done.exception or ''}"
    assert not PYTHON.search(said), said
    return done


def said(done: Result) -> str:
    """What the terminal shows, the last line of a failure too."""
    return f"{done.output}\n{done.exception or ''}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "setup.toml"
    path.write_text(FILE, "utf-8")
    return path


def nothing_was_written() -> bool:
    return not (Installation.objects.exists() or Provider.objects.exists() or StaffMember.objects.exists())


def test_a_file_sets_everything_up(file: Path) -> None:
    done = run("--file", str(file))
    assert done.exit_code == 0, said(done)
    view = installation()
    assert (view.brand, view.hours_text, view.hours.last_day, view.hours.closes.hour) == (
        "Свет Поволжья",
        "пн–пт 8:00–20:00",
        5,
        20,
    )
    provider = Provider.objects.get()
    assert (provider.inn, provider.bic, provider.settlement_account) == (
        "7707083893",
        "044525225",
        "40702810938000000001",
    )
    assert (provider.window_from_day, provider.window_to_day, provider.account_lengths) == (18, 26, [10, 12])
    assert (provider.time_zone, provider.due_day) == ("Europe/Samara", 15)
    policy = Policy.objects.get()
    assert (str(policy.norm_kwh_per_person), policy.since.day) == ("94.500", 1)
    assert StaffMember.objects.get().role == "security"
    assert "retailer.brand: (пусто) → Свет Поволжья" in done.output
    assert PASSWORD not in done.output
    noted = set(Entry.objects.values_list("action", flat=True))
    assert {"installation.changed", "supplier.changed", "policy.set", "staff.added"} <= noted


def test_the_same_file_again_changes_nothing_and_says_so(file: Path) -> None:
    run("--file", str(file))
    before = Entry.objects.count()
    done = run("--file", str(file))
    assert (done.exit_code, Entry.objects.count()) == (0, before)
    assert "ничего не изменилось" in done.output
    assert "уже работает" in done.output


SHOPS = """
[[shops]]
code = "oka"
name = "Окский банк"
address = "yookassa+https://200600@api.yookassa.ru/v3"
secret = "SVET_OKA_SECRET"
suppliers = ["volga"]
"""


def with_shops(file: Path, shops: str = SHOPS) -> Path:
    file.write_text(FILE + shops, "utf-8")
    return file


def test_shops_are_entered_by_the_file_and_once(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVET_OKA_SECRET", "test_secret_word")
    done = run("--file", str(with_shops(file)))
    assert done.exit_code == 0, said(done)
    (shop,) = shops()
    assert (shop.code, shop.providers, shop.keeps_cards) == ("oka", ("volga",), True)
    assert "test_secret_word" not in said(done)
    before = Entry.objects.count()
    again = run("--file", str(file))
    assert (again.exit_code, Entry.objects.count()) == (0, before)
    assert "ничего не изменилось" in again.output
    printed = tmp_path / "printed.toml"
    printed.write_text(run("--print").output, "utf-8")
    same = run("--file", str(printed))
    assert (same.exit_code, Entry.objects.count()) == (0, before), said(same)


def test_a_supplier_leaves_a_shop_and_the_shop_itself_stays_as_it_is(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVET_OKA_SECRET", "test_secret_word")
    run("--file", str(with_shops(file)))
    done = run("--file", str(with_shops(file, SHOPS.replace('["volga"]', "[]"))))
    assert done.exit_code == 0, said(done)
    assert shops()[0].providers == ()
    other = run("--file", str(with_shops(file, SHOPS.replace("200600", "200700"))))
    assert other.exit_code != 0
    assert "shops[oka].address: у действующего договора это не меняют" in said(other)


@pytest.mark.parametrize(
    ("shops_said", "fault"),
    [
        (SHOPS.replace('"SVET_OKA_SECRET"', '"SVET_NOWHERE"'), "SVET_NOWHERE"),
        (SHOPS.replace('["volga"]', '["nobody"]'), "volga"),
        (SHOPS + SHOPS, "договор с этим кодом уже есть выше"),
        (SHOPS + SHOPS.replace('"oka"', '"other"'), "volga уже у другого договора"),
        (SHOPS + 'cards = "может быть"\n', "shops[oka].cards"),
        (SHOPS + 'commission = "3"\n', "shops[oka].commission"),
    ],
)
def test_a_shop_that_cannot_be_is_said_and_nothing_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch, shops_said: str, fault: str
) -> None:
    monkeypatch.setenv("SVET_OKA_SECRET", "test_secret_word")
    done = run("--file", str(with_shops(file, shops_said)))
    assert done.exit_code != 0
    assert fault in said(done)
    assert nothing_was_written()
    assert not shops()


def test_one_other_answer_is_the_only_thing_written(file: Path) -> None:
    run("--file", str(file))
    before = Entry.objects.latest("pk").pk
    file.write_text(FILE.replace("8-800-100-20-30", "8-800-999-20-30"), "utf-8")
    done = run("--file", str(file))
    assert [line for line in done.output.splitlines() if "→" in line] == [
        "retailer.hotline: 8-800-100-20-30 → 8-800-999-20-30"
    ]
    (noted,) = Entry.objects.filter(pk__gt=before)
    assert (noted.action, noted.before, noted.after) == (
        "installation.changed",
        {"hotline": "8-800-100-20-30"},
        {"hotline": "8-800-999-20-30"},
    )


def test_what_is_printed_is_a_file_that_changes_nothing(file: Path, tmp_path: Path) -> None:
    run("--file", str(file))
    kept = tmp_path / "kept.toml"
    kept.write_text(run("--print").output, "utf-8")
    done = run("--file", str(kept))
    assert done.exit_code == 0, said(done)
    assert "ничего не изменилось" in done.output


def test_the_demos_invented_requisites_are_printed_and_taken_back(tmp_path: Path) -> None:
    from svet.sandbox.town.providers import add_providers
    from svet.sandbox.town.retailer import name_the_retailer

    name_the_retailer()
    add_providers()
    Policy.objects.create(
        provider=Provider.objects.earliest("pk"), since=date(2020, 1, 1), norm_kwh_per_person=50
    )
    printed = run("--print").output
    # The second supplier has no norm yet: that is said, and nothing else is found wrong.
    kept = tmp_path / "kept.toml"
    kept.write_text(printed, "utf-8")
    done = run("--file", str(kept))
    (fault,) = [line for line in done.output.splitlines() if line.startswith("suppliers")]
    assert ".norm:" in fault
    kept.write_text(printed.replace('norm = ""', "norm = 48"), "utf-8")
    assert "48" in run("--file", str(kept)).output


def test_a_supplier_of_water_is_set_up_without_a_norm_and_stays_one(file: Path) -> None:
    water = FILE.replace("norm = 94.5", 'service = "cold_water"')
    file.write_text(water, "utf-8")
    done = run("--file", str(file))
    assert done.exit_code == 0, said(done)
    provider = Provider.objects.get()
    assert (provider.service, Policy.objects.exists()) == ("cold_water", False)
    assert 'service = "cold_water"' in run("--print").output
    for wrong, place in (
        (water + "", ""),
        (water.replace("cold_water", "вода"), ".service:"),
        (water.replace('service = "cold_water"', 'service = "cold_water"\nnorm = 5'), ".norm:"),
        (water.replace("cold_water", "electricity"), ".norm:"),
    ):
        file.write_text(wrong, "utf-8")
        assert place in said(run("--file", str(file))), wrong
    make_account(provider=provider, tariff_group="")
    file.write_text(water.replace("cold_water", "heat"), "utf-8")
    refused = run("--file", str(file))
    assert (refused.exit_code, Provider.objects.get().service) == (1, "cold_water")
    assert "услугу не меняют" in said(refused)


def test_a_dry_run_says_and_writes_nothing(file: Path) -> None:
    done = run("--file", str(file), "--dry-run")
    assert "retailer.brand" in done.output
    assert nothing_was_written()


@pytest.mark.parametrize(
    ("good", "bad", "place"),
    [
        ('"7707083893"', '"7707083894"', "suppliers[volga].inn"),
        ('"044525225"', '"144525225"', "suppliers[volga].bic"),
        ('"044525225"', "44525225", "suppliers[volga].bic"),
        ("4070 2810 9380", "4070 2810 8380", "suppliers[volga].account"),
        ('"30101810400000000225"', '"30101810400000000226"', "suppliers[volga].correspondent_account"),
        ('"Europe/Samara"', '"Самара"', "suppliers[volga].time_zone"),
        ("94.5", '"много"', "suppliers[volga].norm"),
        ("94.5", "-1", "suppliers[volga].norm"),
        ("[10, 12]", "[1]", "suppliers[volga].account_lengths"),
        ('"18-26"', '"26-18"', "suppliers[volga].window"),
        ('"8-800-100-20-30"', '"звоните"', "retailer.hotline"),
        ('"пн-пт 8:00-20:00"', '"днём"', "retailer.hours"),
        ('"пн-пт 8:00-20:00"', "2026-01-01", "retailer.hours"),
        ('brand = "Свет Поволжья"', "", "retailer.brand"),
        ('brand = "Свет Поволжья"', "brand = true", "retailer.brand"),
        ("hotline =", "hot_line =", "retailer.hot_line"),
        ("[retailer]", "[company]", "company"),
        ("[[suppliers]]", "[suppliers]", "suppliers"),
        ('"8 911 717-85-12"', '"123"', "staff[1].phone"),
        ('"Ольга"', '"0льга7"', "staff[1].first_name"),
        ('inn = "7707083893"', "inn = 0707083893", "inn"),
        ("[[staff]]", '[agreements]\nterms = "нет.md"\n[[staff]]', "agreements.terms"),
    ],
)
def test_a_fault_is_named_by_its_key_and_nothing_is_written(
    file: Path, good: str, bad: str, place: str
) -> None:
    file.write_text(FILE.replace(good, bad, 1), "utf-8")
    done = run("--file", str(file))
    assert done.exit_code == 1
    assert any(place in line for line in done.output.splitlines()), done.output
    assert nothing_was_written()


def test_a_refusal_half_way_leaves_nothing(file: Path) -> None:
    done = run("--file", str(file), password="short")
    assert done.exit_code == 1
    assert nothing_was_written()
    assert not Policy.objects.exists()


def test_texts_to_agree_to_are_published_once(file: Path, tmp_path: Path) -> None:
    (tmp_path / "terms.md").write_text("# Соглашение\n\nТекст соглашения.\n", "utf-8")
    file.write_text('agreements.terms = "terms.md"\n' + FILE, "utf-8")
    before = Agreement.objects.filter(kind="terms").count()
    assert "agreements.terms: новая редакция" in run("--file", str(file)).output
    assert "новая редакция" not in run("--file", str(file)).output
    assert Agreement.objects.filter(kind="terms").count() == before + 1
    assert Agreement.objects.latest("pk").title == "Соглашение"


def test_a_text_of_the_file_may_hold_from_a_later_day(file: Path, tmp_path: Path) -> None:
    (tmp_path / "terms.md").write_text("# Соглашение\n\nТекст на потом.\n", "utf-8")
    day = timezone.localdate() + timedelta(days=9)
    before = Agreement.objects.filter(kind="terms").count()

    def wanted(text: str) -> str:
        file.write_text(f"agreements.terms = {text}\n" + FILE, "utf-8")
        return said(run("--file", str(file)))

    for wrong in ('{file = "terms.md"}', '{file = "terms.md", from = "скоро"}', "{from = 2026-12-10}"):
        assert "agreements.terms: Здесь нужно {file" in wanted(wrong)
    assert "этот день прошёл" in wanted('{file = "terms.md", from = 2020-01-01}').lower()
    dated = f'{{file = "terms.md", from = {day}}}'
    assert "новая редакция" in wanted(dated)
    assert "новая редакция" not in wanted(dated)
    assert "ждёт своего дня" in wanted('"terms.md"')
    assert Agreement.objects.filter(kind="terms").count() == before + 1
    assert Agreement.objects.latest("pk").published_on == day
    # The day after its day the same file says nothing new.
    Agreement.objects.filter(published_on=day).update(published_on=timezone.localdate() - timedelta(days=1))
    assert "новая редакция" not in wanted(f'{{file = "terms.md", from = {timezone.localdate()}}}')


ANSWERS = [
    *("Свет Поволжья", "АО «Свет»", "звоните", "8-800-100-20-30", "пн-пт 8:00-20:00"),
    *("", "", "", "", ""),
    *("volga", "Свет", "АО «Свет»", "Самарская область", "7707083894", "7707083893", ""),
    *("044525226x", "044525225", "Банк", "40702810838000000001", "40702810938000000001"),
    *("30101810400000000225", "", "", "", "Самара", "Europe/Samara", "", "пар", "", "94,5"),
    "нет",
    *("+79117178512", "Смирнова", "Ольга", ""),
    *("weak", PASSWORD, "other", PASSWORD, PASSWORD),
]


def test_it_asks_again_what_cannot_be_right_and_writes_when_told() -> None:
    done = run(typed="\n".join([*ANSWERS, "y"]) + "\n", password="")
    assert done.exit_code == 0, said(done)
    for sentence in (
        "не похоже на номер",
        "В ИНН ошибка",
        "В БИК ошибка",
        "не подходит к БИК",
        "пояса нет",
        "одним из слов",
    ):
        assert sentence in done.output, sentence
    assert "Пароли не совпали" in done.output
    assert Provider.objects.get().settlement_account == "40702810938000000001"
    assert StaffMember.objects.count() == 1
    # An interview over what stands: empty lines keep everything, and nobody is asked for a first member.
    done = run(typed="\n" * 40)
    assert "ничего не изменилось" in done.output, said(done)


def test_what_somebody_else_changed_meanwhile_is_not_put_back(file: Path) -> None:
    assert run("--file", str(file)).exit_code == 0
    read = files.read

    def slowly(path: Path, *, state: SetupState) -> SetupPlan:
        plan = read(path, state=state)
        Provider.objects.update(due_day=9)
        return plan

    file.write_text(FILE.replace("8-800-100-20-30", "8-800-555-35-35"), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "read", slowly)
        done = run("--file", str(file))
    assert done.exit_code == 1
    assert "изменил кто-то другой" in said(done)
    assert Installation.objects.get().hotline == "8-800-100-20-30"
    again = run("--file", str(file))
    assert again.exit_code == 0, said(again)
    assert Installation.objects.get().hotline == "8-800-555-35-35"


def test_two_set_ups_at_once_publish_a_text_once(file: Path, tmp_path: Path) -> None:
    (tmp_path / "terms.md").write_text("# Правила\n\nТекст.\n", "utf-8")
    file.write_text(f'{FILE}\n[agreements]\nterms = "terms.md"\n', "utf-8")
    assert run("--file", str(file)).exit_code == 0
    before = Agreement.objects.count()
    (tmp_path / "terms.md").write_text("# Правила\n\nДругой текст.\n", "utf-8")
    now, both = datetime.now(UTC), Barrier(2)

    def one() -> Report:
        try:
            state = present(now=now)
            plan = files.read(file, state=state)
            both.wait(timeout=20)
            return write(plan, made_of=state, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        reports = [each.result(timeout=30) for each in [pool.submit(one), pool.submit(one)]]
    assert sorted(len(report.published) for report in reports) == [0, 1]
    assert Agreement.objects.count() == before + 1


def test_an_interview_that_is_broken_off_or_declined_writes_nothing() -> None:
    assert run(typed="\n".join(ANSWERS[:9]), password="").exit_code == 1
    assert nothing_was_written()
    assert run(typed="\n".join([*ANSWERS, "n"]) + "\n", password="").exit_code == 1
    assert nothing_was_written()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("пн-пт 8:00-19:00", "пн–пт 8:00–19:00"),
        ("Пн – Вс с 9.00 до 21.00", "пн–вс 9:00–21:00"),
        ("сб 10:00-14:00", "сб 10:00–14:00"),
        ("круглосуточно", "круглосуточно"),
        ("round the clock", "круглосуточно"),
        ("Mon-Fri 8:00-19:00", "пн–пт 8:00–19:00"),
    ],
)
def test_hours_are_written_in_many_ways_and_kept_in_one(typed: str, kept: str) -> None:
    assert answers.hours(typed, {}) == kept
    assert answers.hours(kept, {}) == kept


@pytest.mark.parametrize(
    "typed", ["пт-пн 8:00-19:00", "пн-пт 19:00-8:00", "пн-пт 25:00-26:00", "пн-пт", "8-19"]
)
def test_hours_that_are_none_are_refused(typed: str) -> None:
    with pytest.raises(AnswerFault):
        answers.hours(typed, {})


def test_production_is_not_started_for_nobody(file: Path) -> None:
    with override_settings(ENV="production"):
        (refused,) = check_set_up()
        assert refused.id == "svet.E020"
        assert "svet setup" in refused.msg
        run("--file", str(file))
        assert check_set_up() == []
    assert check_set_up() == []


def test_use_cases_together_stand_or_fall_as_one() -> None:
    def two(*, second: str) -> None:
        with together():
            set_up(details=InstallationDetails(brand="x", legal_name="x", hotline="1", hotline_hours=""))
            set_up(
                details=InstallationDetails(
                    brand="x", legal_name="x", hotline="1", hotline_hours="", primary_color=second
                )
            )

    with pytest.raises(Refused):
        two(second="red")
    assert not Installation.objects.exists()
    with pytest.raises(RuntimeError, match="durable"), use_case(), use_case():
        pass


def test_a_norm_may_hold_since_an_earlier_month(file: Path) -> None:
    run("--file", str(file), "--norm-from", "2026-01")
    assert Policy.objects.get().since == date(2026, 1, 1)
    assert datetime.now(UTC).date() >= date(2026, 1, 1)


@pytest.mark.parametrize("name", ["secret-key", "push-key"])
def test_a_key_is_made_afresh_each_time(name: str) -> None:
    first, second = (CliRunner().invoke(svet, [name]).output.strip() for _ in range(2))
    assert first != second
    if name == "secret-key":
        assert len(first) >= 50


def test_the_example_of_the_document_is_a_file_that_works(tmp_path: Path) -> None:
    document = (Path(__file__).resolve().parents[3] / "docs" / "operations.md").read_text("utf-8")
    example = document.partition("```toml\n")[2].partition("```")[0]
    for name in ("terms.md", "personal-data.md"):
        (tmp_path / name).write_text("# Заголовок\n\nТекст.\n", "utf-8")
    path = tmp_path / "setup.toml"
    path.write_text(example, "utf-8")
    done = run("--file", str(path))
    assert done.exit_code == 0, said(done)
    assert "manage shell" not in document


def test_limits_of_a_supplier_hold_from_the_day_of_the_file(file: Path) -> None:
    limits = '\n[[limits]]\nsupplier = "volga"\nrefund_alone = "1 000,50"\npromise_days = 5\n'
    file.write_text(FILE + limits, "utf-8")
    done = run("--file", str(file))
    assert done.exit_code == 0, said(done)
    row = MoneyLimitsPolicy.objects.get()
    assert (row.refund_alone, row.promise_days, row.instalment_months) == (1_000_50, 5, 12)
    again = run("--file", str(file))
    assert "Всё уже так" in again.output, said(again)
    assert 'refund_alone = "1000.5"' in run("--print").output
    for wrong, sentence in (
        (limits.replace("volga", "nobody"), "limits[nobody]: поставщика с этим кодом нет."),
        (limits.replace("1 000,50", "много"), "limits[volga].refund_alone: Нужно число"),
        (limits.replace("= 5", "= 500"), "limits[volga].promise_days: Целое число от 0 до 90."),
        (limits + limits, "limits[volga]: пределы этого поставщика уже есть выше."),
        (limits + 'instalment_least = "400000"\n', "Наименьший долг для рассрочки больше наибольшего."),
    ):
        file.write_text(FILE + wrong, "utf-8")
        refused = run("--file", str(file))
        assert refused.exit_code != 0
        assert sentence in said(refused)
    assert MoneyLimitsPolicy.objects.count() == 1
