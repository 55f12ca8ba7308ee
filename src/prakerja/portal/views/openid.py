"""OpenID Connect for institutions: authorization code with PKCE over the same grants as the published calls (ADR 0014).

Errors are those of RFC 6749, 6750, 7009 and OpenID Connect Core; what a configuration file says is what is served here.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from prakerja.grants import identity
from prakerja.grants import operations as grants
from prakerja.grants import queries as grant_queries
from prakerja.grants.policies import SCOPES
from prakerja.grants.requests import AuthorizationRequest
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.partners.policies import with_members
from prakerja.partners.queries import Credential, credential_by_client_code
from prakerja.portal import errors
from prakerja.portal.pages import SESSION_PERSON, anyone
from prakerja.reporting.profile import profile

# Read at most once each; a second one is an attack or a mistake.
_ASKED = (
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
)
# The claim of each member of a profile.
_CLAIMS = ("name", "email", "phone_number", "no_prakerja", "dp_user_id")


class Problem(Exception):
    """An error of the protocol, by its standard name."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


def _issuer() -> str:
    """Our own name. It is configuration and never the request's host, which its sender chooses."""
    if not settings.PORTAL_URL:
        raise Http404
    return str(settings.PORTAL_URL)


@anyone
@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """What is served here (OpenID Connect Discovery, RFC 8414)."""
    issuer = _issuer()
    return _public(
        {
            "issuer": issuer,
            "authorization_endpoint": issuer + reverse("portal:openid_authorize"),
            "token_endpoint": issuer + reverse("portal:openid_token"),
            "userinfo_endpoint": issuer + reverse("portal:openid_userinfo"),
            "revocation_endpoint": issuer + reverse("portal:openid_revoke"),
            "jwks_uri": issuer + reverse("portal:openid_keys"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": [identity.ALGORITHM],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
            "revocation_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
            "scopes_supported": list(SCOPES),
            "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", *_CLAIMS],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "claims_parameter_supported": False,
            "ui_locales_supported": [code for code, _name in settings.LANGUAGES],
        }
    )


@anyone
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys of id_tokens."""
    answer = HttpResponse(identity.public_keys(), content_type="application/json")
    return _cached(answer)


# --- the browser's part ---


@anyone
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Check the request and lead to the consent page; it changes nothing, so a form of another site may post it.

    While client and address are not certain nobody is sent anywhere (RFC 6749 4.1.2.1).
    """
    issuer = _issuer()
    asked = request.POST if request.method == "POST" else request.GET
    client = _find_client(asked.get("client_id", ""))
    redirect_uri = asked.get("redirect_uri", "")
    if client is None or any(len(asked.getlist(name)) > 1 for name in ("client_id", "redirect_uri")):
        return _not_sent(request)
    echo = {"iss": issuer} | ({"state": asked["state"]} if asked.get("state") else {})
    try:
        found = _read_request(request, asked, client)
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


def _read_request(request: HttpRequest, asked: QueryDict, client: Credential) -> AuthorizationRequest:
    wall = clock.wall()
    # First what decides whether anybody may be sent back at all.
    found = grants.consent_request(
        partner_id=client.partner_id,
        redirect_uri=asked.get("redirect_uri", ""),
        failure_uri=asked.get("redirect_uri", ""),
        scope=asked.get("scope", ""),
        state=asked.get("state", ""),
        nonce=asked.get("nonce", ""),
        code_challenge=asked.get("code_challenge", ""),
        must_sign_in_after=_oldest_sign_in(asked, int(wall.timestamp())),
        wall=wall,
    )
    if any(len(asked.getlist(name)) > 1 for name in _ASKED):
        raise Problem("invalid_request", "a parameter is given twice")
    for name in ("request", "request_uri"):
        if name in asked:
            raise Problem(f"{name}_not_supported")
    if asked.get("response_type") != "code":
        raise Problem("unsupported_response_type" if asked.get("response_type") else "invalid_request")
    if asked.get("response_mode", "query") != "query":
        raise Problem("invalid_request", "response_mode")
    if "openid" not in found.scopes:
        raise Problem("invalid_scope", "openid is missing")
    if not found.code_challenge or asked.get("code_challenge_method") != "S256":
        raise Problem("invalid_request", "PKCE with S256 is required")
    prompt = asked.get("prompt", "").split()
    if "none" in prompt:
        if len(prompt) > 1:
            raise Problem("invalid_request", "prompt")
        # We always ask, so nobody comes back without a page.
        raise Problem("consent_required" if SESSION_PERSON in request.session else "login_required")
    return found


def _oldest_sign_in(asked: QueryDict, now: int) -> int:
    """Unix seconds of the oldest sign-in that the institution accepts: `prompt=login`, `max_age`; 0 for any."""
    if "login" in asked.get("prompt", "").split():
        return now
    text = asked.get("max_age", "")
    if not text:
        return 0
    return now - int(text) if text.isascii() and text.isdigit() and len(text) < 10 else now


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


