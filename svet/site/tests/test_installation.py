from datetime import date

import pytest

from svet.kernel.refusals import NotFound, Refused
from svet.site.operations import publish_agreement, set_up
from svet.site.queries import DEFAULTS, agreement, current_agreement, installation
from svet.site.rules import AgreementKind, BlockKind

pytestmark = pytest.mark.django_db


def test_an_installation_that_was_not_set_up_has_the_guides_retailer() -> None:
    assert installation() == DEFAULTS
    assert DEFAULTS.hotline_link == "tel:+73512222500"
    assert DEFAULTS.site_name == "uralsbyt.ru"


def test_setting_up_twice_keeps_the_second() -> None:
    for brand in ("Первый", "Второй"):
        set_up(brand=brand, legal_name="ООО «Второй»", hotline="112", hotline_hours="всегда")
    assert installation().brand == "Второй"
    assert installation().hotline_link == "tel:112"


@pytest.mark.parametrize("color", ["", "red", "#12345", "#1234567", "#12345g", "url(x)", "#١٢٣٤٥٦"])
def test_a_colour_that_is_no_colour_is_refused(color: str) -> None:
    with pytest.raises(Refused) as refused:
        set_up(brand="Б", legal_name="Б", hotline="1", hotline_hours="", primary_color=color)
    assert refused.value.field == "primary_color"
    assert installation() == DEFAULTS


@pytest.mark.parametrize("kind", list(AgreementKind))
def test_both_texts_are_published_from_the_start(kind: AgreementKind) -> None:
    text = current_agreement(kind=kind)
    assert text.version == 1
    assert len(text.body) > 2000
    assert sum(block.kind is BlockKind.HEADING for block in text.blocks) >= 8


def test_a_new_version_is_in_force_and_the_old_one_stays_readable() -> None:
    old = current_agreement(kind=AgreementKind.TERMS)
    number = publish_agreement(
        kind=AgreementKind.TERMS, title="Новое", body="Текст", published_on=date(2026, 12, 1)
    )
    assert number == 2
    assert current_agreement(kind=AgreementKind.TERMS).title == "Новое"
    assert agreement(kind=AgreementKind.TERMS, version=1) == old
    assert current_agreement(kind=AgreementKind.PERSONAL_DATA).version == 1


def test_a_version_that_was_never_published_is_not_found() -> None:
    with pytest.raises(NotFound):
        agreement(kind=AgreementKind.TERMS, version=7)


def test_an_empty_text_is_not_published() -> None:
    with pytest.raises(Refused):
        publish_agreement(kind=AgreementKind.TERMS, title="Пусто", body=" ", published_on=date(2026, 12, 1))
    assert current_agreement(kind=AgreementKind.TERMS).version == 1
