"""A training that was bought, and its code: from when it works, until when, and what its end takes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from prakerja.notifications.sentences.template import Template

_ = gettext_noop

BUYING: Mapping[str, Template] = {
    "purchase_ok": Template(
        title=_("Pembelian pelatihan berhasil"),
        text=_(
            "Pembelian Anda berhasil (invoice {invoice_code}). Kode voucher: {code}. Masuk ke situs lembaga pelatihan, "
            "buka kelas yang Anda beli, lalu masukkan kode itu untuk mulai belajar."
        ),
    ),
    "purchase_ok:dashboard": Template(
        title=_("Pembelian pelatihan berhasil"),
        text=_("Pembelian Anda berhasil (invoice {invoice_code}). Kode vouchernya ada di halaman transaksi."),
    ),
    # `purchase_ok` alone stands in rows of before: it did not say what was bought, nor where one has to go. No full stop
    # follows a code or a link, because people copy it with them.
    "purchase_ok:online": Template(
        title=_("Anda membeli {course_title}"),
        text=_(
            "Anda membeli {course_title} di {institution}.\n\nKode voucher: {code}\n\nMasuk ke situs {institution}, buka kelas "
            "itu, lalu masukkan kodenya untuk mulai belajar.\n\nJadwal, batas waktu menukar kode, dan rincian pembelian "
            "(invoice {invoice_code}): {link}"
        ),
    ),
    "purchase_ok:onsite": Template(
        title=_("Anda membeli {course_title}"),
        text=_(
            "Anda membeli {course_title} di {institution}. Kelas ini tatap muka.\n\nTempat: {place}\n\nKode voucher: "
            "{code}\n\nDatang pada jam kelas dengan ponsel dan KTP. Buka halaman transaksi di dashboard dan tunjukkan kode QR "
            "kepada petugas, atau sebutkan kode di atas. Setelah kehadiran Anda dicatat, pelatihan dimulai.\n\nJadwal dan rincian "
            "pembelian (invoice {invoice_code}): {link}"
        ),
    ),
    "purchase_ok:blended": Template(
        title=_("Anda membeli {course_title}"),
        text=_(
            "Anda membeli {course_title} di {institution}. Kelas ini sebagian daring dan sebagian tatap muka.\n\nTempat: "
            "{place}\n\nKode voucher: {code}\n\nMasuk ke situs {institution}, buka kelas itu, lalu masukkan kodenya; atau datang "
            "pada jam kelas dan tunjukkan kode QR dari halaman transaksi kepada petugas.\n\nJadwal dan rincian pembelian (invoice "
            "{invoice_code}): {link}"
        ),
    ),
    # Four outcomes of a code that nobody redeemed, by where its price went and what is left; `voucher_expired` stands in rows
    # of before.
    "voucher_expired": Template(
        title=_("Kode voucher kedaluwarsa"),
        text=_("Kode voucher untuk invoice {invoice_code} tidak ditukar sampai waktunya habis dan tidak berlaku lagi."),
    ),
    "code_ended": Template(
        title=_("Kode voucher berakhir"),
        text=_(
            "Kode untuk {course_title} tidak ditukar sampai {deadline} dan tidak berlaku lagi. {amount} kembali ke program dan "
            "tidak ke saldo Anda."
        ),
        sms=_(
            "Kartu Prakerja: kode {course_title} tidak ditukar sampai {deadline} dan berakhir. {amount} kembali ke program, "
            "tidak ke saldo Anda."
        ),
    ),
    "code_ended_buy_again": Template(
        title=_("Kode voucher berakhir"),
        text=_(
            "Kode untuk {course_title} tidak ditukar sampai {deadline} dan tidak berlaku lagi. {amount} kembali ke program dan "
            "tidak ke saldo Anda. Dengan sisa saldo {balance} Anda dapat membeli pelatihan lain."
        ),
        sms=_(
            "Kartu Prakerja: kode {course_title} tidak ditukar sampai {deadline} dan berakhir. {amount} kembali ke program. Sisa "
            "saldo {balance} dapat dipakai untuk pelatihan lain."
        ),
    ),
    "code_ended_buy_again_until": Template(
        title=_("Kode voucher berakhir"),
        text=_(
            "Kode untuk {course_title} tidak ditukar sampai {deadline} dan tidak berlaku lagi. {amount} kembali ke program dan "
            "tidak ke saldo Anda. Dengan sisa saldo {balance} Anda dapat membeli pelatihan lain sampai {usable_deadline}."
        ),
        sms=_(
            "Kartu Prakerja: kode {course_title} tidak ditukar sampai {deadline} dan berakhir. {amount} kembali ke program. Sisa "
            "saldo {balance} dapat dipakai sampai {usable_deadline}."
        ),
    ),
    # In 2023 another training takes the place of a first one whose code ended.
    "code_ended_buy_first_until": Template(
        title=_("Kode voucher berakhir: beli pelatihan lain"),
        text=_(
            "Kode untuk {course_title} tidak ditukar sampai {deadline} dan tidak berlaku lagi. {amount} kembali ke program dan "
            "tidak ke saldo Anda. Insentif masih dapat Anda terima: dengan sisa saldo {balance} beli pelatihan lain paling lambat "
            "{usable_deadline}, selesaikan, dan ulas. Lewat dari itu sisa saldo dan insentif hangus."
        ),
        sms=_(
            "Kartu Prakerja: kode {course_title} berakhir; {amount} kembali ke program. Beli pelatihan lain paling lambat "
            "{usable_deadline} dengan sisa saldo {balance}, atau saldo dan insentif hangus."
        ),
    ),
    "code_ended_to_treasury": Template(
        title=_("Kode voucher berakhir"),
        text=_(
            "Kode untuk {course_title} tidak ditukar sampai {deadline} dan tidak berlaku lagi. Masa pakai saldo pelatihan sudah "
            "berakhir, jadi {amount} masuk ke kas negara."
        ),
        sms=_(
            "Kartu Prakerja: kode {course_title} tidak ditukar sampai {deadline} dan berakhir. {amount} masuk ke kas negara."
        ),
    ),
    "incentive_unreachable": Template(
        title=_("Insentif tidak dapat diterima lagi"),
        text=_(
            "Insentif dan survei ({amount}) hanya untuk pelatihan pertama. Kode pelatihan pertama Anda, {course_title}, tidak "
            "ditukar, jadi insentif dan survei tidak dapat Anda terima lagi."
        ),
        sms=_(
            "Kartu Prakerja: insentif dan survei ({amount}) hanya untuk pelatihan pertama. Kodenya tidak ditukar, jadi keduanya "
            "tidak dapat diterima lagi."
        ),
    ),
    # Before the end; a class that has not begun says from when its code works.
    "code_ending": Template(
        title=_("Segera tukarkan kode voucher Anda"),
        text=_(
            "Kode untuk {course_title} belum ditukar dan berakhir {deadline}. Masuk ke situs {school}, buka kelas Anda, dan "
            "masukkan kodenya. Kode yang berakhir tidak dapat dikembalikan dananya."
        ),
        sms=_(
            "Kartu Prakerja: kode {course_title} belum ditukar dan berakhir {deadline}. Tukarkan di situs {school}; setelah itu "
            "dananya tidak kembali."
        ),
    ),
    "code_ending:onsite": Template(
        title=_("Segera datang ke kelas Anda"),
        text=_(
            "Kode untuk {course_title} belum ditukar dan berakhir {deadline}. Kelas ini tatap muka: datang ke {place} pada jam kelas "
            "dan tunjukkan kode QR dari dashboard kepada petugas. Kode yang berakhir tidak dapat dikembalikan dananya."
        ),
        sms=_(
            "Kartu Prakerja: kode {course_title} belum ditukar dan berakhir {deadline}. Datang ke {place} pada jam kelas dan tunjukkan "
            "kode QR dari dashboard; setelah itu dananya tidak kembali."
        ),
    ),
    "code_opens:onsite": Template(
        title=_("Kelas Anda segera dimulai"),
        text=_(
            "Kelas {course_title} tatap muka di {place}. Kodenya dapat ditukar di sana mulai {opens_at} sampai {deadline}: tunjukkan "
            "kode QR dari dashboard kepada petugas. Kode yang berakhir tidak dapat dikembalikan dananya."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} tatap muka di {place}. Tunjukkan kode QR dari dashboard di sana mulai {opens_at} "
            "sampai {deadline}. Setelah itu dananya tidak kembali."
        ),
    ),
    "code_opens": Template(
        title=_("Kelas Anda segera dimulai"),
        text=_(
            "Kode untuk {course_title} dapat ditukar mulai {opens_at} sampai {deadline}. Masuk ke situs {school} pada waktu itu "
            "dan masukkan kodenya. Kode yang berakhir tidak dapat dikembalikan dananya."
        ),
        sms=_(
            "Kartu Prakerja: kode {course_title} dapat ditukar mulai {opens_at} sampai {deadline} di situs {school}. Setelah itu "
            "dananya tidak kembali."
        ),
    ),
}
