"""The retailer's own sign-in service, for members of staff: ``SVET_OIDC_ISSUER``."""

from __future__ import annotations

from django.conf import settings

from svet.gateways.identity.port import IdentityProvider


def gateway() -> IdentityProvider:
    """The service of this installation; a quarter of the threads that serve pages may wait for it."""
    # Read by whoever signs in with it: its libraries are two hundred modules of every start.
    from svet.gateways.identity.hurried import HurriedProvider, bulkhead
    from svet.gateways.identity.openid import OpenIdProvider

    return HurriedProvider(
        lambda wire: OpenIdProvider(
            issuer=settings.OIDC_ISSUER,
            client_id=settings.OIDC_CLIENT_ID,
            client_secret=settings.OIDC_CLIENT_SECRET,
            strong=settings.OIDC_STRONG,
            phone_claim=settings.OIDC_PHONE_CLAIM,
            wire=wire,
        ),
        places=bulkhead(settings.OIDC_ISSUER, max(1, settings.WEB_THREADS // 4)),
    )
