"""What ``svet import`` says and writes: a sentence for every row to look at, and a file to be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from svet.billing.operations.house_registers import take_house_file
from svet.billing.rules.house_file import HouseFile, HouseFileRefused
from svet.billing.texts.houses import house_error, houses_loaded
from svet.config.failures import Failure
from svet.exchange.operations import FileReport
from svet.exchange.reporting import sentences, summary, to_mend
from svet.kernel.actors import Actor

#: So many sentences are read on a screen; a longer list is a file.
SHOWN = 100


def reject_path(file: Path, given: Path | None) -> Path:
    """Where the rows to be mended go: as asked, or beside the file under a name nobody uses yet.

    :raises Failure: that file is there already, or its folder is not
    """
    if given is None:
        names = (f"{file.stem}.rejects{'' if n == 1 else f'-{n}'}{file.suffix}" for n in range(1, 10_000))
        return next(path for name in names if not (path := file.with_name(name)).exists())
    if given.exists():
        # It may be one that somebody is mending.
        raise Failure(_("Файл %(path)s уже есть: назовите другой.") % {"path": given})
    if not given.absolute().parent.is_dir():
        raise Failure(_("Нет папки %(path)s.") % {"path": given.absolute().parent})
    return given


def say_it_waits(say: Callable[[str], None]) -> None:
    """Say why nothing happens yet; broken off meanwhile, nothing was taken."""
    say(_("Реестр ждёт: идёт начисление или загружается другой реестр. Дальше пойдёт сам, ничего не нужно."))


def tell(
    report: FileReport,
    *,
    profile: str,
    content: BinaryIO,
    path: Path,
    say: Callable[[str], None],
    source: str = "",
) -> bool:
    """Say what became of a register and write what was not taken; True when nothing is left to mend."""
    say(summary(report))
    said = sentences(report)
    for sentence in said[:SHOWN]:
        say(sentence)
    if len(said) > SHOWN:
        listed = path.with_name(f"{path.name}.txt")
        _write(listed, ("\n".join(said) + "\n").encode(), say=say)
        say(_("Показаны первые %(shown)s из %(all)s, все: %(path)s") % {
            "shown": SHOWN, "all": len(said), "path": listed,
        })  # fmt: skip
    rejected = to_mend(report, profile=profile, content=content, source=source)
    if rejected and _write(path, rejected, say=say):
        say(_("Непринятые строки, чтобы исправить и загрузить снова: %(path)s") % {"path": path})
    return not rejected


@contextmanager
def settled(file: Path) -> Iterator[BinaryIO]:
    """A copy of a file as it is now, without a name: a register is read more than once.

    A file that is still being copied to its place grows between the readings, and its digest would be of one
    content and its rows of another.
    """
    with TemporaryFile() as copy:
        with file.open("rb") as source:
            copyfileobj(source, copy)
        copy.seek(0)
        yield cast(BinaryIO, copy)


def take_houses(profile: str, content: bytes, *, now: datetime, say: Callable[[str], None]) -> str:
    """Take a register of houses; what came of it in a sentence.

    :raises Failure: no such register
    :raises HouseFileRefused: something in it is wrong; each fault has been said then, where there are several
    """
    try:
        file = HouseFile(profile)
    except ValueError:
        names = ", ".join(HouseFile)
        raise Failure(
            _("Реестра {profile} нет. Есть: {names}.").format(profile=profile, names=names)
        ) from None
    try:
        return houses_loaded(
            take_house_file(file=file, content=content, by=Actor.system("svet import"), now=now)
        )
    except HouseFileRefused as refused:
        if len(refused.errors) > 1:
            for error in refused.errors:
                say(house_error(error))
        raise


def _write(path: Path, content: bytes, *, say: Callable[[str], None]) -> bool:
    """The register is taken already: a folder that cannot be written to is said, not raised."""
    try:
        path.write_bytes(content)
    except OSError as error:
        say(_("Файл %(path)s не записать (%(why)s): назовите другой через --rejects.") % {
            "path": path, "why": error.strerror or "",
        })  # fmt: skip
        return False
    return True
