"""Where programs find the provider. The first address is fixed by the standard (OpenID Connect Discovery 4)."""

from __future__ import annotations

from django.urls import include, path

from prakerja.openid import machines

_ADDRESSES = [
    path(".well-known/openid-configuration", machines.configuration, name="configuration"),
    path("oauth2/token", machines.token, name="token"),
    path("oauth2/userinfo", machines.userinfo, name="userinfo"),
    path("oauth2/revoke", machines.revoke, name="revoke"),
    path("oauth2/keys", machines.keys, name="keys"),
]
addresses = path("", include((_ADDRESSES, "openid")))
