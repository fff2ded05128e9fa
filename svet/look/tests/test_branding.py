import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.look.branding import contrast, style, text_on


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#123456", "#123456") == pytest.approx(1)


@given(st.integers(0, 0xFFFFFF))
def test_text_on_any_brand_colour_can_be_read(number: int) -> None:
    color = f"#{number:06x}"
    assert contrast(text_on(color), color) >= 4.5


def test_the_style_sheet_holds_both_colours() -> None:
    sheet = style(primary="#003366", accent="#ffcc00")
    assert "--deep:#003366;--on-deep:#ffffff" in sheet
    assert "--accent:#ffcc00" in sheet
