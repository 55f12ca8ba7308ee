"""Registering, and what the office answers."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from prakerja.notifications.sentences.template import Template

_ = gettext_noop

REGISTERING: Mapping[str, Template] = {
    "email_registered_again": Template(
        title=_("Alamat email ini sudah dipakai akun Anda"),
        text=_(
            "Seseorang menulis alamat email ini di pendaftaran Prakerja. Bila itu Anda: akun Anda sudah ada, jadi masuklah dengan "
            "nomor ponsel Anda yang terdaftar. Bila bukan Anda: tidak ada yang berubah, dan kami tidak memberi tahu siapa pun."
        ),
    ),
    "nik_registered_again": Template(
        title=_("Seseorang mendaftar dengan NIK Anda"),
        text=_(
            "Seseorang mencoba mendaftar Kartu Prakerja dengan NIK Anda dari nomor ponsel lain. Akun Anda tidak berubah, dan "
            "petugas memeriksanya. Bila itu Anda sendiri karena nomor lama hilang, tunggu kabar dari petugas."
        ),
    ),
    "registration_to_correct": Template(
        title=_("Pendaftaran Anda perlu diperbaiki"),
        text=_(
            "Pendaftaran Prakerja Anda belum selesai: ada data yang perlu diperbaiki. Masuk dengan nomor ini di situs Prakerja "
            "untuk melihat yang mana."
        ),
    ),
    "registration_answered": Template(
        title=_("Petugas sudah menjawab"),
        text=_(
            "Petugas sudah memeriksa pendaftaran Prakerja Anda. Masuk dengan nomor ini di situs Prakerja untuk membaca jawabannya."
        ),
    ),
    "registration_ending": Template(
        title=_("Pendaftaran Anda akan dihapus"),
        text=_(
            "Pendaftaran Prakerja Anda belum selesai dan lama tidak dibuka. Isinya dihapus pada {ends_at}, kecuali Anda masuk dengan "
            "nomor ini dan melanjutkannya sebelum itu."
        ),
    ),
    "registration_done": Template(
        title=_("Anda terdaftar"),
        text=_(
            "Pendaftaran Kartu Prakerja Anda berhasil. Masuk dengan nomor ponsel ini untuk bergabung ke gelombang. "
            "Mendaftar dan bergabung tidak dipungut biaya."
        ),
    ),
    "case_answered": Template(
        title=_("Kasus Anda sudah dijawab"),
        text=_("Kartu Prakerja: kasus {number} sudah dijawab. Masuk ke situs, lalu buka Akun saya, Kasus saya."),
    ),
    "letter_answered": Template(
        title=_("Surat Anda sudah dijawab"),
        text=_("Surat pernyataan Anda sudah dijawab. Baca jawabannya di halaman Gelombang di situs."),
    ),
}
