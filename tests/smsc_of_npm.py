"""An SMS centre that nobody here wrote: npm's ``smpp``, installed once beside the environment, run by node.

``make smsc`` installs node when it may, as ``make browser`` does Chromium.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = "smpp@0.6.0-rc.4"
FOLDER = Path(sys.prefix) / "npm" / PACKAGE
APT = ("nodejs", "npm")

SCRIPT = """
const smpp = require('smpp');
const say = (value) => console.log(JSON.stringify(value));
let count = 0;
const throttle = new Map([['79110000058', 1], ['79110000014', 1]]);
const server = smpp.createServer({}, session => {
  session.on('error', () => {});
  session.on('bind_transceiver', pdu => {
    session.send(pdu.response());
    say({ bound: pdu.system_id });
    const text = process.argv[2];
    const sender = { source_addr: '79117178512', destination_addr: 'SVET' };
    if (text) session.deliver_sm({ ...sender, short_message: text });
  });
  session.on('deliver_sm_resp', pdu => say({ answered: pdu.command_status }));
  session.on('enquire_link', pdu => session.send(pdu.response()));
  session.on('unbind', pdu => { session.send(pdu.response()); session.close(); });
  session.on('submit_sm', pdu => {
    const left = throttle.get(pdu.destination_addr) || 0;
    if (left > 0) {
      throttle.set(pdu.destination_addr, left - 1);
      const status = pdu.destination_addr.endsWith('58') ? smpp.ESME_RTHROTTLED : smpp.ESME_RMSGQFUL;
      session.send(pdu.response({ command_status: status }));
      return;
    }
    count += 1;
    const number = count, decimal = 4000 + number, id = decimal.toString(16).toUpperCase();
    session.send(pdu.response({ message_id: id }));
    const udh = pdu.short_message.udh;
    say({ to: pdu.destination_addr, text: pdu.short_message.message, coding: pdu.data_coding,
          udh: udh ? [...udh[0]] : null, id });
    if (pdu.destination_addr.endsWith('99')) { session.socket.destroy(); return; }
    // The number the answer gave in hex comes back in decimal, as with some centres.
    session.deliver_sm({ esm_class: 4, source_addr: pdu.destination_addr, destination_addr: pdu.source_addr,
      short_message: 'id:' + decimal + ' sub:001 dlvrd:001 submit date:261122120059 ' +
        'done date:261122120101 stat:DELIVRD err:0A0 text:' });
  });
});
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
"""


@dataclass
class Centre:
    """A running centre; ``read`` gives what it says next."""

    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        return f"smpp://svet:sandbox@127.0.0.1:{self.port}?sender=SVET"

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said


@contextmanager
def centre(*, greeting: str = "") -> Iterator[Centre]:
    """A centre for the length of a test, which sends ``greeting`` to whoever binds."""
    if install():
        raise RuntimeError("node or npm is missing: apt-get install nodejs npm")
    process = subprocess.Popen(
        ["node", "-e", SCRIPT, "--", "smsc", greeting],
        env=os.environ | {"NODE_PATH": str(FOLDER / "node_modules")},
        stdout=subprocess.PIPE,
        text=True,
    )
    running = Centre(process, 0)
    try:
        running.port = running.read()["port"]
        yield running
    finally:
        process.terminate()
        process.wait(5)
        assert process.stdout is not None
        process.stdout.close()


def install() -> int:
    """Have node and the package; 0 when both are there."""
    if (FOLDER / "node_modules" / "smpp").is_dir() and shutil.which("node"):
        return 0
    if not (shutil.which("node") and shutil.which("npm")) and _install_node():
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    words = [
        "npm",
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--no-save",
        PACKAGE,
    ]
    done = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(f"npm install {PACKAGE} failed: {done.stderr.strip().splitlines()[-1:]}\n")
    return done.returncode


def _install_node() -> int:
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        sys.stderr.write(f"The SMS centre needs {' and '.join(APT)}: apt-get install {' '.join(APT)}\n")
        return 1
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *APT]):
        done = subprocess.run([apt, *words], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(f"apt-get {words[0]} failed: {done.stderr.strip().splitlines()[-1:]}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(install())
