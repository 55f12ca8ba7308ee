"""The demo operators as data: the same in every sandbox, and in no other installation."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp

from prakerja.kernel.clock import wall


@dataclass(frozen=True)
class DemoOperator:
    email: str
    name: str
    role: str
    password: str
    totp_secret: str
    # Beside the first, so that every page of the demo can be tried with four operators.
    further_roles: tuple[str, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, *self.further_roles)

    def code(self) -> str:
        """The authenticator's code now (wall time)."""
        return pyotp.TOTP(self.totp_secret).now()

    def seconds_left(self) -> int:
        """For how many more seconds the code is the present one."""
        return 30 - int(wall().timestamp()) % 30


OPERATORS = (
    DemoOperator(
        "melihat@prakerja.example", "Vina Pertiwi", "viewer", "demo-melihat-2021", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    ),
    DemoOperator(
        "menyetujui@prakerja.example",
        "Andi Kusuma",
        "approver",
        "demo-menyetujui-2021",
        "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",
        ("helper", "curator", "partner_manager"),
    ),
    DemoOperator(
        "mengesahkan@prakerja.example",
        "Ratna Lesmana",
        "authoriser",
        "demo-mengesahkan-2021",
        "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK",
    ),
    DemoOperator(
        "mencairkan@prakerja.example",
        "Teguh Wardhana",
        "releaser",
        "demo-mencairkan-2021",
        "ONSWG4TFORZWKY3SMV2HGZLDOJSXI43F",
    ),
)


def find_demo_operator(name: str) -> DemoOperator | None:
    """The operator with this e-mail address, its part before the @, or this role."""
    for operator in OPERATORS:
        if name in (operator.email, operator.email.partition("@")[0], operator.role):
            return operator
    return None
