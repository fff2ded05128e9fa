"""Every command, in ordinary and in faulty cases, speaks like a person: nothing of the program's own text.

The commands come from the tree of ``svet`` itself. One that serves until it is stopped, or builds a whole
town, is told so in ``ELSEWHERE`` with the test that runs it; any other must have a case here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from svet.accounts.tests.factories import make_provider
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account
from svet.cli.main import COMMANDS, svet
from svet.config.failures import Failure
from svet.exchange.rules import accounts, charges, openings, readings, terms
from svet.exchange.tests.statement_files import document, one_c
from svet.exchange.tests.test_taking import NUMBERS, SERIALS, account_lines, payment_lines, reading_lines
from svet.payments.tests.factories import provider_with_requisites
from svet.tariffs.rules.norm_file import NORM_COLUMNS
from svet.tariffs.rules.tariff_file import COLUMNS

pytestmark = pytest.mark.django_db
ELSEWHERE = {
    "demo": "tests/journeys, svet/config/tests/test_demo.py",
    "web": "tests/journeys",
    "worker": "tests/journeys",
    "sandbox": "tests/journeys",
    "town": "tests/journeys",
    "shots": "make shots",
    "build": "tests/standing",
    "migrate": "svet/config/tests/test_migrating.py",
    "manage": "Django's own commands",
    "drill": "svet/cli/tests/test_backup.py",
}
#: Headings of registers are what stands in the operator's own file.
HEADINGS = {
    column.name
    for table in (accounts.COLUMNS, charges.COLUMNS, openings.COLUMNS, readings.COLUMNS, terms.COLUMNS)
    for column in table
} | set(COLUMNS)
HEADINGS |= set(NORM_COLUMNS)
PROGRAM_TEXT = re.compile(
    r"Traceback|\bNone\b|\bTrue\b|\bFalse\b|\w+\([a-z_]+=|\bDecimal\(|\bdatetime|<[\w.]+[ :]|\bobject at 0x"
    r"|\b[A-Z]\w*(?:Error|Exception|Refused|Reason)\b|\b[a-z]+\.[A-Z]\w*|\[\]|\{\}|%\(|\b[a-z]+(?:_[a-z0-9]+)+\b"
)
DAY = datetime.now(UTC).date().isoformat()
OUTAGES = """номер;вид;начало;конец;город;улица;дома;причина
12;плановое;{0} 10:00;{0} 14:00;Челябинск;Лесная;1-9;опоры
13;срочное;{0} 10:00;{0} 14:00;Челябинск;Лесная;1-9;опоры
14;плановое;{0} 10:00;{0} 14:00;Челябинск;Лесная;у реки;опоры
15;плановое;01.01.2026 10:00;01.01.2026 14:00;Челябинск;Лесная;1-9;опоры
""".format(f"{datetime.now(UTC) + timedelta(days=2):%d.%m.%Y}")
TILL = (
    *("--provider", "ues", "--address", "atol+https://login@online.atol.ru/possystem/v5/group"),
    *("--secret", "SVET_TEST_SHOP", "--site", "https://portal.example", "--email", "kassa@portal.example"),
)
WRONG_TILLS = (
    ("--address", "ftp://x"),
    ("--address", "atol+https://login:key@online.atol.ru/possystem/v5/group"),
    ("--secret", "test_key"),
    ("--secret", "/no/such/file"),
    ("--site", "portal"),
    ("--email", "kassa"),
    ("--provider", "nobody"),
    ("--taxation", "none"),
)
OPENINGS = (
    f"provider;account;sum;date\nues;{NUMBERS[0]};10,00;2020-01-02\nues;{NUMBERS[1]};-5;2020-01-02\n"
    "total;ues;2;5,00\n"
)
CHARGES = (
    f"provider;account;month;sum\nues;{NUMBERS[0]};2020-01;10,00\nnobody;1;x;5\n"
    "total;ues;1;10,00\ntotal;nobody;1;5\n"
)
TERMS = (
    "provider;account;since;residents;stove;ground\n"
    f"ues;{NUMBERS[0]};2020-02-01;3;газовая;справка 1\nues;{NUMBERS[1]};2020-02-01;;газовая;справка 2\n"
    "total;ues;2\n"
)
SHOP = "yookassa+https://100500@api.yookassa.ru/v3"
PHONE, CLERK = "+79990000321", "+79990000322"


def program_text(said: str) -> list[str]:
    """What of a command's words is the program's own text."""
    return [found for found in PROGRAM_TEXT.findall(said) if found not in HEADINGS]


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that can be run, by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield (*path, name)
            yield from leaves(command, (*path, name))
        elif command is not None:
            yield (*path, name)


class Files:
    """Registers good and bad, as files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)


