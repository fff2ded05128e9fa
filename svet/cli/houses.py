"""Registers of houses from the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from svet.billing.operations.house_registers import take_house_file
from svet.billing.rules.house_file import HouseFile, HouseFileRefused
from svet.billing.texts.houses import house_error, houses_loaded
from svet.config.failures import Failure
from svet.kernel.actors import Actor


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
