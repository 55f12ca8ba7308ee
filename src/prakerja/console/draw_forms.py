"""What operators fill in for the steps of a draw."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prakerja.console.draw_words import REASONS
from prakerja.draw.steps import DIGEST_DIGITS
from prakerja.kernel.clock import WIB
from prakerja.kernel.typed import without_unseen
from prakerja.registrations.regions import PROVINCES

_LINE = re.compile(r"([0-9]{1,8})[\s:;=,]+([0-9]{1,9})(?:\s.*)?")
_MOST_TEXT = 4000


class WeightsForm(forms.Form):
    """A line for each province: its code, and the whole number by which seats are shared out."""

    weights = forms.CharField(
        label=gettext_lazy("Bobot tiap provinsi: kode, lalu bilangan bulat, satu provinsi tiap baris"),
        max_length=_MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        initial="\n".join(f"{code} 1 {name}" for code, name in PROVINCES.items()),
    )

    def clean_weights(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for line in filter(None, map(str.strip, without_unseen(self.cleaned_data["weights"]).splitlines())):
            read = _LINE.fullmatch(line)
            if read is None or read[1] in found:
                raise forms.ValidationError(
                    _("Baris “%(line)s” tidak terbaca, atau provinsinya tertulis dua kali.") % {"line": line[:60]}
                )
            found[read[1]] = int(read[2])
        return found


class PlainForm(forms.Form):
    """Nothing has to be said."""


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


def _hour(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}))


class CommitForm(forms.Form):
    round_day = _day(gettext_lazy("Hari putaran drand; kosong: secepat yang diizinkan aturan"))
    round_hour = _hour(gettext_lazy("Jamnya (WIB)"))
    pulse_day = _day(gettext_lazy("Hari denyut NIST, bila dipakai juga"))
    pulse_hour = _hour(gettext_lazy("Jam dan menit denyut itu (WIB)"))
    certificate = forms.CharField(
        label=gettext_lazy("Sidik SHA-512 sertifikat NIST, bila dipakai"), max_length=200, required=False
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("round", "pulse"):
            if (given.get(f"{name}_day") is None) != (given.get(f"{name}_hour") is None):
                self.add_error(f"{name}_hour", _("Isi hari dan jamnya, atau kosongkan keduanya."))
        return {
            "round_at": _instant(given.get("round_day"), given.get("round_hour")),
            "pulse_at": _instant(given.get("pulse_day"), given.get("pulse_hour")),
            "certificate": given.get("certificate", ""),
        }


def _instant(day: Any, hour: time | None) -> datetime | None:
    return None if day is None or hour is None else datetime.combine(day, hour, tzinfo=WIB)


class VoidForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Alasan"), choices=tuple(REASONS.items()), widget=forms.RadioSelect)


class AwardForm(forms.Form):
    """A decree, and the moment at which everybody is told."""

    decree_number = forms.CharField(label=gettext_lazy("Nomor keputusan"), max_length=200)
    announced_day = forms.DateField(
        label=gettext_lazy("Hari pengumuman"), widget=forms.DateInput(attrs={"type": "date"})
    )
    announced_hour = forms.TimeField(label=gettext_lazy("Jamnya (WIB)"), widget=forms.TimeInput(attrs={"type": "time"}))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        at = _instant(given.get("announced_day"), given.get("announced_hour"))
        return {"decree_number": given.get("decree_number", ""), "announced_at": at}


FORMS: dict[str, type[forms.Form]] = {
    "rules": WeightsForm,
    "list": PlainForm,
    "commit": CommitForm,
    "draw": PlainForm,
    "publish": PlainForm,
    "award": AwardForm,
    "recall": AwardForm,
    "terms": AwardForm,
    "void": VoidForm,
}


class ConfirmForm(forms.Form):
    digits = forms.CharField(
        label=gettext_lazy("Ketik sidik di atas"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )

    def clean_digits(self) -> str:
        """As it is shown, in fours, or together; capitals are the same digits."""
        digits = re.sub(r"[\s-]", "", without_unseen(self.cleaned_data["digits"])).lower()
        if not re.fullmatch(f"[0-9a-f]{{{DIGEST_DIGITS}}}", digits):
            raise forms.ValidationError(
                _("Ketik seluruh sidiknya, angka 0–9 dan huruf a–f: ada %(n)s.") % {"n": DIGEST_DIGITS}
            )
        return digits


class ConfirmAwardForm(ConfirmForm):
    is_short_deadline_confirmed = forms.BooleanField(
        label=gettext_lazy("Bila tersisa kurang dari tujuh hari penuh: saya menanggung batas waktu yang pendek"),
        required=False,
    )


class CancelForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Alasan"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class RoundForm(forms.Form):
    signature = forms.CharField(
        label=gettext_lazy("Tanda tangan putaran itu, 96 angka heksadesimal; kosong: diambil dari drand"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class PulseForm(forms.Form):
    answer = forms.FileField(label=gettext_lazy("Jawaban NIST Beacon (berkas JSON)"))
    certificate = forms.FileField(label=gettext_lazy("Sertifikatnya (berkas PEM)"))


class AbsentForm(forms.Form):
    """The lines of two witnesses that a source gave nothing."""

    lines = forms.CharField(
        label=gettext_lazy("Tanda tangan para saksi, satu baris tiap saksi"),
        max_length=_MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def clean_lines(self) -> list[str]:
        return [one for one in map(str.strip, self.cleaned_data["lines"].splitlines()) if one]


class WitnessForm(forms.Form):
    key = forms.CharField(
        label=gettext_lazy("Kunci saksi, seperti yang diberitahukan lembaganya kepada Anda"),
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class CosignForm(forms.Form):
    size = forms.IntegerField(label=gettext_lazy("Jumlah dokumen dalam catatan log"), min_value=1)
    line = forms.CharField(
        label=gettext_lazy("Tanda tangan saksi di bawah catatan itu"),
        max_length=1000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
