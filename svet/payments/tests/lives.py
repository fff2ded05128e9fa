"""Random lives of payments: a bank that goes on, looks that are late, calls whose answers are lost.

No database and no Django: the books are a dictionary, and what is asked of them is what
:mod:`svet.payments.rules.facts` promises. A life raises ``AssertionError`` when a kopeck stands twice, not at
all, or elsewhere than the bank's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import reduce
from random import Random

from svet.payments.rules.facts import CONFLICT, NOTHING, Due, Fact, Ordered, Place, Standing, due, join

ORDERED = Ordered(300_00, "ours", "payment")
#: What must have been reached by some thousands of lives; a run that misses one proves less than it says.
SITUATIONS = (
    "stale pending after paid",
    "stale canceled after paid",
    "late yes",
    "answer read, another settled first",
    "taken twice read",
    "other sum",
    "other currency",
    "other order",
    "several payees",
    "bank changed its word",
    "conflict after the credit",
    "refund before our credit",
    "list behind the payment",
    "answer of making lost",
    "key forgotten",
    "answer of refund lost",
    "refund refused by the bank",
    "sent back by a person",
    "credited by a person",
    "credit waits for a refund that is asked",
    "never paid",
)


@dataclass
class Bank:
    """What is true: one payment, its refunds, the keys it has answered to."""

    rng: Random
    fact: Fact = NOTHING
    keys: dict[str, str] = field(default_factory=dict)
    order_id: str = "ours"
    lies: bool = False
    said: list[Fact] = field(default_factory=list)

    def create(self, key: str) -> bool:
        """A payment by this key; the same key makes no second one. Says whether the answer came through."""
        if key not in self.keys:
            self.keys[key] = "payment"
            self.fact = Fact(Standing.PENDING, reference="payment", order_id=self.order_id)
        return self.rng.random() > 0.3

    def goes_on(self, seen: Counter[str]) -> None:
        """One step of the bank's own life."""
        rng, fact = self.rng, self.fact
        if fact.standing is Standing.PENDING:
            self.fact = (
                self._ends(fact, seen) if rng.random() < 0.8 else replace(fact, standing=Standing.DEAD)
            )
        elif fact.standing is Standing.DEAD and rng.random() < 0.5:
            seen["late yes"] += 1
            self.fact = self._ends(fact, seen)
        elif fact.standing is Standing.PAID and rng.random() < 0.4:
            self.give(f"cabinet-{len(fact.refunds)}", rng.choice((1, 35_38, 100_00, self.left)))
        elif fact.standing is Standing.PAID and rng.random() < 0.03 and isinstance(fact.taken, int):
            self.lies = True
            self.fact = replace(fact, taken=fact.taken + 1)
            seen["bank changed its word"] += 1

    def _ends(self, fact: Fact, seen: Counter[str]) -> Fact:
        luck = self.rng.random()
        taken, currency = ORDERED.kopecks, "RUB"
        if luck < 0.15:
            taken = self.rng.choice((1, 299_99, 300_01, 450_00))
            seen["other sum"] += 1
        elif luck < 0.18:
            currency = "USD"
            seen["other currency"] += 1
        return replace(fact, standing=Standing.PAID, taken=taken, currency=currency)

    @property
    def left(self) -> int:
        taken = self.fact.taken if isinstance(self.fact.taken, int) else 0
        return taken - self.fact.refunded

    def give(self, name: str, kopecks: int) -> bool:
        """Give back, never more than is left. Says whether it did."""
        if not 0 < kopecks <= self.left:
            return False
        made = {**self.fact.refunds, name: kopecks}
        self.fact = replace(self.fact, refunds=made, refunded=self.fact.refunded + kopecks)
        return True

    def answer(self, seen: Counter[str]) -> Fact:
        """The truth of this moment; the list of refunds may be behind the payment."""
        fact = self.fact
        if fact.refunds and self.rng.random() < 0.2:
            seen["list behind the payment"] += 1
            names = list(fact.refunds)[:-1]
            fact = replace(fact, refunds={name: fact.refunds[name] for name in names})
        self.said.append(fact)
        return fact


