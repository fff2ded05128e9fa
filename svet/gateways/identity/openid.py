"""OpenID Connect 1.0, the code flow with PKCE (RFC 7636); the library speaks it, the checks are listed here.

Checked: the issuer of the metadata, the signature by the service's own keys with an asymmetric algorithm,
issuer, audience, times, nonce and access token hash of the ID token (OpenID Connect Core §3.1.3.7), and that
the profile belongs to the same subject (§5.3.2).
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.identity.cutting import Wire, WireAdapter
from svet.gateways.identity.port import Begun, Identity
from svet.kernel.spans import span

_DISCOVERY: Final = "/.well-known/openid-configuration"
_SCOPES: Final = "openid profile phone"
#: Never «none», and nothing symmetric: whoever knows the client's secret must not be able to sign.
_ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
)
_LEEWAY_SECONDS: Final = 60
_TIMEOUT_SECONDS: Final = 10
_PHONE: Final = "phone_number"


class OpenIdProvider:
    """One service by its issuer; its metadata and keys are asked for at every sign-in, which are few.

    ``strong`` are the values of ``acr`` or ``amr`` that mean a second factor; ``phone_claim`` names the claim
    with the member's phone, which members must not be able to edit there. ``wire`` notes the connections.
    """

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        strong: Collection[str] = (),
        phone_claim: str = _PHONE,
        wire: Wire | None = None,
    ) -> None:
        self._issuer = issuer
        self._client = {"client_id": client_id, "client_secret": client_secret}
        self._strong = frozenset(strong)
        self._phone_claim = phone_claim
        self._wire = wire

    def begin(self, *, back: str) -> Begun:
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        with self._session(back) as session:
            url, _ = session.create_authorization_url(
                self._address(self._metadata(session), "authorization_endpoint"),
                state=state,
                nonce=nonce,
                code_verifier=verifier,
            )
        return Begun(str(url), state, nonce, verifier)

    def finish(self, *, nonce: str, verifier: str, code: str, back: str) -> Identity:
        try:
            named = urlsplit(self._issuer).hostname or ""
            with span("identity", server=named), self._session(back) as session:
                metadata = self._metadata(session)
                session.token_endpoint_auth_method = self._way_to_show_the_secret(metadata)
                token = session.fetch_token(
                    self._address(metadata, "token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                )
                keys = self._get(session, self._address(metadata, "jwks_uri"))
                claims = self._claims(token=token, keys=keys, nonce=nonce)
                profile = self._profile(session, metadata=metadata, subject=str(claims["sub"]))
        except requests.RequestException as error:
            raise Temporary(f"identity provider: {type(error).__name__}") from error
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
            raise Permanent(f"identity provider: {type(error).__name__} {error}"[:180]) from error
        return Identity(
            issuer=self._issuer,
            subject=str(claims["sub"]),
            phone=self._phone({**profile, **claims}),
            strong=self._is_strong(claims),
        )

    def _session(self, back: str) -> Any:
        session = OAuth2Session(
            **self._client,
            scope=_SCOPES,
            redirect_uri=back,
            code_challenge_method="S256",
            default_timeout=_TIMEOUT_SECONDS,
        )
        if self._wire is not None:
            for scheme in ("http://", "https://"):
                session.mount(scheme, WireAdapter(self._wire))
        return session

    def _get(self, session: Any, url: str, *, own: bool = True) -> dict[str, Any]:
        """A document of the service; no redirects. ``own`` False sends the access token along."""
        answer = session.get(url, withhold_token=own, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
        if answer.status_code != 200 or not isinstance(found, dict):
            raise ValueError(f"{answer.status_code} instead of a document")
        return found

    def _metadata(self, session: Any) -> Mapping[str, Any]:
        """What the service says of itself. :raises Temporary: :raises Permanent: it is another issuer"""
        try:
            found = self._get(session, self._issuer.rstrip("/") + _DISCOVERY)
        except requests.RequestException as error:
            raise Temporary(f"identity provider: {type(error).__name__}") from error
        except ValueError as error:
            raise Permanent(f"identity provider: {error}"[:180]) from error
        if found.get("issuer") != self._issuer:
            raise Permanent("identity provider: its metadata are of another issuer")
        return found

    def _address(self, metadata: Mapping[str, Any], name: str) -> str:
        if not isinstance(metadata.get(name), str):
            raise Permanent(f"identity provider: its metadata are without {name}")
        return str(metadata[name])

    def _way_to_show_the_secret(self, metadata: Mapping[str, Any]) -> str:
        """In a header, which is the usual way, or in the body where the service takes nothing else."""
        if not self._client["client_secret"]:
            return "none"
        taken = metadata.get("token_endpoint_auth_methods_supported")
        only_body = isinstance(taken, list) and "client_secret_basic" not in taken
        return "client_secret_post" if only_body else "client_secret_basic"

    def _claims(self, *, token: Mapping[str, Any], keys: dict[str, Any], nonce: str) -> Mapping[str, Any]:
        registry = JWSRegistry(algorithms=list(_ALGORITHMS), strict_check_header=False)
        key_set = KeySet.import_key_set(keys)  # type: ignore[arg-type]
        signed = jwt.decode(token["id_token"], key_set, registry=registry)
        client_id = self._client["client_id"]
        options = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True},
        }
        params = {"nonce": nonce, "client_id": client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(signed.claims, signed.header, options, params)
        claims.validate(leeway=_LEEWAY_SECONDS)
        found: Mapping[str, Any] = claims
        return found

    def _profile(self, session: Any, *, metadata: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
        if "userinfo_endpoint" not in metadata:  # it is optional: the ID token may say everything
            return {}
        found = self._get(session, self._address(metadata, "userinfo_endpoint"), own=False)
        if found.get("sub") != subject:
            raise ValueError("the profile is of another subject")
        return found

    def _phone(self, said: Mapping[str, Any]) -> str:
        """Only a phone the service has checked: its people may be able to type any into their profile."""
        if self._phone_claim == _PHONE and said.get("phone_number_verified") is not True:
            return ""
        phone = said.get(self._phone_claim)
        return phone if isinstance(phone, str) else ""

    def _is_strong(self, claims: Mapping[str, Any]) -> bool:
        methods = claims.get("amr")
        said = {str(claims.get("acr", "")), *(map(str, methods) if isinstance(methods, list) else ())}
        return bool(said & self._strong)