def tariff_file(**changed: str) -> str:
    row = {
        "region": "Заречная область", "group_code": "1.1", "group_name": "Население",
        "valid_from": "01.01.2028", "valid_to": "31.12.2028", "zone_scheme": "1", "zone": "single",
        "range_no": "1", "range_upper_kwh": "", "price_rub_per_kwh": "5,31", "source_url": "https://example.org",
    } | changed  # fmt: skip
    return ";".join(COLUMNS) + "\n" + ";".join(row[name] for name in COLUMNS) + "\n"


def norm_file(**changed: str) -> str:
    row = {
        "region": "Заречная область", "valid_from": "2028-01-01", "valid_to": "2028-12-31", "rooms": "2+",
        "persons": "1-2", "stove": "gas", "electric_heating": "", "kwh_per_person": "90,5", "source_url": "",
    } | changed  # fmt: skip
    return ";".join(NORM_COLUMNS) + "\n" + ";".join(row[name] for name in NORM_COLUMNS) + "\n"


def cases(files: Files) -> dict[tuple[str, ...], list[list[str]]]:
    """The arguments of each command, the ordinary ones first."""
    reading = f"a;{NUMBERS[0]};{SERIALS[0]};{DAY};150;90;;"
    many = [f"m{n};{NUMBERS[0]};{SERIALS[0]};x;1;;;" for n in range(150)]
    replace = [NUMBERS[0], SERIALS[0], "900300100", "--on", DAY, "--reason", "акт № 1"]
    finals = ["--final", "day=160", "--final", "night=95"]
    staff = ["--password", "Vasilek-Roshcha-31", "--reason", "приказ № 4"]
    correct = ["--correct", "--document", "приказ № 5", "--author", "Ключева"]
    hand = ["--phone", CLERK, "--password", "Vasilek-Roshcha-31", "--code", "000000"]
    names = ["--first-name", "Нина", "--last-name", "Ключева"]
    return {
        ("import",): [
            ["accounts", files("a.csv", account_lines())],
            ["accounts", files("a.csv", account_lines())],
            [
                "accounts",
                files("changed.csv", account_lines(holder="Мельников", meter_serial="90030010")),
            ],
            ["accounts", files("other.csv", account_lines(meter_serial="900300100"))],
            ["accounts", files("group.csv", account_lines(account="0356067009", tariff_group="9.9"))],
            ["accounts", files("phone.csv", account_lines(account="0356067009", phone="112"))],
            ["accounts", files("nobody.csv", account_lines(provider="nobody"))],
            ["readings", files("r.csv", reading_lines(reading, "b;1;2;3;4;;;", "c;;;;;;;;;;x"))],
            ["readings", files("low.csv", reading_lines(f"d;{NUMBERS[0]};{SERIALS[0]};{DAY};15;9;;"))],
            ["readings", files("again.csv", reading_lines(reading.replace("150", "151")))],
            ["readings", files("swap.csv", reading_lines(f"e;{NUMBERS[0]};{SERIALS[0]};{DAY};60000;91;;"))],
            ["readings", files("many.csv", reading_lines(*many))],
            ["readings", files("heading.csv", "что;попало\n1;2\n")],
            ["payments", files("p.csv", payment_lines(("S1", NUMBERS[0], "300,00"), ("S2", "9", "1,00")))],
            [
                "payments",
                files("sum.csv", payment_lines(("S1", NUMBERS[0], "5,00")).replace(b"=1;5,", b"=2;6,")),
            ],
            ["payments", files("other.txt", payment_lines(("S1", NUMBERS[0], "301,00")))],
            ["payments", files("none.txt", "x")],
            ["payments", files("source.txt", payment_lines(("S9", "9", "1,00"))), "--source", "pigeon"],
            ["accounts", files("source.csv", account_lines(area="44")), "--source", "pigeon"],
            ["payments", files("none.bin", b"\0\1")],
            ["openings", files("o.csv", OPENINGS)],
            ["openings", files("o2.csv", OPENINGS.replace("0356067001", "9"))],
            ["openings", files("o3.csv", OPENINGS.replace("10,00", "11,00", 1))],
            ["openings", files("o4.csv", OPENINGS.replace("total", "totally"))],
            ["charges", files("ch.csv", CHARGES)],
            ["charges", files("ch2.csv", CHARGES.replace("total", "totally"))],
            ["terms", files("t.csv", TERMS)],
            ["terms", files("t2.csv", TERMS.replace("0356067001", "9").replace("газовая", "дрова"))],
            ["terms", files("t3.csv", TERMS.replace("total;ues;2", "total;ues;3"))],
            ["terms", files("t4.csv", TERMS.replace("total;ues;2", ""))],
            ["statement", files("kl_to_1c.txt", one_c(document()))],
            ["statement", files("cut.txt", one_c(document(), tail=""))],
            ["statement", files("other.txt", "не выписка")],
            ["statement", files("damaged.xml", "<Document>")],
            ["payments", files("left.txt", payment_lines(("S8", "9", "1,00"))), "--without", "1"],
            ["payments", files("words.txt", payment_lines(("S7", "9", "1,00"))), "--without", "first"],
            ["pigeons", files("q.csv", "x")],
            [
                "accounts",
                files("w.csv", account_lines(account="0356067010")),
                "--rejects",
                "/no/such/folder/x",
            ],
        ],
        ("try", "mail"): [["olga@example.invalid"], ["olga"]],
        ("try", "sms"): [["112"]],
        ("try", "messenger"): [["112"], ["+79117178599"]],
        ("backup",): [["--to", str(files.folder / "backups")], ["--to", "/proc/none"]],
        ("restore",): [[str(files.folder)], [str(files.folder), "--check"]],
        ("resume",): [[], ["--hold", "2026-11-26T03:00"], ["--hold", "now"], [], ["--drop"], ["--send"]],
        ("ledger", "export"): [
            ["--format", "hledger"],
            ["--format", "beancount", "--since", DAY, "--out", str(files.folder / "books")],
            ["--format", "beancount", "--out", str(files.folder / "books")],
            ["--format", "beancount", "--out", "/no/such/folder/books"],
            ["--format", "pigeon"],
        ],
        ("shop", "add"): [
            [
                "oka",
                "--name",
                "Окский банк",
                "--address",
                SHOP,
                "--secret",
                "SVET_TEST_SHOP",
                "--provider",
                "ues",
            ],
            ["oka", "--name", "Окский банк", "--address", SHOP, "--secret", "SVET_TEST_SHOP"],
            ["1", "--name", "x", "--address", SHOP, "--secret", "SVET_TEST_SHOP"],
            ["two", "--name", " ", "--address", SHOP, "--secret", "SVET_TEST_SHOP"],
            ["two", "--name", "x", "--address", "ftp://x", "--secret", "SVET_TEST_SHOP"],
            ["two", "--name", "x", "--address", SHOP.replace("@", ":key@"), "--secret", "SVET_TEST_SHOP"],
            ["two", "--name", "x", "--address", SHOP, "--secret", "test_key"],
            ["two", "--name", "x", "--address", SHOP, "--secret", "/no/such/file"],
            ["two", "--name", "x", "--address", SHOP, "--secret", "SVET_TEST_SHOP", "--provider", "nobody"],
        ],
        ("shop", "serve"): [["-", "ues"], ["oka", "ues"], ["nobody", "ues"], ["oka", "nobody"]],
        ("shop", "off"): [["oka"], ["nobody"]],
        ("shop", "on"): [["oka"], ["nobody"]],
        ("shop", "reserve"): [["ues", "oka"], ["ues", "-"], ["ues", "oka", "oka"], ["ues"], ["nobody"]],
        ("shop", "receipts"): [
            ["-", "cashbox"],
            ["-", "bank"],
            ["-", "nobody"],
            ["nobody", "bank"],
            ["-", "me"],
        ],
        ("shop", "list"): [[]],
        ("outages", "load"): [
            [files("outages.csv", OUTAGES), "--provider", "ues"],
            [files("outages.csv", OUTAGES), "--provider", "ues"],
            [files("empty.csv", ""), "--provider", "ues"],
            [files("outages.csv", OUTAGES), "--provider", "nobody"],
        ],
        ("outages", "list"): [[]],
        ("outages", "cancel"): [
            ["12", "--provider", "ues", "--reason", "нет бригады"],
            ["12", "--provider", "ues", "--reason", "нет бригады"],
            ["12", "--provider", "ues", "--reason", ""],
            ["77", "--provider", "ues", "--reason", "нет бригады"],
        ],
        ("cashbox", "add"): [
            ["kassa", *TILL],
            ["kassa", *TILL],
            ["two", *TILL],
            ["1", *TILL],
            *(["two", *TILL, *wrong] for wrong in WRONG_TILLS),
        ],
        ("cashbox", "list"): [[]],
        ("cashbox", "off"): [["kassa"], ["nobody"]],
        ("cashbox", "retry"): [
            ["--reason", "refused"],
            ["--reason", "silent", "--till", "kassa"],
            ["--reason", "why"],
            [],
        ],
        ("source", "add"): [
            ["sber", "--name", "Сбербанк"],
            ["sber", "--name", "Сбербанк"],
            ["1", "--name", "Почта"],
            ["post", "--name", " "],
            ["post", "--name", "Почта", "--provider", "nobody"],
            ["post", "--name", "Почта", "--inn", "12"],
            ["yoo", "--name", "ЮKassa", "--acquirer"],
            ["yoo", "--name", "ЮKassa", "--acquirer", "--inn", "7750005725"],
            ["yoo2", "--name", "ЮKassa", "--inn", "7750005725"],
            ["post", "--name", "Почта", "--columns", "date,sum"],
            ["post", "--name", "Почта", "--encoding", "ebcdic"],
        ],
        ("source", "set"): [
            ["sber", "--dates", "ymd", "--control", "none"],
            ["pigeon", "--dates", "ymd"],
            ["sber", "--delimiter", "x"],
            ["sber", "--columns", "date,suip,account,sum", "--identity", "office"],
        ],
        ("source", "receipts"): [
            ["sber", "agent"],
            ["sber", "supplier", "--since", "2026-10-01"],
            ["pigeon", "agent"],
        ],
        ("source", "list"): [[]],
        ("act", "write"): [
            [NUMBERS[0], "refused", "--since", "2026-10-01", "--reason", "обход участка", "--number", "17"],
            [NUMBERS[0], "refused", "--since", "2026-10-01", "--reason", "обход участка", "--number", "18"],
            [NUMBERS[0], "broken", "--since", "2026-10-01", "--reason", "обход участка", "--number", "17"],
            [
                NUMBERS[0],
                "broken",
                "--since",
                "2026-10-01",
                "--reason",
                "обход участка",
                "--number",
                "17",
                "--meter",
                "1",
            ],
            [
                NUMBERS[0],
                "broken",
                "--since",
                "2026-10-01",
                "--reason",
                "обход участка",
                "--number",
                "17",
                "--meter",
                SERIALS[0],
            ],
            [
                NUMBERS[0],
                "tampered",
                "--since",
                "2026-10-01",
                "--reason",
                "обход участка",
                "--number",
                "19",
                "--until",
                "2026-10-05",
                "--drawn",
                "2026-10-05",
            ],
            [
                NUMBERS[0],
                "away",
                "--since",
                "2026-10-01",
                "--reason",
                "билеты",
                "--number",
                "20",
                "--until",
                "2026-10-02",
                "--persons",
                "1",
            ],
            [NUMBERS[0], "unmetered", "--since", "1990-10-01", "--reason", "обход", "--number", "21"],
        ],
        ("money", "list"): [[]],
        ("money", "show"): [["0000000000000000"]],
        ("money", "sign"): [["0000000000000000", *hand]],
        ("money", "refuse"): [["0000000000000000", "--reason", "ошибка", *hand]],
        ("act", "list"): [[NUMBERS[0]], ["9999999999"]],
        ("act", "end"): [["0000000000000000", "--on", "2026-11-01", "--number", "22"]],
        ("act", "withdraw"): [["0000000000000000", "--reason", "ошибка в адресе"]],
        ("bill", "decision", "void"): [
            [NUMBERS[0], "--since", "2026-10", "--document", "№ 1"],
            [NUMBERS[0], "--since", "2026-13"],
            ["9999999999", "--since", "2026-10"],
        ],
        ("bill", "decision", "volume"): [
            [NUMBERS[0], "--since", "2026-10", "--kwh", "100", "--document", "№ 1"],
            [NUMBERS[0], "--since", "2026-10", "--kwh", "много"],
            [NUMBERS[0], "--since", "2026-10", "--kwh", "1", "--meter", "nothing"],
        ],
        ("bill", "decision", "credit"): [
            [NUMBERS[0], "--month", "2026-11", "--roubles", "-500", "--document", "№ 1"],
            [NUMBERS[0], "--month", "2026-11", "--roubles", "-500", "--document", "№ 1", "--write"],
            [
                NUMBERS[0],
                "--month",
                "2026-11",
                "--roubles",
                "-500",
                "--document",
                "№ 1",
                "--write",
                "--reason",
                "жалоба № 4",
            ],
            [
                NUMBERS[0],
                "--month",
                "2026-11",
                "--roubles",
                "-50000",
                "--document",
                "№ 1",
                "--write",
                "--reason",
                "жалоба № 4",
            ],
            [NUMBERS[0], "--month", "2026-11", "--roubles", "0.001"],
        ],
        ("bill", "decision", "hold"): [
            [NUMBERS[0], "--since", "2026-11", "--document", "№ 1"],
            [NUMBERS[0], "--since", "2026-11", "--document", "№ 1", "--ends", "2019-01"],
        ],
        ("bill", "decision", "losses"): [
            [NUMBERS[0], "--since", "2026-11", "--percent", "2", "--document", "№ 1"],
            [NUMBERS[0], "--since", "2026-11", "--percent", "200", "--document", "№ 1"],
        ],
        ("bill", "decision", "recompute"): [[NUMBERS[0], "--since", "2026-11", "--document", "№ 1"]],
        ("bill", "decision", "preview"): [[NUMBERS[0]], ["9999999999"]],
        ("bill", "decision", "list"): [[NUMBERS[0]], ["9999999999"]],
        ("bill", "decision", "undo"): [["0000000000000000", "--reason", "ошибка"]],
        ("doctor",): [[], ["--json"]],
        ("penalties",): [
            [NUMBERS[0]],
            [NUMBERS[0], "--until", "2027-03-01"],
            [NUMBERS[0], "--until", "вчера"],
            ["9999999999"],
        ],
        ("policy", "penalties"): [
            [],
            ["--from", "2027-02", "--mode", "shown", "--order", "month-by-month"],
            ["--from", "2027-02", "--mode", "shown"],
            ["--from", "2027-02"],
            ["--from", "февраль", "--mode", "off"],
            ["--provider", "nobody"],
        ],
        ("policy", "limits"): [
            [],
            ["--from", "2027-02-01", "--refund-alone", "1000", "--promise-days", "10"],
            ["--from", "2027-02-01", "--refund-alone", "1000"],
            ["--from", "2027-02-01"],
            ["--from", "2020-02-01", "--promise-days", "3"],
            ["--promise-days", "1000"],
            ["--instalment-least", "2000000"],
            ["--provider", "nobody"],
        ],
        ("law", "enter"): [
            f"{row} --source https://cbr.ru".split()
            for row in (
                "key-rate --percent 14 --from 2026-03-23 --until 2026-04-26 --act 20.03.2026",
                "key-rate --percent 14 --from 2026-04-01 --until 2026-05-26 --act 20.03.2026",
                "moratorium --from 2026-12-01 --until 2026-12-31 --act №1 --region Урал",
                "key-rate --percent 14 --from 2026-05-01 --until 2026-04-01 --act №1",
                "key-rate --from 2026-05-01 --until 2026-06-01 --act №1",
                f"key-rate --percent 14 --from 2026-05-01 --until 2026-06-01 --act {'1' * 201}",
                "key-rate --percent 14 --from 2026-05-01 --until 2199-06-01 --act №1",
                "key-rate --percent 14 --from 2026-05-01 --until 2026-06-01 --act №1 --region Урал",
                "moratorium --percent 1 --from 2026-05-01 --until 2026-06-01 --act №1",
            )
        ]
        + [
            [
                "penalty-cap",
                "--percent",
                "9",
                "--from",
                "2027-01-01",
                "--until",
                "2027-06-01",
                "--act",
                "№1",
                "--source",
                "ftp://a",
            ]
        ],
        ("law", "withdraw"): [
            ["1", "--because", "опечатка"],
            ["1", "--because", "опечатка"],
            ["9", "--because", "нет такой"],
            ["1", "--because", " "],
        ],
        ("law", "show"): [[], ["--all"]],
        ("account", "close"): [
            [NUMBERS[0]],
            [NUMBERS[0], "--on", "2026-07-09", "--reason", "заявление № 8"],
            [NUMBERS[0], "--on", "2026-07-09", "--reason", "заявление № 8"],
            [NUMBERS[0], "--on", "1990-01-01", "--reason", "заявление № 8"],
            [NUMBERS[0], "--on", "2026-07-10"],
            [NUMBERS[0], "--undo", "--reason", "ошибка"],
            [NUMBERS[0]],
            ["9", "--undo", "--reason", "ошибка"],
        ],
        ("account", "terms"): [
            [NUMBERS[0]],
            [NUMBERS[0], "--set", "residents=3", "--set", "stove=gas", "--reason", "справка № 4"],
            [NUMBERS[0], "--set", "residents=3", "--reason", "справка № 4"],
            [NUMBERS[0], "--set", "residents=4"],
            [NUMBERS[0], "--set", "residents=много", "--reason", "справка № 4"],
            [NUMBERS[0], "--set", "balcony=1", "--reason", "справка № 4"],
            [NUMBERS[0], "--set", "electric_heating=может быть", "--reason", "справка № 4"],
            [NUMBERS[0], "--set", "stove=дровяная", "--reason", "справка № 4"],
            [NUMBERS[0], "--set", "residents=5", "--since", "1990-01-01", "--reason", "справка № 4"],
            [NUMBERS[0], "--set", "residents=5", "--since", "2199-01-01", "--reason", "справка № 4"],
            [NUMBERS[0], "--set", "residents"],
            [NUMBERS[0], "--since", "2026-01-01"],
            ["9999999999"],
        ],
        ("tariffs", "load"): [
            [files("t.csv", tariff_file())],
            [files("t.csv", tariff_file())],
            [files("bad.csv", tariff_file(price_rub_per_kwh="дорого", valid_from="вчера", zone="peak"))],
            [files("differs.csv", tariff_file(price_rub_per_kwh="6,00"))],
            [files("overlap.csv", tariff_file(valid_from="01.06.2028", valid_to=""))],
            [files("columns.csv", "a;b\n1;2\n")],
            [files("zip.csv", b"PK\x03\x04\xff\x98")],
            [
                files(
                    "lacks.csv", tariff_file(group_code="9", zone_scheme="2", zone="day", range_upper_kwh="?")
                )
            ],
            [files("t.csv", tariff_file()), "--dry-run"],
            [files("right.csv", tariff_file(price_rub_per_kwh="6,00")), "--correct"],
            [files("right.csv", tariff_file(price_rub_per_kwh="6,00")), *correct, "--dry-run"],
            [files("right.csv", tariff_file(price_rub_per_kwh="6,00")), *correct],
            [files("right.csv", tariff_file(price_rub_per_kwh="6,00")), *correct],
            [files("nowhere.csv", tariff_file(group_code="8")), *correct],
            [files("t.csv", tariff_file()), "--author", "Нина"],
        ],
        ("tariffs", "check"): [
            [files("t.csv", tariff_file())],
            [files("right.csv", tariff_file(price_rub_per_kwh="6,00"))],
            [files("lacks.csv", tariff_file(group_code="9", zone_scheme="2", zone="day")), "--strict"],
            [files("dear.csv", tariff_file(price_rub_per_kwh="дорого"))],
        ],
        ("tariffs", "diff"): [
            [files("right.csv", tariff_file(price_rub_per_kwh="6,00"))],
            [files("t.csv", tariff_file())],
            [files("t.csv", tariff_file()), files("far.csv", tariff_file(group_code="8"))],
            [files("t.csv", tariff_file()), files("dear.csv", tariff_file(price_rub_per_kwh="дорого"))],
        ],
        ("tariffs", "close"): [
            ["1.1", "--on", "31.12.2028"],
            ["1.1", "--on", "31.12.2028", "--region", "Заречная область"],
            ["1.1", "--on", "30.11.2028", "--region", "Заречная область"],
            ["8", "--on", "31.12.2028"],
            ["1.1", "--on", "вчера"],
        ],
        ("tariffs", "show"): [
            [],
            ["--region", "Заречная область", "--group", "1.1", "--replaced"],
            ["--on", "2028-05-01"],
            ["--region", "Нигде"],
        ],
        ("norms", "load"): [
            [files("norms-n.csv", norm_file())],
            [files("norms-n.csv", norm_file())],
            [files("norms-other.csv", norm_file(kwh_per_person="91"))],
            [
                files(
                    "norms-bad.csv",
                    norm_file(kwh_per_person="много", rooms="две", stove="дрова", valid_from="вчера"),
                )
            ],
            [files("norms-over.csv", norm_file(valid_from="2028-06-01"))],
            [files("norms-columns.csv", "a;b\n1;2\n")],
        ],
        ("norms", "check"): [
            [files("norms-n.csv", norm_file())],
            [files("norms-met.csv", norm_file(rooms="3"))],
            [files("norms-empty.csv", norm_file(region="", electric_heating="может"))],
        ],
        ("norms", "show"): [
            [],
            ["--region", "Заречная область", "--on", "2028-05-01"],
            ["--region", "Нигде"],
        ],
        ("norms", "withdraw"): [
            ["Заречная область", "--from", "2028-01-01", "--document", "приказ № 9"],
            ["Заречная область", "--from", "2028-01-01", "--document", "приказ № 9"],
        ],
        ("bill",): [
            ["--period", "2026-11", "--provider", "ues"],
            ["--period", "2026-11"],
            ["--period", "2026-13"],
            ["--period", "2026-11", "--provider", "nobody"],
        ],
        ("bill", "problems"): [
            [],
            ["--period", "2026-11", "--provider", "ues"],
            ["--period", "2026-13"],
            ["--provider", "nobody"],
        ],
        ("bill", "differences"): [[], ["--provider", "ues"], ["--provider", "nobody"]],
        ("bill", "check"): [["2026-11", "--provider", "ues"], ["2026-11"], ["2026-13"], ["2099-01"]],
        ("bill", "dry-run"): [
            ["2026-12", "--provider", "ues", "--by", "Ключева", "--csv", str(files.folder / "dry.csv")],
            ["2026-11", "--by", "Ключева"],
            ["2026-11", "--provider", "ues", "--by", " "],
            ["2026-11", "--provider", "ues", "--by", "Ключева", "--csv", "/no/such/folder/x"],
            ["2026-13", "--by", "Ключева"],
        ],
        ("bill", "release"): [
            ["2026-11", "--provider", "ues", "--by", "Ключева"],
            ["2026-11", "--provider", "ues", "--by", "Котов"],
            ["2026-10", "--provider", "ues", "--by", "Котов"],
            ["2026-13", "--by", "Котов"],
        ],
        ("bill", "confirm"): [
            ["2026-11", "--provider", "ues", "--by", "Котов"],
            ["2026-10", "--provider", "ues", "--by", "Котов"],
            ["2026-13", "--by", "Котов"],
        ],
        ("bill", "retry"): [
            ["2026-11", NUMBERS[0], "--provider", "ues"],
            ["2026-11", "1", "--provider", "ues"],
            ["2026-13", "1"],
        ],
        ("policy", "show"): [[], ["--provider", "ues"], ["--provider", "nobody"]],
        ("policy", "set"): [
            ["--from", "2027-02", "--norm", "100"],
            ["--from", "2027-02", "--norm", "100"],
            ["--from", "2027-02", "--norm", "-1"],
            ["--from", "2027-02", "--decision-limit", "-1"],
            ["--from", "2027-02", "--brake-limit", "0.001"],
            ["--from", "2027-02", "--brake-months", "0"],
            ["--from", "2027-13", "--norm", "100"],
            ["--provider", "nobody", "--from", "2027-02", "--norm", "100"],
        ],
        ("bills", "print"): [
            ["--period", "2026-11", "--out", str(files.folder / "print")],
            ["--period", "2026-11", "--out", str(files.folder / "print")],
            ["--period", "2026-13"],
            ["--again", "nothing"],
        ],
        ("bills", "whose"): [[files("paper.pdf", "%PDF-1.4")], [str(files.folder / "absent.pdf")]],
        ("reconcile",): [[], ["--day", "2026-11-01"], ["--day", "2999-01-01"], ["--day", "вчера"]],
        ("verify",): [[], ["--since"], ["--journal-head", "1:0123456789abcdef"], ["--journal-head", "1"]],
        ("explain",): [["no such bill"], ["no such bill", "--account", "1", "--json"]],
        ("replay",): [
            [files("not.json", "что попало")],
            [files("other.json", '{"format": "svet-bill/2"}')],
            [files("empty.json", "{}")],
            [str(files.folder / "absent.json")],
        ],
        ("meter", "replace"): [
            [*replace, "--final", "day=1"],
            [*replace, *finals[:1], "x"],
            [*replace, "--final", "day=много"],
            [*replace, *finals],
            ["1", *replace[1:], *finals],
        ],
        ("meter", "readings"): [
            [str(files.folder / "out.csv"), "--provider", "ues", "--month", DAY[:7]],
            [str(files.folder / "out.csv"), "--provider", "ues", "--month", DAY[:7]],
            [str(files.folder / "none" / "out.csv"), "--provider", "ues", "--month", DAY[:7]],
            [str(files.folder / "out2.csv"), "--provider", "nobody", "--month", DAY[:7]],
            [str(files.folder / "out2.csv"), "--provider", "ues", "--month", "осень"],
        ],
        ("person", "add"): [
            [PHONE, "--password", "Vasilek-Roshcha-31"],
            [PHONE, "--password", "Vasilek-Roshcha-31"],
            ["112", "--password", "123"],
        ],
        ("staff", "add"): [
            [CLERK, "--role", "operator", *names, *staff],
            [CLERK, "--role", "operator", *names, *staff],
            ["112", "--role", "operator", *names, *staff],
        ],
        ("staff", "role"): [[CLERK, "billing"], ["112", "billing"], ["+79990000000", "billing"]],
        ("staff", "disable"): [[CLERK], [CLERK], ["112"]],
        ("staff", "enable"): [[CLERK], [CLERK], ["112"]],
        ("staff", "password"): [[CLERK, "--password", "Lipa-Bereza-77"], [CLERK, "--password", "1"]],
        ("staff", "forget-factor"): [[CLERK], ["112"]],
        ("staff", "forget-identity"): [[CLERK], ["112"]],
        ("staff", "list"): [[]],
        ("push-key",): [[]],
        ("secret-key",): [[], ["--out", files("key", "there already")]],
        ("rekey",): [[]],
        ("setup",): [
            ["--file", files("not.toml", "что попало")],
            ["--file", str(files.folder / "absent.toml")],
        ],
    }


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, ...], list[list[str]]]:
    monkeypatch.setenv("SVET_TEST_SHOP", "key")
    provider_with_requisites(code="ues")
    load_chelyabinsk()
    make_metered_account(number="0356067100")
    return cases(Files(tmp_path))


