"""What answers at the participants' door: the site, and the OpenID provider's addresses for programs."""

from __future__ import annotations

from prakerja.openid.urls import addresses
from prakerja.portal import errors
from prakerja.portal.urls import site

urlpatterns = [site, addresses]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken
