"""The forms with which an operator proves who they are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def _password(label: Any, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget)


class SignInForm(forms.Form):
    login = forms.EmailField(
        label=gettext_lazy("Alamat email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = _password(gettext_lazy("Kata sandi"), "current-password")


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Kode autentikator"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class NewPasswordForm(forms.Form):
    password = _password(gettext_lazy("Kata sandi baru"), "new-password")
    again = _password(gettext_lazy("Kata sandi baru sekali lagi"), "new-password")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("Kedua kata sandi tidak sama."))
        return cleaned


class ChangePasswordForm(NewPasswordForm):
    old = _password(gettext_lazy("Kata sandi sekarang"), "current-password")
    field_order = ("old", "password", "again")
