"""How operators sign in: password and authenticator, always both. Shared by the console, commands and the sandbox."""

from __future__ import annotations

# What loads an operator for a session; whether a password is right is asked by `access.signing_in`.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
TOTP_ISSUER = "Prakerja"
