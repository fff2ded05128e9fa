"""What comes out of a photo, and what hostile files become."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadhandler import StopFutureHandlers
from django.db import DatabaseError, transaction
from PIL import Image

from svet.accounts.tests.factories import NOW
from svet.files import operations, queries, texts
from svet.files.models import Photo
from svet.files.pictures import prepared
from svet.files.rules import LONGEST_SIDE, MOST_BYTES, PhotoReason, PhotoRefused
from svet.files.tests.pictures import HEIC, HTML, SVG, photo, png_bomb, with_exif
from svet.files.uploads import PhotoUploadHandler
from svet.kernel.actors import Actor

ANNA, VERA = Actor.person(1), Actor.person(2)


@pytest.mark.parametrize(
    "raw", [photo(), photo(kind="PNG", mode="RGBA"), photo(kind="WEBP"), photo(mode="L")]
)
def test_photo_becomes_a_plain_jpeg(raw: bytes) -> None:
    picture = prepared(raw)
    seen = Image.open(io.BytesIO(picture.jpeg))
    assert (seen.format, seen.mode, seen.size) == ("JPEG", "RGB", (640, 480))


def test_place_and_comment_are_dropped_and_the_picture_stands_upright() -> None:
    raw = with_exif()
    assert b"Secret" in raw
    picture = prepared(raw)
    assert b"Secret" not in picture.jpeg
    assert (picture.width, picture.height) == (480, 640)
    seen = Image.open(io.BytesIO(picture.jpeg))
    assert not seen.getexif()
    assert "comment" not in seen.info


def test_large_photo_is_made_smaller() -> None:
    picture = prepared(photo(size=(4000, 3000)))
    assert max(picture.width, picture.height) == LONGEST_SIDE
    assert len(picture.jpeg) < 400_000


def test_what_is_glued_to_a_photo_does_not_survive() -> None:
    assert b"<script>" not in prepared(photo() + HTML).jpeg


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", PhotoReason.EMPTY),
        (SVG, PhotoReason.NOT_A_PICTURE),
        (HTML, PhotoReason.NOT_A_PICTURE),
        (b"GIF89a" + b"\0" * 100, PhotoReason.NOT_A_PICTURE),
        (b"PK\x03\x04" + b"\0" * 100, PhotoReason.NOT_A_PICTURE),
        (HEIC, PhotoReason.HEIC),
        (b"\xff\xd8\xff" + HTML, PhotoReason.BROKEN),
        (b"\x89PNG\r\n\x1a\n" + SVG, PhotoReason.BROKEN),
        (b"RIFF\xff\xff\xff\xffWEBPVP8 " + b"\0" * 40, PhotoReason.BROKEN),
        (photo()[:400], PhotoReason.BROKEN),
        (photo(kind="PNG")[:-30], PhotoReason.BROKEN),
        (photo() + b"\0" * MOST_BYTES, PhotoReason.TOO_LARGE),
        (png_bomb(50_000, 1_000), PhotoReason.TOO_MANY_PIXELS),
        (png_bomb(60_000, 60_000), PhotoReason.TOO_MANY_PIXELS),
        (png_bomb(2_000_000_000, 2), PhotoReason.TOO_MANY_PIXELS),
    ],
)
def test_hostile_file_is_refused_in_words(raw: bytes, reason: PhotoReason) -> None:
    with pytest.raises(PhotoRefused) as caught:
        prepared(raw)
    assert caught.value.reason is reason
    assert texts.explain(caught.value)


@pytest.mark.django_db
def test_photo_waits_for_its_owner_and_is_used_once() -> None:
    raw = photo()
    key = operations.keep_photo(raw=raw, by=ANNA, now=NOW)
    assert operations.keep_photo(raw=raw, by=ANNA, now=NOW) == key
    for by in (VERA, ANNA, ANNA):
        with transaction.atomic():
            if by is ANNA and not Photo.objects.filter(used_at__isnull=False).exists():
                found = operations.claim_photo(photo_public_id=key, by=by, now=NOW)
                assert queries.jpeg_of(found).startswith(b"\xff\xd8\xff")
                continue
            with pytest.raises(PhotoRefused):
                operations.claim_photo(photo_public_id=key, by=by, now=NOW)
    assert operations.keep_photo(raw=raw, by=ANNA, now=NOW) != key


@pytest.mark.django_db
def test_unused_photo_is_forgotten_after_a_day_and_proof_never() -> None:
    used = operations.keep_photo(raw=photo(), by=ANNA, now=NOW)
    operations.keep_photo(raw=photo(kind="PNG"), by=ANNA, now=NOW)
    with transaction.atomic():
        operations.claim_photo(photo_public_id=used, by=ANNA, now=NOW)
    assert operations.forget_unused(now=NOW + timedelta(hours=23)) == 0
    assert operations.forget_unused(now=NOW + timedelta(hours=25)) == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Photo.objects.filter(public_id=used).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Photo.objects.filter(public_id=used).update(jpeg=b"")


def test_upload_holds_no_more_than_the_limit() -> None:
    handler = PhotoUploadHandler()
    with pytest.raises(StopFutureHandlers):
        handler.new_file("photo", "a.jpg", "image/jpeg", 0)
    piece = b"x" * (1 << 20)
    for number in range(30):
        assert handler.receive_data_chunk(piece, number << 20) is None
    kept = handler.file_complete(30 << 20)
    assert kept is not None
    assert kept.size == MOST_BYTES + 1
    with pytest.raises(PhotoRefused):
        prepared(kept.read())


def test_other_files_go_on_to_the_next_handler() -> None:
    handler = PhotoUploadHandler()
    handler.new_file("register", "a.csv", "text/csv", 0)
    assert handler.receive_data_chunk(b"a;b", 0) == b"a;b"
    assert handler.file_complete(3) is None
