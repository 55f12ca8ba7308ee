"""How operators sign in: password and authenticator, always both. Shared by the console, commands and the sandbox."""

from __future__ import annotations

OPERATOR_APPS = [
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]
AUTHENTICATION_BACKENDS = [
    # First, so that a locked-out address is refused before any password is looked at.
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "prakerja.console.accounts.ClosedAccounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_FORMS = {"login": "prakerja.console.accounts.SignInForm"}
MFA_ADAPTER = "prakerja.console.accounts.SealedAuthenticators"
MFA_SUPPORTED_TYPES = ["totp"]
MFA_TOTP_ISSUER = "Prakerja"
# One step of 30 seconds either way: phones' clocks differ.
MFA_TOTP_TOLERANCE = 1
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1
# The pair, so that nobody can lock an operator out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "login"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "console/locked.html"
AXES_HTTP_RESPONSE_CODE = 429
