from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from svet.kernel.refusals import NotFound, Refused
from svet.kernel.transactions import use_case
from svet.site.operations import InstallationDetails, publish_agreement, set_up, take_back_agreement
from svet.site.queries import agreement, coming_agreement, current_agreement, installation, nobody
from svet.site.rules import AgreementKind, BlockKind

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 1)
ROOT = Path(__file__).resolve().parents[3]


def test_an_installation_that_was_not_set_up_names_no_company() -> None:
    view = installation()
    assert view == nobody()
    assert (view.brand, view.site_url) == ("Личный кабинет", "")
    assert view.hotline_link == "/help/"
    said = " ".join(str(getattr(view, field.name)) for field in fields(view))
    assert not re.search(r"сбыт|sbyt|энерго|\d{3}-\d", said, re.IGNORECASE)


def test_no_code_names_a_company_or_its_zone() -> None:
    """The sample town, the showcase of the design system and tests may; nothing that a retailer runs does."""
    named = re.compile(r"уралэнергосбыт|uralsbyt|351-?2222|Asia/Yekaterinburg", re.IGNORECASE)
    may = {"svet/sandbox", "svet/cabinet/shell/showcase.py", "svet/config/environment.py"}
    found = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "svet").rglob("*"))
        if path.suffix in (".py", ".html", ".txt", ".js")
        and not {"tests", "migrations"} & set(path.parts)
        and path.name not in ("look.html",)
        and not any(path.relative_to(ROOT).as_posix().startswith(each) for each in may)
        and named.search("\n".join(_without_comments(path)))
    ]
    assert found == []


def _without_comments(path: Path) -> list[str]:
    """Lines that do something: an example in a comment or a docstring names nobody's portal."""
    text = re.sub(r'"""(?s:.*?)"""', "", path.read_text("utf-8"))
    return [line for line in text.splitlines() if not line.strip().startswith(("#", "//", "Variable("))]


def test_the_hotline_is_a_link_to_call() -> None:
    set_up(
        details=InstallationDetails(
            brand="Б",
            legal_name="Б",
            hotline="8-351-2222-500",
            hotline_hours="",
            site_url="https://lk.example.ru/",
        )
    )
    assert installation().hotline_link == "tel:+73512222500"
    assert installation().site_name == "lk.example.ru"


def test_setting_up_twice_keeps_the_second() -> None:
    for brand in ("Первый", "Второй"):
        set_up(
            details=InstallationDetails(
                brand=brand, legal_name="ООО «Второй»", hotline="112", hotline_hours="всегда"
            )
        )
    assert installation().brand == "Второй"
    assert installation().hotline_link == "tel:112"


@pytest.mark.parametrize("color", ["", "red", "#12345", "#1234567", "#12345g", "url(x)", "#١٢٣٤٥٦"])
def test_a_colour_that_is_no_colour_is_refused(color: str) -> None:
    with pytest.raises(Refused) as refused:
        set_up(
            details=InstallationDetails(
                brand="Б", legal_name="Б", hotline="1", hotline_hours="", primary_color=color
            )
        )
    assert refused.value.field == "primary_color"
    assert installation() == nobody()


@pytest.mark.parametrize("kind", list(AgreementKind))
def test_both_texts_are_published_from_the_start(kind: AgreementKind) -> None:
    text = current_agreement(kind=kind, today=TODAY)
    assert text.version == 1
    assert len(text.body) > 2000
    assert sum(block.kind is BlockKind.HEADING for block in text.blocks) >= 8


def test_a_new_version_is_in_force_and_the_old_one_stays_readable() -> None:
    old = current_agreement(kind=AgreementKind.TERMS, today=TODAY)
    number = publish_agreement(
        kind=AgreementKind.TERMS, title="Новое", body="Текст", published_on=date(2026, 12, 1)
    )
    assert number == 2
    assert current_agreement(kind=AgreementKind.TERMS, today=TODAY).title == "Новое"
    assert agreement(kind=AgreementKind.TERMS, version=1) == old
    assert current_agreement(kind=AgreementKind.PERSONAL_DATA, today=TODAY).version == 1


def test_a_version_holds_from_its_own_day_and_the_one_before_until_then() -> None:
    kind, day = AgreementKind.TERMS, timedelta(days=1)
    publish_agreement(kind=kind, title="Новое", body="Текст", published_on=TODAY)
    for on, holds, comes in ((TODAY - day, 1, 2), (TODAY, 2, None), (TODAY + day, 2, None)):
        coming = coming_agreement(kind=kind, today=on)
        assert current_agreement(kind=kind, today=on).version == holds
        assert (coming and coming.version) == comes
    # A clock that is years behind still has something to agree to.
    assert current_agreement(kind=kind, today=date(1999, 1, 1)).version == 1


def test_a_version_that_was_taken_back_never_holds_and_its_number_is_not_given_again() -> None:
    kind = AgreementKind.TERMS
    publish_agreement(kind=kind, title="Новое", body="Текст", published_on=TODAY)
    with use_case():
        take_back_agreement(kind=kind, version=2, now=datetime(2026, 11, 30, tzinfo=UTC))
    assert coming_agreement(kind=kind, today=TODAY - timedelta(days=1)) is None
    assert current_agreement(kind=kind, today=TODAY).version == 1
    assert agreement(kind=kind, version=2).taken_back
    assert publish_agreement(kind=kind, title="Иное", body="Текст", published_on=TODAY) == 3
    assert current_agreement(kind=kind, today=TODAY).version == 3


def test_a_version_that_was_never_published_is_not_found() -> None:
    with pytest.raises(NotFound):
        agreement(kind=AgreementKind.TERMS, version=7)


def test_an_empty_text_is_not_published() -> None:
    with pytest.raises(Refused):
        publish_agreement(kind=AgreementKind.TERMS, title="Пусто", body=" ", published_on=date(2026, 12, 1))
    assert current_agreement(kind=AgreementKind.TERMS, today=TODAY).version == 1
