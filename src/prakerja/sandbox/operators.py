"""Demo operators, with a password and an authenticator that everybody may know: a sandbox has no secrets."""

from __future__ import annotations

from prakerja.access.operators import all_operators, install_operator
from prakerja.kernel.clock import wall
from prakerja.sandbox.demo_operators import OPERATORS


def make_operators() -> None:
    """Make those demo operators that do not exist yet."""
    there = {one.email for one in all_operators()}
    for operator in OPERATORS:
        if operator.email not in there:
            install_operator(
                email=operator.email,
                name=operator.name,
                roles=operator.roles,
                password=operator.password,
                totp_secret=operator.totp_secret,
                wall=wall(),
            )
