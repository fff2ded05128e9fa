"""Having files of strangers looked through; keeping photos, claiming them as proof, forgetting some."""

from svet.files.operations.photos import claim_photo, forget_unused, hold_photo, keep_photo
from svet.files.operations.scanning import check_file, look_at_scanner, try_scanner

__all__ = [
    "check_file",
    "claim_photo",
    "forget_unused",
    "hold_photo",
    "keep_photo",
    "look_at_scanner",
    "try_scanner",
]
