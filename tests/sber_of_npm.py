"""A client of Sber's API that nobody here wrote: npm's ``sberbank-acquiring``, one call in a process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests import npm

SCRIPT = """
const axios = require('axios');
const Acquiring = require('sberbank-acquiring');
axios.defaults.proxy = false;
const [entry, userName, password, verb, words] = process.argv.slice(2);
const client = new Acquiring({ userName, password }, 'http://127.0.0.1:1/back/{order}/');
client.entry = entry;
const say = (told) => console.log(JSON.stringify(told));
client[verb](...JSON.parse(words)).then(
  (value) => say({ value }),
  (error) => say({ code: String(error.sberErrorCode), text: error.message }));
"""


class SberSaysNo(Exception):
    """The client was told an ``errorCode``."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class SberClient:
    """The client at an entry (``…/payment/rest/``)."""

    entry: str
    login: str = "svetdemo-api"
    password: str = "test_sber"

    def call(self, verb: str, *words: Any) -> Any:
        """What a method of the client gives. :raises SberSaysNo:"""
        arguments = (self.entry, self.login, self.password, verb, json.dumps(words))
        with npm.running(npm.SBER_CLIENT, SCRIPT, *arguments) as peer:
            told = peer.read()
        if "code" in told:
            raise SberSaysNo(told["code"], told["text"])
        return told["value"]
