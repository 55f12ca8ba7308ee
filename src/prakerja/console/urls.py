"""Sign-in by allauth; a few pages of work; everything else is the read-only site."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.totp import views as totp
from django.urls import path
from django.views.generic import RedirectView

from prakerja.console.attention import attention
from prakerja.console.language import language
from prakerja.console.payments import payments, retry
from prakerja.console.site import site

# Named one by one: what is not here (sign-up, e-mail changes, password resets) does not exist.
urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    # An operator whose authenticator works already is sent here by allauth; it is never switched off by its owner.
    path("accounts/2fa/totp/deactivate/", RedirectView.as_view(url="/"), name="mfa_deactivate_totp"),
    path("accounts/2fa/", RedirectView.as_view(url="/"), name="mfa_index"),
    path("language/<slug:code>/", language, name="console_language"),
    path("payments/", payments, name="console_payments"),
    path("payments/<uuid:person_id>/<uuid:incentive_id>/retry/", retry, name="console_retry"),
    path("attention/", attention, name="console_attention"),
    path("", site.urls),
]

handler400 = "prakerja.console.errors.bad_request"
handler403 = "prakerja.console.errors.forbidden"
handler404 = "prakerja.console.errors.not_found"
handler500 = "prakerja.console.errors.broken"
