"""Certificates that a setting names by a file."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from prakerja.kernel.errors import CannotRun


def certificates_in(named: str) -> tuple[bytes, ...]:
    """The certificates of a PEM file, as DER; none where no file is named. Raises CannotRun where it cannot be read."""
    if not named:
        return ()
    try:
        found = load_pem_x509_certificates(Path(named).read_bytes())
    except (OSError, ValueError) as error:
        raise CannotRun(
            f"PRAKERJA_TIME_STAMP_ROOTS={named} tidak dapat dibaca sebagai berkas sertifikat (PEM).",
            f"PRAKERJA_TIME_STAMP_ROOTS={named} cannot be read as a file of certificates (PEM).",
        ) from error
    return tuple(one.public_bytes(Encoding.DER) for one in found)
