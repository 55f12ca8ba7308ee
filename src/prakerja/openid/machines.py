"""The provider's addresses for programs: what is served, keys, tokens, who a token speaks of.

Errors are those of RFC 6749, 6750, 7009 and OpenID Connect Core; what the configuration file says is what is served here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from prakerja.grants import identity
from prakerja.grants import operations as grants
from prakerja.grants import queries as grant_queries
from prakerja.grants.policies import SCOPES
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.openid import protocol
from prakerja.openid.protocol import AUTHORIZE, Problem, find_client
from prakerja.partners.queries import Client
from prakerja.reporting.profile import profile_of

View = Callable[[HttpRequest], HttpResponse]
# The claim of each member of a profile.
_CLAIMS = ("name", "email", "phone_number", "no_prakerja", "dp_user_id")


def for_machines(view: View) -> View:
    """Declare an address that programs call: no session, no cookie; who may use it is checked in the call itself."""
    view.allowed = "anyone"  # type: ignore[attr-defined]
    return view


@for_machines
@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """What is served here (OpenID Connect Discovery, RFC 8414)."""
    issuer = protocol.issuer()
    return _public(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/{AUTHORIZE}",
            "token_endpoint": issuer + reverse("openid:token"),
            "userinfo_endpoint": issuer + reverse("openid:userinfo"),
            "revocation_endpoint": issuer + reverse("openid:revoke"),
            "jwks_uri": issuer + reverse("openid:keys"),
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


@for_machines
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys of id_tokens."""
    answer = HttpResponse(identity.public_keys(), content_type="application/json")
    return _cached(answer)


@for_machines
@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Exchange a code or a refresh token."""
    issuer = protocol.issuer()
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


@for_machines
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


@for_machines
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
    found = profile_of(holder=holder)
    claims = {name: value for name in _CLAIMS if (value := getattr(found, name))}
    return _private(JsonResponse({"sub": found.user_id} | claims))


def _authenticate(request: HttpRequest) -> Client:
    """The client, by its id alone (PKCE protects the code) or with a living sign key as its secret. Raises Problem."""
    header = request.headers.get("Authorization", "")
    client_id, secret = (
        _basic(header) if header else (request.POST.get("client_id", ""), request.POST.get("client_secret"))
    )
    client = find_client(client_id)
    if client is None or (secret is not None and not client.has_secret(secret)):
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