@dataclass
class Books:
    """What we hold: the joined fact, the postings by their sources, and the fences around our own will."""

    ordered: Ordered
    kept: Fact = NOTHING
    posted: dict[str, int] = field(default_factory=dict)
    place: Place = Place.NOWHERE
    stands: int = 0
    asked: int = 0
    decided: bool = False

    def post(self, source: str, kopecks: int) -> None:
        assert source not in self.posted, f"posted twice: {source}"
        self.posted[source] = kopecks

    def settle(self, fact: Fact, seen: Counter[str]) -> Due:
        """What the real settling does in one transaction: join, compare with what stands, post the rest."""
        before = self.kept
        self.kept = join(before, fact)
        assert self.kept.standing >= before.standing
        wants = due(self.kept, self.ordered)
        self._notice(before, fact, seen)
        if self.asked and any(
            kopecks == self.asked and name not in before.refunds for name, kopecks in fact.refunds.items()
        ):
            self.asked = 0
        if wants.place is not Place.NOWHERE:
            self._place(wants, seen)
        for name, kopecks in wants.refunds.items():
            if self.place is not Place.NOWHERE and f"refund:{name}" not in self.posted:
                part = min(kopecks, self.stands)
                self.post(f"refund:{name}", -part)
                self.stands -= part
        return wants

    def _place(self, wants: Due, seen: Counter[str]) -> None:
        if self.place is Place.NOWHERE:
            if wants.refunds:
                seen["refund before our credit"] += 1
            self.post("taken", wants.kopecks)
            self.place, self.stands = wants.place, wants.kopecks
        elif self.place is Place.SUSPENSE and wants.place is Place.ACCOUNTS:
            if self.asked:
                seen["credit waits for a refund that is asked"] += 1
            else:
                self.post("moved", 0)
                self.place = Place.ACCOUNTS

    def _notice(self, before: Fact, fact: Fact, seen: Counter[str]) -> None:
        if before.standing is Standing.PAID:
            if fact.standing is Standing.PENDING:
                seen["stale pending after paid"] += 1
            elif fact.standing is Standing.DEAD:
                seen["stale canceled after paid"] += 1
            else:
                seen["taken twice read"] += 1
        if self.kept.conflict and self.place is Place.ACCOUNTS:
            seen["conflict after the credit"] += 1