def run(words: list[str]) -> str:
    """What a command says, to the terminal and as its last line."""
    done = CliRunner().invoke(svet, words)
    error = done.exception
    if error is None or isinstance(error, SystemExit):
        return done.output
    assert isinstance(error, Failure), (words, error)
    return f"{done.output}{error}"


def test_every_command_has_its_cases(known: dict[tuple[str, ...], list[list[str]]]) -> None:
    wanted = {words for words in leaves(svet) if words[0] not in ELSEWHERE}
    assert wanted == set(known)
    assert set(ELSEWHERE) <= set(COMMANDS)


@pytest.mark.django_db(transaction=True)
def test_no_command_says_anything_in_the_language_of_the_program(
    known: dict[tuple[str, ...], list[list[str]]], tmp_path: Path
) -> None:
    wrong = []
    for words, rounds in known.items():
        for more in rounds:
            said = run([*words, *more]).replace(str(tmp_path), "")
            assert said.strip(), (words, more)
            if found := program_text(said):
                wrong.append(f"{' '.join(words)} {more[:3]}: {found} in {said[:400]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "words",
    [("import",), ("tariffs", "load"), ("tariffs", "show"), ("bill",), ("verify",), ("meter", "replace")],
)
def test_help_is_for_people_too(words: tuple[str, ...]) -> None:
    assert not program_text(CliRunner().invoke(svet, [*words, "--help"]).output)


