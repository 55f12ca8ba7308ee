"""One-time codes, and what is said of who signs in."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from prakerja.notifications.sentences.template import Template

_ = gettext_noop

SIGNING_IN: Mapping[str, Template] = {
    "otp_sign_in": Template(
        title=_("Kode masuk Prakerja"),
        text=_(
            "Kode OTP {otp} untuk masuk ke dashboard Prakerja, berlaku {minutes} menit. "
            "Jangan berikan kode ini kepada siapa pun."
        ),
    ),
    "otp_purchase": Template(
        title=_("Kode OTP pembelian pelatihan"),
        text=_(
            'Kode OTP {otp} untuk membeli pelatihan "{course}" seharga {amount} di {shop} dengan Kartu Prakerja Anda, berlaku '
            "{minutes} menit. Jangan berikan kode ini kepada siapa pun."
        ),
    ),
    # Before the last step of buying: who has to travel learns it here at the latest (rules.md 12.38).
    "otp_purchase:onsite": Template(
        title=_("Kode OTP pembelian pelatihan"),
        text=_(
            'Kode OTP {otp} untuk membeli pelatihan "{course}" (tatap muka di {city}) seharga {amount} di {shop} dengan Kartu '
            "Prakerja Anda, berlaku {minutes} menit. Jangan berikan kode ini kepada siapa pun."
        ),
    ),
    "otp_purchase:onsite_away": Template(
        title=_("Kode OTP pembelian pelatihan"),
        text=_(
            'Kode OTP {otp} untuk membeli pelatihan "{course}" seharga {amount} di {shop}, berlaku {minutes} menit. Kelas ini tatap '
            "muka di {city}, di luar provinsi Anda: pastikan Anda dapat datang. Jangan berikan kode ini kepada siapa pun."
        ),
    ),
    "purchase_codes_wrong": Template(
        title=_("Kode pembelian beberapa kali salah"),
        text=_(
            "Kode OTP untuk membeli dengan Kartu Prakerja Anda beberapa kali salah diketik, jadi pembelian di toko itu ditahan "
            "sebentar. Saldo Anda aman. Bila bukan Anda, abaikan pesan ini dan jangan berikan kode kepada siapa pun."
        ),
        sms=_(
            "Kartu Prakerja: kode pembelian beberapa kali salah diketik dan pembelian di toko itu ditahan sebentar. Saldo "
            "Anda aman. Bila bukan Anda, abaikan; jangan berikan kode kepada siapa pun."
        ),
    ),
    "signed_in_by_email": Template(
        title=_("Akun dibuka dengan kode dari email"),
        text=_(
            "Akun Prakerja Anda dibuka dengan kode yang dikirim ke email Anda. Bila bukan Anda, masuk dengan SMS, akhiri semua sesi, "
            "lalu hubungi kami."
        ),
    ),
    "sign_in_codes_wrong": Template(
        title=_("Kode masuk beberapa kali salah"),
        text=_(
            "Seseorang beberapa kali salah mengetik kode masuk akun Prakerja Anda. Akun Anda aman, dan Anda tetap dapat masuk "
            "dari ponsel Anda. Jangan berikan kode kepada siapa pun."
        ),
    ),
    "otp_link_account": Template(
        title=_("Kode OTP rekening"),
        text=_(
            "Kode OTP {otp} untuk menyambungkan rekening atau e-wallet {provider} yang berakhiran {tail} ke akun Prakerja Anda, berlaku {minutes} menit. "
            "Bila bukan nomor Anda, jangan pakai kode ini. Jangan berikan kode ini kepada siapa pun."
        ),
    ),
    "otp_attendance": Template(
        title=_("Kode OTP kehadiran"),
        text=_(
            "Kode OTP {otp} untuk verifikasi kehadiran pelatihan Anda, berlaku {minutes} menit. "
            "Jangan berikan kode ini kepada siapa pun."
        ),
    ),
    "otp_phone": Template(
        title=_("Kode verifikasi nomor ponsel"),
        text=_(
            "Kode OTP {otp} untuk memastikan nomor ponsel Anda, berlaku {minutes} menit. "
            "Jangan berikan kode ini kepada siapa pun."
        ),
    ),
    "otp_email": Template(
        title=_("Kode untuk alamat email Anda"),
        text=_(
            "Kode {otp} untuk memastikan alamat email ini di pendaftaran Prakerja, berlaku {minutes} menit. "
            "Jangan berikan kode ini kepada siapa pun. Bila Anda tidak sedang mendaftar, abaikan email ini."
        ),
    ),
    "otp_change_email": Template(
        title=_("Kode untuk alamat email Anda"),
        text=_(
            "Kode {otp} untuk memakai alamat email ini pada akun Prakerja Anda, berlaku {minutes} menit. Jangan berikan kode ini "
            "kepada siapa pun. Bila Anda tidak memintanya, abaikan email ini."
        ),
    ),
}
