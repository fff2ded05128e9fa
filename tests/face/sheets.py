"""Every page there is, in the states the policy leads to: no list of pages is kept by hand.

Each row of ``tests.authorisation.policy`` is asked as everybody whose page may look different, and once more
with everything missing, so a new page is looked over from the day it has its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db import transaction

from tests.authorisation.policy import EVERYBODY, POLICY, V1, Row, Who
from tests.authorisation.test_matrix import _as_test, knock
from tests.authorisation.world import World
from tests.face.rendering import Sheet, sheet_of

#: The first of these who may is shown the page: strangers see the public frame, Anna the full one.
VIEWERS = (Who.ANONYMOUS, Who.ANNA, Who.GALINA, Who.BORIS_MANAGE, *Who)
#: What differs between two looks at the same page: the form's secret, the incident's number.
SECRET = re.compile(r'value="\w{64}"|И-[\w-]+')


def viewers(row: Row) -> list[Who]:
    """Whose page is worth looking at: a stranger's and Anna's differ by their frame."""
    if row.may == EVERYBODY:
        return [Who.ANONYMOUS, Who.ANNA]
    return [next(who for who in VIEWERS if who in row.may)]


def sheets(world: World) -> Iterator[Sheet]:
    """Every page of the policy's rows; nothing they change stays."""
    seen: set[str] = set()
    for row in POLICY:
        if row.route.startswith((V1, "callbacks/")):
            continue
        for who in viewers(row):
            with _as_test(transaction.atomic()):
                answer = knock(world, row, who)
                transaction.set_rollback(True)
            path = answer.wsgi_request.get_full_path()
            sheet = sheet_of(f"{row.name} {who}", path, answer)
            if sheet is not None and (same := SECRET.sub("", sheet.html)) not in seen:
                seen.add(same)
                yield sheet