def test_a_long_list_of_faults_is_a_file_that_is_named(
    known: dict[tuple[str, ...], list[list[str]]], tmp_path: Path
) -> None:
    run(["import", *known["import",][0]])
    said = run(["import", "readings", str(tmp_path / "many.csv")])
    assert said.count("\nСтрока ") == 100
    assert str(tmp_path / "many.rejects.csv.txt") in said
    assert (tmp_path / "many.rejects.csv.txt").read_text().count("Строка ") == 150
    assert (tmp_path / "many.rejects.csv").read_bytes() == (tmp_path / "many.csv").read_bytes()


def test_a_file_somebody_is_mending_is_never_overwritten(
    known: dict[tuple[str, ...], list[list[str]]], tmp_path: Path
) -> None:
    (tmp_path / "low.rejects.csv").write_text("моё")
    run(["import", *known["import",][0]])
    said = run(
        ["import", "readings", str(tmp_path / "many.csv"), "--rejects", str(tmp_path / "low.rejects.csv")]
    )
    assert "уже есть" in said
    run(["import", "readings", str(tmp_path / "low.csv")])
    assert (tmp_path / "low.rejects.csv").read_text() == "моё"


def test_what_was_taken_whole_ends_well_and_what_was_not_does_not(
    known: dict[tuple[str, ...], list[list[str]]],
) -> None:
    good, _again, _changed, other, *_rest = known["import",]
    done = CliRunner().invoke(svet, ["import", *good])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(svet, ["import", *other])
    assert done.exit_code == 1
    assert "прибор другой" in done.output


