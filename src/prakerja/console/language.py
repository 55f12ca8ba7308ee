"""The operators' pages in Indonesian or English."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from prakerja.console.pages import anyone

YEAR = 365 * 24 * 3600


@anyone
@require_GET
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language of this browser and go back to the page that was open."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    back = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = HttpResponseRedirect(back if is_ours else "/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
    )
    return response
