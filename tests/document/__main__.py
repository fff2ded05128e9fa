"""Carry docs/operations.md out, step by step, and say how many minutes each took.

python -m tests.document [PACKAGE.deb]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests import debian
from tests.alone import PLACE, alone
from tests.document.machines import OUTSIDE, PACKAGES, Machine, carry, hidden, lay_network
from tests.document.person import browser, pay, register_and_read
from tests.document.steps import MACHINES, PEOPLE, Step, carried, steps

ROOT = Path(__file__).resolve().parents[2]


def main(package: Path) -> None:
    if os.geteuid() != 0:
        raise SystemExit("the document is tried on machines of our own, which only root can make")
    if PLACE not in os.environ:
        missing = [name for name in ("systemd-nspawn", "nginx", "ip", "curl") if shutil.which(name) is None]
        if (missing or not Path("/usr/bin/python3.11").exists()) and debian.install(
            PACKAGES, needed_by="Machines"
        ):
            raise SystemExit(1)
        inside = [sys.executable, "-m", "tests.document", str(package)]
        raise SystemExit(alone(inside, prefix="svet-document", network=True))
    with ExitStack() as tidy:
        _carry_out(tidy, package, place=Path(os.environ[PLACE]))


def _carry_out(tidy: ExitStack, package: Path, *, place: Path) -> None:
    began = time.monotonic()
    hidden(["/run", str(place)])
    Path("/run/systemd/nspawn").mkdir(parents=True)
    lay_network()
    _start_outer_world(tidy, place)
    machines = {}
    for number, name in enumerate(MACHINES):
        machine = machines[name] = Machine(name, f"10.0.0.{10 + number}", place=place)
        tidy.callback(machine.stop)
        if name != "front":
            shutil.copy(package, machine.root / "root" / package.name)
    page = tidy.enter_context(browser())
    _tell(began, "machines stand")
    for step in steps():
        if step.mark == PEOPLE[0]:
            register_and_read(page)
            _tell(began, step.mark)
        elif step.mark == PEOPLE[1]:
            _tell(began, f"{step.mark}: {pay(page)}")
        else:
            _do(step, machines)
            _tell(began, f"line {step.line}: {step.mark or ' and '.join(step.machines)}")
    sys.stdout.write(f"docs/operations.md stands: {len(steps())} steps\n")


def _do(step: Step, machines: dict[str, Machine]) -> None:
    way = carried(step.mark) if step.mark else None
    if way:
        carry(way[0], source=machines[way[1]], target=machines[way[2]])
    for name in step.machines:
        said = machines[name].shell(step.block)
        sys.stdout.write("".join(f"    {line}\n" for line in said.splitlines()[-12:]))


def _start_outer_world(tidy: ExitStack, place: Path) -> None:
    log = tidy.enter_context((place / "outer.log").open("wb"))
    words = ["-m", "svet", "sandbox", "--data", str(place / "outer"), "--host", OUTSIDE]
    world = subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=log, stderr=log)
    tidy.callback(world.wait)
    tidy.callback(world.terminate)


def _tell(began: float, what: str) -> None:
    sys.stdout.write(f"{(time.monotonic() - began) / 60:5.1f} min  {what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
