"""Demo operators, with a password and an authenticator that everybody may know: a sandbox has no secrets."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from prakerja.access.models import OperatorRole, User
from prakerja.kernel.clock import wall
from prakerja.kernel.db import transaction
from prakerja.sandbox.demo_operators import OPERATORS, DemoOperator


def make_operators() -> None:
    """Make those demo operators that do not exist yet."""
    for operator in OPERATORS:
        if not User.objects.filter(email=operator.email).exists():
            make_operator(operator)


def make_operator(operator: DemoOperator) -> User:
    """Make an operator who can sign in: user, verified address, authenticator."""
    with transaction():
        user = User.objects.create_user(email=operator.email, password=operator.password, name=operator.name)
        OperatorRole.objects.bulk_create(
            [OperatorRole(user=user, role=role, given_at=wall()) for role in operator.roles]
        )
        EmailAddress.objects.create(user=user, email=operator.email, verified=True, primary=True)
        TOTP.activate(user, operator.totp_secret)
        assert Authenticator.objects.filter(user=user).count() == 1
    return user
