"""``make trial``: the image really runs: as nobody, on a root that cannot be written, without a shell.

What a container's engine does is done by hand with the kernel's own means, so that it can be tried inside
of one: namespaces, a read-only root, no capability, no new privileges. Environment, user and command are the
image's own.

python -m tests.packages.image ARCHIVE
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from deploy import tree
from svet.launcher.postgres import Server
from tests.alone import PLACE, alone
from tests.document.steps import OPERATIONS
from tests.standing.installation import HOST, children, documented_environment, free_port

_BOX = """
set -eu
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
mount --bind "$WRITABLE" "$ROOT/tmp"
mount --bind "$DATA" "$ROOT/var/lib/svet"
mount --bind "$SOCKETS" "$ROOT/tmp/database"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs -o mode=755 tmpfs "$ROOT/dev"
for device in null urandom; do
    touch "$ROOT/dev/$device"
    mount --bind "/dev/$device" "$ROOT/dev/$device"
done
mount -o remount,bind,ro "$ROOT"
exec env --ignore-environment "$@"
"""


class Box:
    """The image unpacked, and how its engine would start it."""

    def __init__(self, archive: Path, place: Path) -> None:
        self.root, self.data, self.writable = place / "root", place / "data", place / "tmp"
        for folder in (self.root, self.data, self.writable):
            folder.mkdir()
        self.config, self.layers = _unpack(archive, self.root)
        user, _, group = self.config["User"].partition(":")
        assert int(user) > 0
        assert int(group) > 0
        self.user = f"--userspec={user}:{group}"
        for folder in (self.data, self.writable):
            os.chown(folder, int(user), int(group))
        self.environment: dict[str, str] = {}
        self.sockets = place

    def words(self, *command: str) -> list[str]:
        """The words that start a command of the image (none: its own)."""
        given = dict(each.split("=", 1) for each in self.config["Env"]) | self.environment
        words = [*self.config["Entrypoint"], *(command or self.config["Cmd"])]
        inside = [f"{name}={value}" for name, value in given.items()]
        enter = ["/usr/bin/setpriv", "--no-new-privs", "/usr/sbin/chroot", self.user]
        away = ["unshare", "--mount", "--ipc", "--uts", "--pid", "--fork", "--kill-child=SIGTERM"]
        return [*away, "sh", "-c", _BOX, "box", *inside, *enter, str(self.root), *words]

    def surroundings(self) -> dict[str, str]:
        there = {"ROOT": self.root, "WRITABLE": self.writable, "DATA": self.data, "SOCKETS": self.sockets}
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} | {name: str(path) for name, path in there.items()}

    def run(self, *command: str, code: int = 0) -> str:
        """Run a command to its end. :raises AssertionError: it ended otherwise"""
        done = subprocess.run(
            self.words(*command), env=self.surroundings(), capture_output=True, text=True, check=False
        )
        assert done.returncode == code, (command, done.returncode, done.stdout[-1500:], done.stderr[-1500:])
        return done.stdout + done.stderr


def main(archive: Path) -> None:
    if PLACE not in os.environ:
        inside = [sys.executable, "-m", "tests.packages.image", str(archive)]
        raise SystemExit(alone(inside, prefix="svet-trial"))
    place = Path(os.environ[PLACE])
    place.chmod(0o755)
    box = Box(archive, place)
    tell(f"{len(box.layers)} layer, {sum(box.layers) / 1e6:.1f} MB packed")
    server = Server(place / "cluster", settings={"fsync": "off"})
    server.start()
    try:
        _try(box, server)
    finally:
        server.stop()


def _try(box: Box, server: Server) -> None:
    # The server's socket is reached inside under a name of its own.
    assert server.sockets is not None
    port = free_port()
    url = server.url().replace(str(server.sockets), "/tmp/database")
    (box.writable / "database").mkdir()
    box.environment = documented_environment() | {
        "SVET_DATABASE_URL": url,
        "SVET_SECRET_KEY": "a-made-up-key-of-fifty-different-letters-0123456789-ok",
        "SVET_PUSH_KEY": "",
        "SVET_DATA": "/var/lib/svet",
    }
    server.sockets.chmod(0o755)
    box.sockets = server.sockets
    said = box.run("manage", "shell", "-c", _PROBE)
    assert "root: Read-only file system" in said, said
    assert "shell: no" in said
    assert "uid 10001 privileges 0" in said, said
    tell("not root, no privileges, a root that cannot be written, no shell")
    box.run("migrate")
    tell("svet migrate")
    written = re.search(
        r"setup.toml << 'END'\n(.*?)^END$", OPERATIONS.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert written is not None
    (box.writable / "setup.toml").write_text(written[1], "utf-8")
    box.environment["SVET_PASSWORD"] = "Lipa-Bereza-77"
    box.run("setup", "--file", "/tmp/setup.toml")
    said = box.run("doctor", code=1)
    assert "✗ Фоновые работы" in said
    tell("svet setup, svet doctor")
    _serve(box, port)


_PROBE = """
import os
try: open('/x', 'w')
except OSError as fault: print('root:', fault.strerror)
print('shell:', 'yes' if any(os.path.exists(p) for p in ('/bin/sh', '/usr/bin/sh', '/bin/bash')) else 'no')
told = dict(line.split(':', 1) for line in open('/proc/self/status'))
print('uid', os.getuid(), 'privileges', int(told['CapEff'].strip(), 16))
"""


def _serve(box: Box, port: int) -> None:
    words = box.words("web", "--host", "127.0.0.1", "--port", str(port), "--workers", "1")
    web = subprocess.Popen(words, env=box.surroundings())
    try:
        for path in ("/health/", "/ready/", "/entrance/"):
            status, body = _ask(f"http://127.0.0.1:{port}{path}", web)
            assert status == 200, (path, status, body[:500])
            tell(f"{path} 200 {body[:120] if path != '/entrance/' else ''}")
    finally:
        # `unshare` itself lets nothing end it but the end of its child.
        for child in children(web.pid):
            os.kill(child, signal.SIGTERM)
        web.wait(60)


def _ask(url: str, web: subprocess.Popen[bytes]) -> tuple[int, str]:
    request = urllib.request.Request(url, headers={"Host": HOST, "X-Forwarded-Proto": "https"})
    deadline = time.monotonic() + 180
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            if time.monotonic() > deadline:
                return error.code, error.read().decode()
        except OSError:
            assert web.poll() is None, "the web server ended"
            assert time.monotonic() < deadline
        time.sleep(0.5)


def _unpack(archive: Path, root: Path) -> tuple[dict[str, Any], list[int]]:
    """Lay the layers of an OCI archive into ``root``; gives its configuration and the layers' sizes."""
    with tarfile.open(archive) as packed:

        def blob(digest: str) -> bytes:
            found = packed.extractfile("blobs/" + digest.replace(":", "/"))
            assert found is not None
            return found.read()

        index = packed.extractfile("index.json")
        assert index is not None
        manifest = json.loads(blob(json.load(index)["manifests"][0]["digest"]))
        for layer in manifest["layers"]:
            note = root.parent / "layer"
            note.write_bytes(blob(layer["digest"]))
            with tarfile.open(note) as files:
                tree.unpack(files, root)
            note.unlink()
        config: dict[str, Any] = json.loads(blob(manifest["config"]["digest"]))["config"]
        return config, [int(layer["size"]) for layer in manifest["layers"]]


def tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
