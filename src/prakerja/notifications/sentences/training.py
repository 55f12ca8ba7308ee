"""Attending, certificates and reviews."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from prakerja.notifications.sentences.template import Template

_ = gettext_noop

TRAINING: Mapping[str, Template] = {
    "code_redeemed": Template(
        title=_("Kode voucher sudah ditukar"),
        text=_("Kode voucher Anda sudah ditukar di lembaga pelatihan. Selamat belajar."),
    ),
    "completion_withdrawn": Template(
        title=_("Laporan penyelesaian ditarik"),
        text=_(
            "Laporan bahwa Anda menyelesaikan {course_title} ditarik kembali karena keliru. Sertifikatnya menunggu laporan "
            "baru dari lembaga pelatihan. Hubungi lembaga itu bila Anda sudah menyelesaikan pelatihannya."
        ),
        sms=_(
            "Kartu Prakerja: laporan bahwa Anda menyelesaikan {course_title} ditarik kembali. Bila pelatihan sudah "
            "selesai, hubungi lembaga pelatihan."
        ),
    ),
    "certificate_corrected": Template(
        title=_("Data sertifikat diperbaiki"),
        text=_(
            "Data sertifikat {course_title} diperbaiki. Lihat tanggal, nilai, dan nomornya yang sekarang di halaman "
            "transaksi."
        ),
    ),
    "cert_ready": Template(
        title=_("Sertifikat Anda sudah terbit"),
        text=_("Sertifikat pelatihan {course_title} sudah ada di dashboard."),
        sms=_("Kartu Prakerja: sertifikat {course_title} sudah terbit dan ada di dashboard."),
    ),
    # What hangs on a review differs by training and scheme; `review_needed` stands in rows of before.
    "review_needed": Template(
        title=_("Beri bintang dan ulasan"),
        text=_(
            "Beri bintang dan ulasan untuk pelatihan {course_title}. Tanpa itu insentif Anda belum dapat dijadwalkan."
        ),
    ),
    "review_for_incentive": Template(
        title=_("Beri bintang dan ulasan"),
        text=_("Beri bintang dan ulasan untuk {course_title}. Tanpa itu insentif Anda belum dapat dijadwalkan."),
        sms=_(
            "Kartu Prakerja: sertifikat {course_title} sudah terbit. Beri bintang dan ulasan di dashboard; tanpa itu insentif "
            "tidak dijadwalkan."
        ),
    ),
    "review_for_incentive_until": Template(
        title=_("Beri bintang dan ulasan"),
        text=_(
            "Beri bintang dan ulasan untuk {course_title} paling lambat {deadline}. Tanpa itu insentif tidak dibayar."
        ),
        sms=_(
            "Kartu Prakerja: sertifikat {course_title} sudah terbit. Beri bintang dan ulasan di dashboard paling lambat "
            "{deadline}; tanpa itu insentif tidak dibayar."
        ),
    ),
    "review_for_next": Template(
        title=_("Beri bintang dan ulasan"),
        text=_("Beri bintang dan ulasan untuk {course_title}. Tanpa itu pelatihan berikutnya tidak dapat dibeli."),
        sms=_(
            "Kartu Prakerja: sertifikat {course_title} sudah terbit. Beri bintang dan ulasan di dashboard; tanpa itu pelatihan "
            "berikutnya tidak dapat dibeli."
        ),
    ),
    "review_for_both": Template(
        title=_("Beri bintang dan ulasan"),
        text=_(
            "Beri bintang dan ulasan untuk {course_title}. Tanpa itu insentif tidak dijadwalkan dan pelatihan berikutnya tidak "
            "dapat dibeli."
        ),
        sms=_(
            "Kartu Prakerja: sertifikat {course_title} sudah terbit. Beri bintang dan ulasan di dashboard; tanpa itu insentif tidak "
            "dijadwalkan dan pelatihan berikutnya tidak dapat dibeli."
        ),
    ),
    "review_hidden": Template(
        title=_("Ulasan Anda disembunyikan"),
        text=_(
            'Petugas menyembunyikan ulasan Anda tentang "{course}": {why} Bintang Anda tetap dihitung, dan insentif Anda tidak berubah.'
        ),
    ),
}
