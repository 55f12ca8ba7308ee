"""Where an institution sends a browser with an OpenID Connect request: it is checked, and the participant asked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.openid import protocol
from prakerja.openid.authorization import read_request
from prakerja.openid.protocol import Problem, find_client
from prakerja.partners.policies import with_members
from prakerja.portal import errors
from prakerja.portal.pages import SESSION_PERSON, anyone


@anyone
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Check the request and lead to the consent page; it changes nothing, so a form of another site may post it.

    While client and address are not certain nobody is sent anywhere (RFC 6749 4.1.2.1).
    """
    issuer = protocol.issuer()
    asked = request.POST if request.method == "POST" else request.GET
    client = find_client(asked.get("client_id", ""))
    redirect_uri = asked.get("redirect_uri", "")
    if client is None or any(len(asked.getlist(name)) > 1 for name in ("client_id", "redirect_uri")):
        return _not_sent(request)
    echo = {"iss": issuer} | ({"state": asked["state"]} if asked.get("state") else {})
    try:
        found = read_request(
            asked=asked, client=client, is_signed_in=SESSION_PERSON in request.session, wall=clock.wall()
        )
    except Refused as refused:
        if refused.reason != "field_invalid":
            return _not_sent(request)
        if refused.details["field"] == "state":
            del echo["state"]
        error = "invalid_scope" if refused.details["field"] == "scope" else "invalid_request"
        return HttpResponseRedirect(with_members(redirect_uri, {"error": error} | echo))
    except Problem as problem:
        members = {"error": problem.error, "error_description": problem.description}
        return HttpResponseRedirect(with_members(redirect_uri, members | echo))
    query = urlencode({"permintaan": found.text()})
    return HttpResponseRedirect(f"{reverse('portal:consent')}?{query}")


def _not_sent(request: HttpRequest) -> HttpResponse:
    return errors.answer(
        request,
        400,
        _("Permintaan izin ini tidak berlaku"),
        (
            _("Lembaga atau alamat kembalinya tidak terdaftar, jadi Anda tidak kami kirim ke sana."),
            _("Kembali ke situs lembaga pelatihan, lalu coba masuk lagi dari sana."),
        ),
    )
