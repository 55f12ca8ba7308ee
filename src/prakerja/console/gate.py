"""Nobody passes without the code of an authenticator, in this very session."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

_OPEN = (
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/2fa/authenticate/",
    "/accounts/2fa/totp/activate/",
    "/static/",
)


class AuthenticatorGate:
    """A signed-in operator who has no authenticator sees one page: the one that sets it up.

    allauth asks for a code only from those who have an authenticator, and only on its own page: a password alone must
    open nothing, by whatever way the session began. After setting one up, one signs in again, with the code.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OPEN) or not request.user.is_authenticated:
            return self.get_response(request)
        has_one = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()
        if not has_one:
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        if not any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user)):
            logout(request)
            return HttpResponseRedirect(reverse("account_login"))
        return self.get_response(request)
