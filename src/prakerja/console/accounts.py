"""allauth bent to our rules: nobody signs up, every secret is sealed, the lock-out knows the address."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from prakerja.kernel.secrets import keys

# One place for all authenticators: allauth does not say whose secret it hands over. The row's owner is checked by the
# foreign key; the seal keeps the secrets out of a stolen database.
_PLACE = b"mfa_authenticator:secret"


class ClosedAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Operators are made by an administrator's command, never by a page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SealedAuthenticators(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return keys().seal(text, _PLACE).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return keys().unseal(bytes.fromhex(encrypted_text), _PLACE)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """An operator without an authenticator could not enter; replacing one is an administrator's act."""
        return False


class SignInForm(LoginForm):  # type: ignore[misc]
    def user_credentials(self) -> dict[str, Any]:
        """The address under the name by which axes counts failures too."""
        credentials: dict[str, Any] = super().user_credentials()
        credentials["login"] = credentials.get("email", "")
        return credentials
