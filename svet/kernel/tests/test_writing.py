"""Cells of files that programs and spreadsheets read."""

from __future__ import annotations

import pytest

from svet.kernel.writing import safe_cell


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_of_an_export_is_a_formula(sign: str) -> None:
    assert safe_cell(f"{sign}1+1") == f"'{sign}1+1"
    assert safe_cell(f"Дача {sign}") == f"Дача {sign}"
