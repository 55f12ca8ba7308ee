"""Incentives and surveys: planned, paid, held."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from prakerja.notifications.sentences.template import Template

_ = gettext_noop

PAYMENTS: Mapping[str, Template] = {
    **{
        f"purchase_ok:{way}:dashboard": Template(title=_("Anda membeli {course_title}"), text=text)
        for way, text in (
            (
                "online",
                _(
                    "Anda membeli {course_title} di {institution} (invoice {invoice_code}). Kode vouchernya ada di halaman transaksi."
                ),
            ),
            (
                "onsite",
                _(
                    "Anda membeli {course_title} di {institution} (invoice {invoice_code}). Kelas ini tatap muka di {place}. Kode "
                    "QR-nya ada di halaman transaksi."
                ),
            ),
            (
                "blended",
                _(
                    "Anda membeli {course_title} di {institution} (invoice {invoice_code}). Sebagian kelas ini tatap muka di "
                    "{place}. Kode vouchernya ada di halaman transaksi."
                ),
            ),
        )
    },
    # `incentive_scheduled`, `incentive_paid` and `incentive_held` stand in rows of before: they did not say which payment.
    "incentive_scheduled": Template(
        title=_("Insentif dijadwalkan"),
        text=_("Insentif {amount} dijadwalkan pada {scheduled_date}."),
    ),
    "incentive_paid": Template(
        title=_("Insentif sudah dibayarkan"),
        text=_("{amount} sudah dikirim ke rekening atau e-wallet Anda."),
        sms=_("Kartu Prakerja: insentif {amount} sudah dikirim ke rekening atau e-wallet Anda."),
    ),
    "incentive_held": Template(
        title=_("Dana tertahan"),
        text=_("Insentif {amount} belum dapat dikirim. Periksa rekening atau e-wallet Anda di dashboard."),
    ),
    "payment_planned": Template(
        title=_("Insentif dijadwalkan"),
        text=_(
            "Insentif {number} dari {times} ({amount}) dijadwalkan pada {scheduled_date} dan dibayar sekitar {pay_date}."
        ),
    ),
    "survey_payment_planned": Template(
        title=_("Pembayaran survei dijadwalkan"),
        text=_("{amount} untuk survei {number} dari {times} dibayar sekitar {pay_date}."),
    ),
    "payment_arrived": Template(
        title=_("Insentif sudah dibayarkan"),
        text=_("Insentif {number} dari {times} ({amount}) sudah dikirim ke {account}."),
        sms=_("Kartu Prakerja: insentif {number} dari {times}, {amount}, sudah dikirim ke {account}."),
    ),
    "survey_payment_arrived": Template(
        title=_("Insentif survei sudah dibayarkan"),
        text=_("{amount} untuk survei {number} dari {times} sudah dikirim ke {account}."),
        sms=_("Kartu Prakerja: {amount} untuk survei {number} dari {times} sudah dikirim ke {account}."),
    ),
    **{
        f"payment_held_{reason}": Template(title=_("Dana tertahan"), text=text, sms=sms)
        for reason, text, sms in (
            (
                "account_changed",
                _(
                    "{amount} belum dikirim karena rekening diganti dekat tanggal pembayaran. Kami memeriksanya lagi pada "
                    "{recheck_at}. Tidak ada yang perlu Anda lakukan."
                ),
                "",
            ),
            (
                "nik_mismatch",
                _(
                    "{amount} belum dapat dikirim karena NIK pemilik rekening berbeda dengan NIK Anda. Putuskan rekening itu di "
                    "dashboard dan sambungkan rekening Anda sendiri."
                ),
                _(
                    "Kartu Prakerja: {amount} tertahan karena NIK pemilik rekening berbeda. Sambungkan rekening Anda sendiri di "
                    "dashboard."
                ),
            ),
            (
                "kyc_incomplete",
                _(
                    "{amount} belum dapat dikirim karena e-wallet Anda belum ditingkatkan. Tingkatkan di aplikasinya, lalu putuskan "
                    "dan sambungkan lagi di dashboard."
                ),
                _(
                    "Kartu Prakerja: {amount} tertahan karena e-wallet belum ditingkatkan. Tingkatkan, lalu sambungkan lagi di "
                    "dashboard."
                ),
            ),
            (
                "no_account",
                _(
                    "{amount} belum dapat dikirim karena tidak ada rekening yang tersambung. Sambungkan rekening di dashboard."
                ),
                _("Kartu Prakerja: {amount} tertahan karena tidak ada rekening. Sambungkan rekening di dashboard."),
            ),
            (
                "wallet_phone",
                _(
                    "{amount} belum dapat dikirim karena nomor e-wallet Anda berbeda dengan nomor ponsel yang terdaftar. Putuskan "
                    "e-wallet itu di dashboard dan sambungkan yang memakai nomor terdaftar."
                ),
                _(
                    "Kartu Prakerja: {amount} tertahan karena nomor e-wallet berbeda dengan ponsel terdaftar. Sambungkan yang lain "
                    "di dashboard."
                ),
            ),
            (
                "account_blocked",
                _(
                    "{amount} belum dapat dikirim karena rekening Anda diblokir atau sudah ditutup. Putuskan rekening itu di "
                    "dashboard dan sambungkan yang lain."
                ),
                _(
                    "Kartu Prakerja: {amount} tertahan karena rekening diblokir atau ditutup. Sambungkan rekening lain di dashboard."
                ),
            ),
            (
                "award_suspended",
                _("{amount} belum dikirim karena kepesertaan Anda sedang dibekukan. Dananya tetap tersimpan."),
                "",
            ),
            (
                "held",
                _(
                    "{amount} ditahan oleh bank atau e-wallet Anda. Kami memeriksanya lagi pada {recheck_at}. Tanyakan kepada bank "
                    "atau e-wallet Anda, atau sambungkan rekening lain."
                ),
                _(
                    "Kartu Prakerja: {amount} ditahan oleh bank atau e-wallet Anda. Tanyakan kepada mereka atau sambungkan rekening "
                    "lain di dashboard."
                ),
            ),
            (
                "failed",
                _(
                    "{amount} gagal dikirim: bank atau e-wallet menolaknya. Periksa rekening Anda di dashboard; bila tidak dapat "
                    "menerima, sambungkan yang lain. Kami memeriksanya lagi pada {recheck_at}."
                ),
                _(
                    "Kartu Prakerja: {amount} gagal dikirim, ditolak bank atau e-wallet. Periksa rekening di dashboard atau "
                    "sambungkan yang lain."
                ),
            ),
            (
                "returned",
                _(
                    "{amount} dikembalikan oleh bank atau e-wallet. Periksa rekening Anda di dashboard; bila tidak dapat menerima, "
                    "sambungkan yang lain. Kami memeriksanya lagi pada {recheck_at}."
                ),
                _(
                    "Kartu Prakerja: {amount} dikembalikan bank atau e-wallet. Periksa rekening di dashboard atau sambungkan yang "
                    "lain."
                ),
            ),
        )
    },
    "survey_open": Template(
        title=_("Survei {number} sudah dibuka"),
        text=_("Isi survei {number} di dashboard paling lambat {deadline}. Jawaban Anda tidak memengaruhi pembayaran."),
        sms=_("Kartu Prakerja: survei {number} sudah dibuka. Isi di dashboard paling lambat {deadline}."),
    ),
    "survey_lapsed": Template(
        title=_("Survei {number} ditutup"),
        text=_("Survei {number} tidak diisi sampai {deadline}, jadi {amount} untuk survei itu masuk ke kas negara."),
        sms=_("Kartu Prakerja: survei {number} tidak diisi sampai {deadline}; {amount} masuk ke kas negara."),
    ),
    "survey_never_open": Template(
        title=_("Survei {number} tidak dibuka"),
        text=_(
            "Survei {number} tidak dibuka sampai batas akhir tahun {deadline} karena insentif pertama belum dibayar. {amount} "
            "untuk survei itu masuk ke kas negara."
        ),
        sms=_(
            "Kartu Prakerja: survei {number} tidak dibuka sampai batas akhir tahun {deadline}; {amount} masuk ke kas negara."
        ),
    ),
}
