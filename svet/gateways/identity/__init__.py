"""The retailer's own sign-in service, for members of staff: ``SVET_OIDC_ISSUER``."""

from __future__ import annotations

from django.conf import settings

from svet.gateways.identity.openid import OpenIdProvider
from svet.gateways.identity.port import IdentityProvider


def gateway() -> IdentityProvider:
    """The service of this installation."""
    return OpenIdProvider(
        issuer=settings.OIDC_ISSUER,
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        strong=settings.OIDC_STRONG,
        phone_claim=settings.OIDC_PHONE_CLAIM,
    )
