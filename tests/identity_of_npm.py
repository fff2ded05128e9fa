"""A sign-in service that nobody here wrote: npm's ``oidc-provider``, certified by the OpenID Foundation.

Only the page that asks for a name is ours: whoever posts a known name to it is signed in there.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests import npm

SCRIPT = """
import { Provider } from 'oidc-provider';
const [issuer, back, people, method] = process.argv.slice(2);
const accounts = JSON.parse(people);
console.warn = console.info = () => {};
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'svet', redirect_uris: [back], token_endpoint_auth_method: method,
    ...(method !== 'none' && { client_secret: 'secret-of-the-tests' }),
  }],
  clientAuthMethods: [method],
  cookies: { keys: ['made up for tests'] },
  claims: { openid: ['sub', 'amr'], profile: ['name'], phone: ['phone_number', 'phone_number_verified'] },
  conformIdTokenClaims: true,
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => accounts[id] && {
    accountId: id,
    claims: async () => ({ sub: id, ...accounts[id] }),
  },
  // The company's own programs need nobody's consent.
  loadExistingGrant: async (ctx) => {
    const grant = new provider.Grant({ clientId: 'svet', accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid profile phone');
    await grant.save();
    return grant;
  },
});
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  if (ctx.method !== 'POST') {
    ctx.type = 'html';
    ctx.body = '<form method=post><input name=login><button>Войти</button></form>';
    return;
  }
  let body = '';
  for await (const part of ctx.req) body += part;
  const given = new URLSearchParams(body);
  const amr = given.has('strong') ? ['pwd', 'otp'] : ['pwd'];
  const login = { accountId: given.get('login'), amr };
  const result = login.accountId ? { login } : { error: 'access_denied' };
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
});
const { port, hostname } = new URL(issuer);
provider.listen(Number(port), hostname, () => console.log(JSON.stringify({ ready: true })));
"""


@dataclass
class Service:
    """A running sign-in service."""

    issuer: str

    def sign_in(self, url: str, **form: str) -> str:
        """Where the browser is sent back to, after giving ``login``; ``strong``: a second factor too."""
        with httpx.Client(base_url=self.issuer, trust_env=False) as browser:
            answer = browser.get(url)
            answer = browser.post(answer.headers["location"], data=form)
            while str(answer.headers["location"]).startswith(self.issuer):
                answer = browser.get(answer.headers["location"])
            return str(answer.headers["location"])


@contextmanager
def service(
    *, back: str, people: Mapping[str, Mapping[str, Any]], method: str = "client_secret_basic"
) -> Iterator[Service]:
    """A service that knows ``people`` (their claims by subject) and sends them to ``back``.

    ``method`` is the one way in which it takes the client's secret.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        issuer = f"http://127.0.0.1:{probe.getsockname()[1]}"
    terms = (issuer, back, json.dumps(people), method)
    with npm.running(npm.IDENTITY_PROVIDER, SCRIPT, *terms, module=True) as peer:
        assert peer.read()["ready"]
        yield Service(issuer)
