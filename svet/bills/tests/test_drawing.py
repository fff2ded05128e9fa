from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from django.utils import translation
from PIL import Image, ImageDraw
from pypdf import PdfReader
from reportlab.lib import rl_accel

from svet.bills.drawing import draw, draw_batch
from svet.bills.drawing.pen import wrap
from svet.bills.drawing.sheets import Sheets
from svet.bills.rules import BillDocument, payment_code
from svet.bills.tests.factories import (
    PAYEE,
    make_document,
    make_large_document,
    make_line,
    make_reading,
    make_varied_document,
)
from tests import debian

SHAPES: list[tuple[str, BillDocument]] = [
    ("usual", make_document()),
    ("large", make_large_document()),
    ("overpaid", make_document(paid=500_000)),
    ("nothing", make_document(lines=(), readings=(), previous_kwh=None)),
    (
        "crowded",
        make_document(
            lines=tuple(make_line(zone=zone, range_no=n) for n in range(1, 12) for zone in ("day", "night")),
            readings=tuple(
                make_reading(zone=zone, serial=str(n)) for n in range(9) for zone in ("day", "night")
            ),
        ),
    ),
]
shapes = pytest.mark.parametrize("document", [d for _name, d in SHAPES], ids=[name for name, _d in SHAPES])


def page_text(content: bytes) -> str:
    """The text a person would copy, with plain spaces."""
    (page,) = PdfReader(BytesIO(content)).pages
    return " ".join(page.extract_text().replace("\xa0", " ").split())


def drawn_symbol(content: bytes) -> Image.Image:
    """The QR symbol painted anew from the rectangles of the page's drawing commands."""
    (page,) = PdfReader(BytesIO(content)).pages
    stream = page.get_contents()
    assert stream is not None
    boxes: list[tuple[float, ...]] = []
    best: list[tuple[float, ...]] = []
    for operands, operator in stream.operations:
        if operator == b"re":
            boxes.append(tuple(float(value) for value in operands))
        elif operator in (b"f", b"f*"):
            best = max(best, boxes, key=len)
            boxes = []
    left = min(box[0] for box in best)
    low = min(box[1] for box in best)
    high = max(box[1] + box[3] for box in best)
    step = min(box[3] for box in best)
    side = round((high - low) / step)
    image = Image.new("L", ((side + 8) * 4, (side + 8) * 4), 255)
    brush = ImageDraw.Draw(image)
    for x, y, width, height in best:
        column, row = round((x - left) / step) + 4, round((high - y - height) / step) + 4
        brush.rectangle((column * 4, row * 4, (column + round(width / step)) * 4 - 1, row * 4 + 3), fill=0)
    return image


def scan(image: Image.Image) -> bytes:
    (found,) = zxingcpp.read_barcodes(image)
    return bytes(found.bytes)


@shapes
def test_equal_documents_give_equal_bytes_of_one_small_page(document: BillDocument) -> None:
    content = draw(document, masked=False)
    assert content == draw(document, masked=False)
    assert len(content) <= 60 * 1024
    assert len(PdfReader(BytesIO(content)).pages) == 1


@shapes
def test_drawn_symbol_reads_back_as_the_payment_code(document: BillDocument) -> None:
    assert scan(drawn_symbol(draw(document, masked=True))) == payment_code(document)


def test_scanner_reads_the_printed_page(tmp_path: Path) -> None:
    if shutil.which("pdftoppm") is None and debian.install(["poppler-utils"], needed_by="Printed pages"):
        pytest.skip("poppler, of Debian's package poppler-utils, cannot be had here")
    file = tmp_path / "bill.pdf"
    file.write_bytes(draw(make_large_document(), masked=False))
    command = ["pdftoppm", "-r", "150", "-png", "-singlefile", str(file), str(tmp_path / "bill")]
    subprocess.run(command, check=True)
    with Image.open(tmp_path / "bill.png") as image:
        assert scan(image.convert("L")) == payment_code(make_large_document())


