"""Who stands in front of the doors, for all of them: only what these say of a caller is believed (`config/wsgi/doorstep.py`)."""

from __future__ import annotations

import os
from ipaddress import ip_network

from prakerja.kernel.addresses import FORWARDED, X_FORWARDED_FOR, Proxies
from prakerja.kernel.errors import CannotRun


def proxies_from_environment() -> Proxies:
    """`PRAKERJA_TRUSTED_PROXIES`, their addresses and networks as in `127.0.0.1,10.0.0.0/8,::1`, empty when nobody stands in front;
    `PRAKERJA_FORWARDED_HEADER`, the header in which all of them name the caller."""
    said = os.environ.get("PRAKERJA_TRUSTED_PROXIES", "")
    try:
        networks = tuple(ip_network(text.strip()) for text in said.split(",") if text.strip())
    except ValueError:
        raise CannotRun(
            f"PRAKERJA_TRUSTED_PROXIES={said} bukan alamat atau jaringan seperti 127.0.0.1 atau 10.0.0.0/8.",
            f"PRAKERJA_TRUSTED_PROXIES={said} is no address and no network as in 127.0.0.1 or 10.0.0.0/8.",
        ) from None
    header = os.environ.get("PRAKERJA_FORWARDED_HEADER") or X_FORWARDED_FOR
    for name in (X_FORWARDED_FOR, FORWARDED):
        if header.lower() == name.lower():
            return Proxies(networks, name)
    raise CannotRun(
        f"PRAKERJA_FORWARDED_HEADER={header} tidak dikenal. Pilih {X_FORWARDED_FOR} atau {FORWARDED}.",
        f"PRAKERJA_FORWARDED_HEADER={header} is not known. Choose {X_FORWARDED_FOR} or {FORWARDED}.",
    )
