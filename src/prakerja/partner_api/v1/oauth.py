"""The published sign-in (contract.md 2.14, 3.4): ask, exchange the code, refresh, read the profile.

Only the first call is signed. The others prove nothing but that they hold what we sealed, so what we did not make is refused
before the database is asked, and only what we made counts against the client's calls.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.http import urlencode
from django.utils.translation import gettext_noop as _

from prakerja.grants import operations as grants
from prakerja.grants import queries as grant_queries
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.partner_api import answers, bodies, clients, errors
from prakerja.partner_api.dialect import SIGN_IN, SIGN_IN_UNSIGNED
from prakerja.partner_api.endpoint import Call, endpoint
from prakerja.partner_api.guide import Guide
from prakerja.reporting.profile import profile_of

_PREFIX = "/api/v1/oauth"


@endpoint(
    method="GET",
    path=f"{_PREFIX}/authorize",
    kind="institution",
    body=bodies.OauthAuthorize,
    dialect=SIGN_IN,
    message=errors.NO_ERROR,
    guide=Guide(
        title=_("Minta izin masuk"),
        about=_(
            "Menjawab alamat halaman Prakerja tempat peserta masuk dan memberi izin; arahkan peramban ke redirect_url. "
            "Peserta kembali ke redirect_uri dengan code dan state, atau ke login_uri dengan error dan state bila menolak. "
            "Kedua alamat harus terdaftar. Permintaan berlaku 10 menit."
        ),
        data=answers.OauthAuthorizeData,
        refuses=("redirect_uri_unregistered",),
    ),
)
def authorize(call: Call[bodies.OauthAuthorize]) -> Any:
    if call.body.client_id not in (None, call.client.client_code):
        raise Refused("field_invalid", field="client_id")
    request = grants.consent_request(
        partner_id=call.client.partner_id,
        redirect_uri=call.body.redirect_uri,
        failure_uri=call.body.login_uri,
        scope=call.body.scope,
        state=call.body.state,
        wall=clock.wall(),
    )
    return {"redirect_url": f"{settings.PORTAL_URL}/izin?{urlencode({'permintaan': request.text()})}"}


@endpoint(
    path=f"{_PREFIX}/token",
    kind="institution",
    body=bodies.OauthToken,
    dialect=SIGN_IN_UNSIGNED,
    message=errors.NO_ERROR,
    guide=Guide(
        title=_("Tukar code dengan token"),
        about=_(
            "Menukar code dari alamat kembali. Code berlaku 60 detik dan satu kali; pemakaian kedua mengakhiri semua token "
            "dari izin itu. Body boleh JSON atau formulir, apa pun Content-Type-nya; ?code= juga diterima."
        ),
        data=answers.OauthTokenData,
        refuses=("grant_invalid", "rate_limited"),
    ),
)
def token(call: Call[bodies.OauthToken]) -> Any:
    if call.body.code is None:
        return _refreshed(call, call.body.token)
    _count(call, call.body.code)
    return _pair(
        grants.exchange_code(partner_id=call.client.partner_id, code=call.body.code, at=call.at, wall=clock.wall())
    )


@endpoint(
    path=f"{_PREFIX}/token/refresh",
    kind="institution",
    body=bodies.OauthRefresh,
    dialect=SIGN_IN_UNSIGNED,
    message=errors.NO_ERROR,
    guide=Guide(
        title=_("Perbarui token"),
        about=_(
            "Mengganti kedua token; yang lama langsung tidak berlaku. Refresh token berlaku 30 hari dan satu kali: "
            "pemakaian kedua mengakhiri izin itu. Member token juga diterima di /oauth/token."
        ),
        data=answers.OauthTokenData,
        refuses=("grant_invalid", "rate_limited"),
    ),
)
def refresh(call: Call[bodies.OauthRefresh]) -> Any:
    return _refreshed(call, call.body.token)


@endpoint(
    method="GET",
    path="/api/v1/resource/user_profile",
    kind="institution",
    body=bodies.Body,
    dialect=SIGN_IN_UNSIGNED,
    message=errors.NO_ERROR,
    has_authorization=True,
    guide=Guide(
        title=_("Profil peserta"),
        about=_(
            "Menjawab data peserta sebatas scope yang diizinkan; selain itu kosong. user_id tetap untuk peserta itu di "
            "lembaga Anda, dan lain di lembaga lain. Header Authorization berisi access token, dengan atau tanpa Bearer."
        ),
        data=answers.UserProfileData,
        refuses=("access_token_missing", "grant_invalid", "rate_limited"),
    ),
)
def user_profile(call: Call[bodies.Body]) -> Any:
    if not grants.is_token_shaped(token=call.token):
        raise Refused("access_token_missing")
    _count(call, call.token)
    holder = grant_queries.holder_of_token(
        access_token=call.token, wall=clock.wall(), partner_id=call.client.partner_id
    )
    found = profile_of(holder=holder)
    return {
        "dp_user_id": found.dp_user_id,
        "email": found.email,
        "name": found.name,
        "no_prakerja": found.no_prakerja,
        "phone_number": found.phone_number,
        "user_id": found.user_id,
    }


def _refreshed(call: Call[Any], token: str | None) -> dict[str, str]:
    if token is None:
        raise Refused("grant_invalid")
    _count(call, token)
    return _pair(grants.refresh_tokens(partner_id=call.client.partner_id, token=token, at=call.at, wall=clock.wall()))


def _count(call: Call[Any], secret: str) -> None:
    """Count the call when it brings something that we made; whoever only knows a client id uses up nobody's calls."""
    if not grants.is_token_shaped(token=secret):
        raise Refused("grant_invalid")
    if not clients.take_call(client=call.client):
        raise Refused("rate_limited")


def _pair(tokens: grants.Tokens) -> dict[str, str]:
    return {
        "access_token": tokens.access_token,
        # A text with a point in time, not a duration: so the pages have it.
        "expires_in": str(int(tokens.access_expires_at.timestamp())),
        "refresh_token": tokens.refresh_token,
        "scope": " ".join(tokens.scopes),
        "token_type": "Bearer",
    }