def test_text_is_real_and_says_what_matters() -> None:
    with translation.override("ru"):
        text = page_text(draw(make_document(), masked=False))
    for words in (
        "1 011,24 ₽",
        "до 15 декабря 2026",
        "В ноябре 212 кВт·ч — на 38 больше, чем в октябре; тариф не менялся.",
        "0356067000",
        "Иванова Анна Петровна",
        "ООО «Уралэнергосбыт»",
        "ИНН 7453000000",
        "40702810000000012345",
        "2611-0356067000",
        "4,77",
        "24.10.2026",
        "23.11.2026 · личный кабинет",
        "Потребление за 12 месяцев",
        "Постановление № 96/2",
        "8-351-2222-500",
    ):
        assert words in text


def test_masked_variant_hides_name_and_flat() -> None:
    text = page_text(draw(make_document(), masked=True))
    assert "Иванова" not in text
    assert "кв. 27" not in text
    assert "А*** П. И******" in text


def test_demonstration_price_is_marked() -> None:
    with translation.override("ru"):
        text = page_text(draw(make_document(lines=(make_line(demonstration=True),)), masked=False))
    assert "4,77*" in text
    assert "цена демонстрационная" in text


def test_three_zones_of_three_ranges_stand_on_the_page() -> None:
    text = page_text(draw(make_large_document(), masked=False))
    for words in ("Пик", "Полупик", "Ночь", "свыше 3 900 до 6 000", "свыше 6 000", "6,77*"):
        assert words in text


@shapes
def test_no_word_leaves_the_page(document: BillDocument) -> None:
    (page,) = PdfReader(BytesIO(draw(document, masked=False))).pages
    places: list[tuple[float, float]] = []

    def note(text: str, _cm: Any, matrix: Any, _font: Any, _size: Any) -> None:
        if text.strip():
            places.append((matrix[4], matrix[5]))

    page.extract_text(visitor_text=note)
    assert places
    assert all(30 <= x <= 565 and 15 <= y <= 825 for x, y in places)


def test_bill_without_requisites_still_prints() -> None:
    document = replace(make_document(), payee=replace(PAYEE, bic="", settlement_account="", color="plum"))
    assert "Реквизиты для оплаты" in page_text(draw(document, masked=False))


def test_word_wider_than_the_line_is_broken_inside() -> None:
    draw(make_document(), masked=False)
    lines = wrap("Ж" * 100, width=100, font="Svet", size=8)
    assert len(lines) > 3
    assert "".join(lines) == "Ж" * 100


def test_formatting_is_done_by_the_compiled_library() -> None:
    assert rl_accel.fp_str.__module__ == "_rl_accel"


def test_files_drawn_from_many_threads_are_those_of_one() -> None:
    documents = [make_varied_document(number) for number in range(60)]

    def digest(number: int) -> str:
        with translation.override("ru"):
            # Batches in between: their pages alternate with other documents' pages.
            if number % 10 == 9:
                content = draw_batch(documents[:5], title="Партия", author="Светлый дом")
            else:
                content = draw(documents[number % 60], masked=number % 2 == 0)
        return hashlib.sha256(content).hexdigest()

    alone = [digest(number) for number in range(60)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)
    try:
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(digest, [number % 60 for number in range(300)]))
    finally:
        sys.setswitchinterval(before)
    assert together == alone * 5


def test_pen_is_nobody_elses_while_a_page_is_drawn() -> None:
    """What makes the threads safe: no page is begun while another one is on the table."""
    sheets = Sheets(title="a", author="b", subject="c")
    with ThreadPoolExecutor(1) as pool:
        with sheets.page() as pen:
            pen.text(10, 10, "первая")
            other = pool.submit(draw, make_document(), masked=False)
            with pytest.raises(TimeoutError):
                other.result(timeout=0.3)
        assert other.result(timeout=60)