def test_every_fault_of_a_tariff_file_is_told_with_its_row_and_column(
    known: dict[tuple[str, ...], list[list[str]]],
) -> None:
    said = run(["tariffs", "load", *known["tariffs", "load"][2]])
    for column in ("price_rub_per_kwh", "valid_from", "zone"):
        assert f"Строка 2, столбец {column}: " in said


def exit_code(*words: str) -> int:
    done = CliRunner().invoke(svet, list(words))
    return 1 if isinstance(done.exception, Failure) else done.exit_code


def test_tariff_commands_end_as_their_finding_is(
    known: dict[tuple[str, ...], list[list[str]]], tmp_path: Path
) -> None:
    file, right, bad, lacks = (
        str(tmp_path / name) for name in ("t.csv", "right.csv", "bad.csv", "lacks.csv")
    )
    assert exit_code("tariffs", "check", file) == 0
    assert exit_code("tariffs", "show", "--region", "Заречная область") == 1  # a check has loaded nothing
    assert exit_code("tariffs", "load", file) == 0
    assert exit_code("tariffs", "show", "--region", "Заречная область") == 0
    assert exit_code("tariffs", "check", right) == 1
    assert exit_code("tariffs", "load", right) == 1
    assert exit_code("tariffs", "diff", file) == 0
    assert exit_code("tariffs", "diff", right) == 1
    assert exit_code("tariffs", "load", right, "--correct") == 2
    assert exit_code("tariffs", "load", right, "--correct", "--document", "приказ № 5", "--dry-run") == 0
    assert exit_code("tariffs", "diff", right) == 1
    assert exit_code("tariffs", "load", right, "--correct", "--document", "приказ № 5") == 0
    assert exit_code("tariffs", "diff", right) == 0
    assert exit_code("tariffs", "check", bad) == 1
    assert exit_code("tariffs", "check", lacks) == 0
    assert exit_code("tariffs", "check", lacks, "--strict") == 1
    shown = run(["tariffs", "show", "--region", "Заречная область", "--group", "1.1", "--replaced"])
    assert "6 ₽" in shown
    assert "5,31 ₽" in shown
    assert "приказ № 5" in shown


@pytest.mark.django_db(transaction=True)
def test_refusals_speak_russian() -> None:
    provider_with_requisites()
    make_provider(code="second", name="Второй")
    for words, told in (
        (["bill", "--period", "2026-13"], "2026-13: месяц пишется ГГГГ-ММ"),
        (["bill", "--period", "1999-01"], "1999-01: месяц пишется ГГГГ-ММ"),
        (["bill", "--period", "2026-11", "--provider", "nobody"], "Поставщика с кодом nobody нет; есть "),
        (["policy", "set", "--from", "2027-02", "--norm", "100"], "Назовите поставщика: --provider; есть "),
        (["verify", "--journal-head", "1"], "1: конец печатей пишется как"),
        (["verify"], "Каждый кВт·ч начислен один раз"),
    ):
        assert told in run(words)