class Life:
    """One payment from «Оплатить» to the day when nobody looks any more."""

    def __init__(self, rng: Random, seen: Counter[str]) -> None:
        self.rng, self.seen, self.bank = rng, seen, Bank(rng)
        self.books = Books(ORDERED)
        if rng.random() < 0.1:
            seen["several payees"] += 1
            self.books.ordered = replace(ORDERED, one_payee=False)
        elif rng.random() < 0.03:
            seen["other order"] += 1
            self.bank.order_id = "theirs"
        self.flying: list[Fact] = []

    def live(self) -> None:
        if not self._makes():
            return
        rng = self.rng
        for _ in range(rng.randint(3, 12)):
            self._acts(rng.random())
        self._last_looks()
        self._judge()

    def _makes(self) -> bool:
        """Make the payment: asked again by the same key while the bank knows it, and never after that."""
        for _ in range(3):
            if self.bank.create("order"):
                return True
            self.seen["answer of making lost"] += 1
        self.seen["key forgotten"] += 1
        assert len(self.bank.keys) == 1
        # A callback names it then.
        return self.rng.random() < 0.5

    def _acts(self, luck: float) -> None:
        if luck < 0.35:
            self.bank.goes_on(self.seen)
        elif luck < 0.6:
            self.flying.append(self.bank.answer(self.seen))
        elif luck < 0.85:
            if self.flying:
                place = self.rng.randrange(len(self.flying))
                if place:
                    self.seen["answer read, another settled first"] += 1
                # A look may tell the same twice, and a slow one comes behind all others.
                told = self.flying[place] if luck < 0.62 else self.flying.pop(place)
                self.books.settle(told, self.seen)
        elif luck < 0.95:
            self._person()
        elif self.books.asked:
            self._asks_back()
        else:
            # Accounts of several payees may come to one again: the same answer fits then.
            self.books.ordered = ORDERED

    def _person(self) -> None:
        """Somebody at the desk decides on money that waits, by an answer asked for afresh."""
        books = self.books
        if books.place is not Place.SUSPENSE or books.asked:
            return
        told = self.bank.answer(self.seen)
        books.settle(told, self.seen)
        if books.place is not Place.SUSPENSE or not books.stands or books.kept.refunded != told.refunded:
            return
        if sum(kopecks for kopecks in told.refunds.values() if isinstance(kopecks, int)) < told.refunded:
            return  # the list is behind: it is not clear yet
        if self.rng.random() < 0.5 and not self.bank.lies:
            books.post("moved", 0)
            books.place, books.decided = Place.ACCOUNTS, True
            self.seen["credited by a person"] += 1
        else:
            books.asked = books.stands
            self._asks_back()

    def _asks_back(self) -> None:
        """Our own refund: kept before the call, repeated by the same key, known by its name in the list."""
        kopecks = self.books.asked
        if self.rng.random() < 0.4:
            # The call was lost on its way; meanwhile the books of accounts may have changed.
            self.books.ordered = ORDERED
            return
        known = "back" in self.bank.fact.refunds
        done = known or self.bank.give("back", kopecks)
        if self.rng.random() < 0.3:
            self.seen["answer of refund lost"] += 1
            return
        if done:
            self.seen["sent back by a person"] += 1
            self.books.asked = 0
            self.books.settle(replace(self.books.kept, refunds={"back": kopecks}), self.seen)
        else:
            self.seen["refund refused by the bank"] += 1
            self.books.asked = 0

    def _last_looks(self) -> None:
        """Whatever is still on its way comes, in any order; the bank's last word is read some time."""
        self.flying.append(replace(self.bank.fact))
        self.bank.said.append(self.bank.fact)
        self.rng.shuffle(self.flying)
        for fact in self.flying:
            self.books.settle(fact, self.seen)
        for _ in range(60):
            if not self.books.asked:
                break
            self._asks_back()
        assert not self.books.asked
        self.books.settle(self.bank.fact, self.seen)
        self.bank.said.append(self.bank.fact)

    def _judge(self) -> None:
        books, truth = self.books, self.bank.fact
        if self.rng.random() < 0.05:
            again = list(self.bank.said)
            self.rng.shuffle(again)
            assert reduce(join, again, NOTHING) == books.kept or self.bank.lies, (
                "the order of answers mattered"
            )
        if truth.standing is not Standing.PAID:
            self.seen["never paid"] += 1
            assert not books.posted
            return
        if self.bank.lies:
            self._judge_contradiction()
            return
        wants = due(books.kept, books.ordered)
        if truth.currency != "RUB":
            assert wants.misfit is not None
            return
        assert isinstance(truth.taken, int)
        assert books.posted.get("taken") == truth.taken
        assert sum(books.posted.values()) == books.stands == truth.taken - truth.refunded
        assert {name for name in books.posted if name[:7] == "refund:"} == {
            f"refund:{name}" for name in truth.refunds
        }
        assert books.place is wants.place or books.decided

    def _judge_contradiction(self) -> None:
        """Whichever sum was known first stays; nothing is posted by the second one, and it is seen."""
        books = self.books
        if "taken" in books.posted:
            assert books.posted["taken"] in {fact.taken for fact in self.bank.said}
            assert books.stands == sum(books.posted.values()) >= 0
        told = {fact.taken for fact in self.bank.said if fact.taken is not None}
        assert (len(told) > 1) == (books.kept.taken is CONFLICT)


def live(*, count: int, seed: int) -> Counter[str]:
    """So many lives; the situations they reached, by how often. :raises AssertionError: naming the seed"""
    seen: Counter[str] = Counter()
    for number in range(count):
        life_seed = f"{seed}:{number}"
        try:
            Life(Random(life_seed), seen).live()
        except AssertionError as error:
            raise AssertionError(f"life {life_seed}: {error}") from error
    return seen
