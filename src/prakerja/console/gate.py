"""Nobody passes without an authenticator."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

_OPEN = ("/accounts/login/", "/accounts/logout/", "/accounts/2fa/authenticate/", "/accounts/2fa/totp/activate/", "/static/")


class AuthenticatorGate:
    """A signed-in operator who has no authenticator sees one page: the one that sets it up.

    allauth asks for a code only from those who have an authenticator; a password alone must open nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OPEN) or not request.user.is_authenticated:
            return self.get_response(request)
        has_one = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()
        if not has_one:
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return self.get_response(request)
