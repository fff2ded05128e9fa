"""An SMS centre that nobody here wrote: npm's ``smpp``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests import npm

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

    peer: npm.Peer
    port: int

    @property
    def url(self) -> str:
        return f"smpp://svet:sandbox@127.0.0.1:{self.port}?sender=SVET"

    def read(self) -> dict[str, Any]:
        return self.peer.read()


@contextmanager
def centre(*, greeting: str = "") -> Iterator[Centre]:
    """A centre for the length of a test, which sends ``greeting`` to whoever binds."""
    with npm.running(npm.SMS_CENTRE, SCRIPT, greeting) as peer:
        yield Centre(peer, peer.read()["port"])
