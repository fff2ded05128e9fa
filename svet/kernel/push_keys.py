"""The key by which push services recognise this installation (VAPID, RFC 8292): P-256, in base64url."""

from __future__ import annotations

import base64
import binascii
import secrets

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

_CURVE = ec.SECP256R1()


def make_private_key() -> str:
    """A new private key: 32 bytes in base64url without padding, 43 characters."""
    while True:
        key = encode(secrets.token_bytes(32))
        try:
            public_key_of(key)
        except ValueError:  # pragma: no cover - one chance in 2^32: the number lies beyond the curve's order
            continue
        return key


def public_key_of(private_key: str) -> str:
    """What browsers are given as ``applicationServerKey``: the uncompressed point, 87 characters.

    :raises ValueError: this is no private key.
    """
    point = _key(private_key).public_key()
    form = serialization.PublicFormat.UncompressedPoint
    return encode(point.public_bytes(serialization.Encoding.X962, form))


def pems(private_key: str) -> tuple[bytes, bytes]:
    """The private and the public key as PEM. :raises ValueError: this is no private key."""
    key = _key(private_key)
    pem = serialization.Encoding.PEM
    return (
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo),
    )


def is_point(public_key: str) -> bool:
    """Whether this is an uncompressed point of the curve, such as a browser's ``p256dh``."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, decode(public_key, length=65))
    except ValueError:
        return False
    return True


def encode(content: bytes) -> str:
    """Base64url without padding, as browsers write it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str, *, length: int) -> bytes:
    """The ``length`` bytes of a base64url text, padded or not. :raises ValueError: it holds anything else."""
    try:
        bare = text.rstrip("=")
        content = base64.b64decode(bare + "=" * (-len(bare) % 4), b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if len(content) != length:
        raise ValueError(f"{len(content)} bytes instead of {length}")
    return content


def _key(private_key: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decode(private_key, length=32)), _CURVE)