# --- the institution's part ---


@anyone
@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Exchange a code or a refresh token."""
    issuer = _issuer()
    try:
        client = _authenticate(request)
        form = request.POST
        kind = _one(form, "grant_type")
        if kind == "authorization_code":
            pair = grants.exchange_code(
                partner_id=client.partner_id,
                code=_one(form, "code"),
                redirect_uri=_one(form, "redirect_uri"),
                verifier=_one(form, "code_verifier"),
                at=clock.now(),
                wall=clock.wall(),
            )
        elif kind == "refresh_token":
            pair = grants.refresh_tokens(
                partner_id=client.partner_id, token=_one(form, "refresh_token"), at=clock.now(), wall=clock.wall()
            )
        else:
            raise Problem("unsupported_grant_type")
    except Refused:
        return _problem(Problem("invalid_grant"))
    except Problem as problem:
        return _problem(problem)
    wall = clock.wall()
    answer: dict[str, Any] = {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": int((pair.access_expires_at - wall).total_seconds()),
        "refresh_token": pair.refresh_token,
        "scope": " ".join(pair.scopes),
    }
    if "openid" in pair.scopes and kind == "authorization_code":
        answer["id_token"] = identity.id_token(tokens=pair, client=client, issuer=issuer, wall=wall)
    return _private(JsonResponse(answer))


@anyone
@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """End the grant behind a token (RFC 7009). What is no token of this client is answered alike."""
    try:
        client = _authenticate(request)
        grants.revoke_token(partner_id=client.partner_id, token=_one(request.POST, "token"), at=clock.now())
    except Problem as problem:
        return _problem(problem)
    return _private(HttpResponse())


@anyone
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """Who the access token speaks of, as far as the scopes go."""
    words = request.headers.get("Authorization", "").split()
    if len(words) != 2 or words[0].lower() != "bearer":
        return _challenge(401, "")
    try:
        holder = grant_queries.holder_of_token(access_token=words[1], wall=clock.wall())
    except Refused:
        return _challenge(401, "invalid_token")
    if "openid" not in holder.scopes:
        return _challenge(403, "insufficient_scope")
    found = profile(holder=holder)
    claims = {name: value for name in _CLAIMS if (value := getattr(found, name))}
    return _private(JsonResponse({"sub": found.user_id} | claims))


def _authenticate(request: HttpRequest) -> Credential:
    """The client, by its id alone (PKCE protects the code) or with a living sign key as its secret. Raises Problem."""
    header = request.headers.get("Authorization", "")
    client_id, secret = (
        _basic(header) if header else (request.POST.get("client_id", ""), request.POST.get("client_secret"))
    )
    client = _find_client(client_id)
    is_known = client is not None and (
        secret is None or any(hmac.compare_digest(secret.encode(), key.encode()) for key in client.sign_keys)
    )
    if client is None or not is_known:
        raise Problem("invalid_client", status=401)
    if header and request.POST.get("client_id", client_id) != client_id:
        raise Problem("invalid_request", "client_id")
    return client


def _basic(header: str) -> tuple[str, str | None]:
    """Client id and secret of a Basic header, both form-encoded inside it (RFC 6749 2.3.1)."""
    word, _blank, encoded = header.partition(" ")
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", None
    if word.lower() != "basic" or not colon:
        return "", None
    return unquote_plus(name), unquote_plus(secret)


def _find_client(client_id: str) -> Credential | None:
    if not 0 < len(client_id) <= 128 or not (client_id.isascii() and client_id.isprintable()):
        return None
    found = credential_by_client_code(client_code=client_id)
    return found if found is not None and found.kind == "institution" and not found.is_revoked else None


def _one(form: QueryDict, name: str) -> str:
    values = form.getlist(name)
    if len(values) != 1 or not values[0]:
        raise Problem("invalid_request", name)
    return str(values[0])


def _problem(problem: Problem) -> HttpResponse:
    members = {"error": problem.error} | ({"error_description": problem.description} if problem.description else {})
    answer = _private(JsonResponse(members, status=problem.status))
    if problem.status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="oauth2"'
    return answer


def _challenge(status: int, error: str) -> HttpResponse:
    """A refusal of RFC 6750: the header tells why, and a caller who brought no token is told nothing."""
    answer = _private(HttpResponse(status=status))
    answer["WWW-Authenticate"] = 'Bearer realm="userinfo"' + (f', error="{error}"' if error else "")
    return answer


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    # Django would log the path of every refusal.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _public(members: dict[str, Any]) -> HttpResponse:
    return _cached(JsonResponse(members))


def _cached(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "public, max-age=300"
    # Nothing secret; programs in browsers read it from their own origins.
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
