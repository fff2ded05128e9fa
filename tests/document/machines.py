"""Machines of this machine's own Debian: each with a systemd, over a private layer, in a private network.

Needs root, overlayfs and systemd-nspawn. Everything lies in memory, behind namespaces of mounts, processes
and network that end with the process (:mod:`tests.alone`): nothing that runs there is seen or left outside.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

#: What Debian must have here for the layers above it; the blocks install the same and find it there.
PACKAGES = (
    "systemd-container",
    "systemd",
    "nginx",
    "postgresql",
    "python3.11",
    "iproute2",
    "openssl",
    "curl",
)
BRIDGE = "svetdoc"
OUTSIDE = "10.0.0.30"
HOSTS = "127.0.0.1 localhost\n" + "".join(
    f"{address} {names}\n"
    for address, names in (
        ("10.0.0.10", "front lk.retailer.example"),
        ("10.0.0.11", "first"),
        ("10.0.0.12", "second"),
        (OUTSIDE, "mail.example smsc.example bank.example"),
    )
)
# Of this machine, and in the way: what the document installs must not have been set up, and without lists apt
# takes what is there for the newest, since these machines reach no other.
_EMPTY = ("etc/nginx/conf.d", "etc/postgresql/15/main/conf.d", "var/lib/apt/lists/partial")
_FORGOTTEN = ("etc/svet", "var/lib/svet", "var/lib/apt/lists", *_EMPTY)

_SURROUNDINGS = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}


class Machine:
    """One of them; ``address`` is where the others reach it."""

    def __init__(self, name: str, address: str, *, place: Path) -> None:
        self.name, self.address = name, address
        self.root = place / name / "root"
        self._log = (place / f"{name}.log").open("wb")
        for part in ("upper", "work", "root"):
            (place / name / part).mkdir(parents=True)
        layers = f"lowerdir=/,upperdir={place / name / 'upper'},workdir={place / name / 'work'}"
        run("mount", "-t", "overlay", "overlay", "-o", layers, str(self.root))
        for path in _FORGOTTEN:
            shutil.rmtree(self.root / path, ignore_errors=True)
        for path in _EMPTY:
            (self.root / path).mkdir(parents=True)
        (self.root / "etc/hosts").write_text(HOSTS)
        (self.root / "etc/hostname").write_text(name + "\n")
        (self.root / "etc/machine-id").write_text("")
        words = ["systemd-nspawn", "--quiet", f"--directory={self.root}", f"--machine=svet-{name}", "--boot"]
        words += [
            "--register=no",
            "--keep-unit",
            "--link-journal=no",
            "--resolv-conf=off",
            f"--network-bridge={BRIDGE}",
        ]
        # Nothing of this machine starts by itself there: the document starts what it needs.
        self._nspawn = subprocess.Popen(
            [*words, "systemd.unit=basic.target"],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        self._leader = self._wait_for_leader()
        for order in (("addr", "add", f"{address}/24", "dev", "host0"), ("link", "set", "host0", "up")):
            self._inside("ip", *order)
        self.shell(
            "until systemctl is-system-running | grep -qE 'running|degraded|starting'; do sleep 0.2; done"
        )

    def shell(self, block: str) -> str:
        """Run a block as root in its home, up to its first failure. :raises AssertionError: it failed"""
        done = subprocess.run(
            [*self._enter(), "bash", "-euo", "pipefail", "-c", f"cd /root\n{block}"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            env=_SURROUNDINGS,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"on {self.name}:\n{block}\n{said[-3000:]}\n{self._journal()}"
        return said

    def stop(self) -> None:
        """Cut it off, as a power cut would: its memory is gone anyway."""
        self._nspawn.send_signal(signal.SIGKILL)
        self._nspawn.wait()
        self._log.close()

    def _enter(self) -> list[str]:
        return [
            "nsenter",
            f"--target={self._leader}",
            "--mount",
            "--uts",
            "--ipc",
            "--net",
            "--pid",
            "--root",
            "--wd",
        ]

    def _inside(self, *words: str) -> None:
        run(*self._enter(), *words)

    def _journal(self) -> str:
        words = [*self._enter(), "journalctl", "--no-pager", "-n", "40", "-u", "svet-*"]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout

    def _wait_for_leader(self) -> int:
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children")
        for _ in range(600):
            assert self._nspawn.poll() is None, Path(self._log.name).read_text("utf-8", "replace")[-2000:]
            found = children.read_text().split()
            if found and Path(f"/proc/{found[0]}/comm").read_text().strip() == "systemd":
                private = Path("/proc", found[0], "root", "run", "systemd", "private")
                if private.exists():
                    return int(found[0])
            time.sleep(0.1)
        raise AssertionError(f"{self.name} does not start")


def lay_network() -> None:
    """A bridge in the network namespace of this process, where the outer world stands."""
    for words in (
        ("link", "set", "lo", "up"),
        ("link", "add", BRIDGE, "type", "bridge"),
        ("addr", "add", f"{OUTSIDE}/24", "dev", BRIDGE),
        ("link", "set", BRIDGE, "up"),
    ):
        run("ip", *words)


def carry(file: str, *, source: Machine, target: Machine) -> None:
    """Bring a file from one home to another."""
    shutil.copy2(source.root / "root" / file, target.root / "root" / file)


def run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stderr}"


def hidden(paths: Iterable[str]) -> None:
    """Give this process folders of its own in the place of the machine's."""
    for path in paths:
        run("mount", "-t", "tmpfs", "tmpfs", path)
