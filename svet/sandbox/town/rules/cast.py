"""The people one signs in as, and the accounts that show something rare."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CastRole:
    """What is fixed about an account of the town; empty fields are left to the dice."""

    holder: str = ""
    phone: str = ""
    street: str = ""
    tariff_group: str = ""
    scheme: int = 0
    sender: str = ""
    payer: str = ""


@dataclass(frozen=True, slots=True)
class Resident:
    """A ready sign-in; ``accounts`` are indexes of the town's accounts it has attached, by group.

    ``elsewhere`` are those with the second provider: one «Оплатить», two payees.
    """

    phone: str
    password: str
    first_name: str
    patronymic: str
    last_name: str
    email: str
    accounts: dict[str, tuple[int, ...]]
    about: str
    elsewhere: dict[str, tuple[int, ...]] = field(default_factory=dict)
    #: The index of an account that this person pays by autopay.
    autopays: int = 0


ANNA_PHONE, BORIS_PHONE, VERA_PHONE, GALINA_PHONE = (
    "+79990000101",
    "+79990000102",
    "+79990000103",
    "+79990000104",
)


@dataclass(frozen=True, slots=True)
class Employee:
    """A ready sign-in of the back office; ``secret`` is what the authenticator application was given."""

    phone: str
    password: str
    secret: str
    role: str
    first_name: str
    patronymic: str
    last_name: str
    about: str


CAST = {
    1: CastRole("Лучинина Анна Петровна", ANNA_PHONE, "ул. Фонарная", "1.1", 2, "regular", "full"),
    2: CastRole("Лучинина Анна Петровна", ANNA_PHONE, "ул. Летний Сад", "1.3", 1, "forgetful", "ahead"),
    4: CastRole("Лучинин Борис Андреевич", BORIS_PHONE, "ул. Ясная", "1.2", 3, "regular", "late"),
    6: CastRole("Зорина Вера Игоревна", VERA_PHONE, "пр-кт Рассвета", "1.1", 1, "regular", "late"),
    8: CastRole("Полднева Галина Захаровна", GALINA_PHONE, "пер. Тихий", "1.1", 1, "forgetful", "partly"),
    # The widest data a page has to bear.
    33: CastRole(
        "Верхнезаозёрская-Благовещенская Александрина-Виктория Константиновна",
        "",
        "ул. Имени Первых Строителей Верхнеозёрской Гидроэлектростанции",
        "1.1",
        3,
        "regular",
        "never",
    ),
}

# Passwords of invented people of a throw-away town: shown on its page on purpose.
RESIDENTS = (
    Resident(
        ANNA_PHONE, "Lampa-2701x", "Анна", "Петровна", "Лучинина", "anna@town.example",
        {"": (1,), "Дача": (2,)}, "хозяйка двух счетов: квартира и дача",
    ),
    Resident(
        BORIS_PHONE, "Fonar-3802y", "Борис", "Андреевич", "Лучинин", "boris@town.example",
        {"": (4,), "Мама": (1, 8)},
        "сын: свой счёт, вода, счета Анны и Галины (за неё платит автоплатёж), ещё один у второй компании",
        {"Окские Поляны": (1,)},
        autopays=8,
    ),
    Resident(
        VERA_PHONE, "Zorka-4903z", "Вера", "Игоревна", "Зорина", "", {"": (6,)},
        "посторонняя: только свой счёт",
    ),
)  # fmt: skip

EMPLOYEES = (
    Employee(
        "+79990000201", "Stol-5104o", "OLGASTOLOLGASTOLOLGASTOLOLGASTOL", "operator",
        "Ольга", "Викторовна", "Смирнова", "оператор: счета, привязки, показания, телефоны",
    ),
    Employee(
        "+79990000202", "Raschet-6205p", "PETRRASCHETPETRRASCHETPETRRASCHE", "billing",
        "Пётр", "Николаевич", "Горелов", "инженер расчётов: счета, показания, тарифы",
    ),
    Employee(
        "+79990000203", "Zamok-7306s", "SVETAZAMOKSVETAZAMOKSVETAZAMOKSV", "security",
        "Светлана", "Юрьевна", "Замятина", "администратор безопасности: сотрудники, ограничения",
    ),
)  # fmt: skip

# The newest bill of these waits for whoever signs in.
OWING = frozenset({1, 4, 6})

# Accounts nobody has attached, kept for trying registration.
FREE_PAIRS = tuple(range(10, 30))
