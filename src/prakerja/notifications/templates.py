"""The sentences of every message, Indonesian first. A message stores its template's name and parameters, never a sentence.

Channels: S = SMS, E = e-mail, D = dashboard (rules.md 13.1). Parameters are plain values; what they are called says how
they are written: `…deadline` is an exclusive instant, `…_at` an instant, `…_date` a day, `amount`, `fund` and `balance`
are rupiah. Instants are shown in WIB; limits and beginnings by the reader's own clock too, where it is another.

A message whose template is fixed where it is queued (the hot calls) may have a `variant` among its parameters:
`template:variant` then replaces `template`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext, gettext_noop, override

from prakerja.kernel import dates
from prakerja.kernel.money import format_rupiah

_ = gettext_noop

# Somebody sits before a screen and waits for these: they overtake a hundred thousand announcements.
URGENT = ["otp_attendance", "otp_link_account", "otp_phone", "otp_purchase", "otp_sign_in"]

# A message with this parameter goes to that address and not to the present one.
SENT_TO = "sent_to"

# What asks somebody to do something by `deadline`: it is never sent after it.
POINTLESS_AFTER_DEADLINE = (
    "balance_ending",
    "code_ending",
    "code_opens",
    "deadline_reminder",
    "link_ending",
    "review_ending",
    "review_for_incentive_until",
    "survey_open",
)

# Words of an institution among the parameters: Indonesian in every language.
_INDONESIAN = ("course", "course_title")

_RUPIAH = ("amount", "fund", "balance", "price", "claim")


@dataclass(frozen=True)
class Template:
    """`title` heads an e-mail or a dashboard message; `text` is the sentence; `sms` replaces it where every sign costs."""

    title: str
    text: str
    sms: str = ""


@dataclass(frozen=True)
class Rendered:
    """What is said. `indonesian` are the parts that are an institution's own words, in whichever language the rest is."""

    title: str
    text: str
    indonesian: tuple[str, ...] = ()


class UnknownTemplate(Exception):
    """A message names a template that this program does not have."""


TEMPLATES: Mapping[str, Template] = {
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
    "wave_joined": Template(
        title=_("Anda bergabung di Gelombang {wave}"),
        text=_(
            "Anda bergabung di Gelombang {wave}. Nomor tiket: {ticket}. Tunggu sampai gelombang ditutup dan hasilnya diumumkan. "
            "Ikut seleksi tidak dipungut biaya."
        ),
        sms=_("Anda bergabung di Gelombang {wave}. Nomor tiket: {ticket}. Hasilnya kami kirim lewat SMS. Gratis."),
    ),
    "wave_left": Template(
        title=_("Anda mundur dari Gelombang {wave}"),
        text=_("Pendaftaran Anda di Gelombang {wave} (tiket {ticket}) dibatalkan karena Anda memintanya di situs."),
    ),
    "case_answered": Template(
        title=_("Kasus Anda sudah dijawab"),
        text=_("Kartu Prakerja: kasus {number} sudah dijawab. Masuk ke situs, lalu buka Akun saya, Kasus saya."),
    ),
    "letter_answered": Template(
        title=_("Surat Anda sudah dijawab"),
        text=_("Surat pernyataan Anda sudah dijawab. Baca jawabannya di halaman Gelombang di situs."),
    ),
    "wave_not_selected": Template(
        title=_("Kamu belum berhasil di Gelombang {wave}"),
        text=_(
            "Anda belum terpilih di Gelombang {wave}. Alasannya dan yang dapat Anda lakukan ada di Riwayat Gelombang di situs. "
            "Akun dan data Anda tetap ada: Anda dapat ikut gelombang berikutnya."
        ),
        sms=_("Anda belum terpilih di Gelombang {wave}. Lihat alasannya di Riwayat Gelombang di situs Prakerja."),
    ),
    "wave_not_drawn": Template(
        title=_("Kamu belum berhasil di Gelombang {wave}"),
        text=_(
            "Anda memenuhi syarat Gelombang {wave}, tetapi tempatnya habis sebelum giliran Anda: undian memberi Anda urutan {place} dari "
            "{of}, dan yang terakhir terpilih di provinsi Anda urutan {last}. Cara memeriksanya sendiri ada di Riwayat Gelombang di "
            "situs. Akun dan data Anda tetap ada: Anda dapat ikut gelombang berikutnya."
        ),
        sms=_(
            "Anda belum terpilih di Gelombang {wave}: kuota penuh. Urutan undian Anda {place} dari {of}, yang terakhir terpilih {last}. "
            "Lihat Riwayat Gelombang di situs."
        ),
    ),
    "wave_not_drawn_family": Template(
        title=_("Kamu belum berhasil di Gelombang {wave}"),
        text=_(
            "Anda memenuhi syarat Gelombang {wave}, tetapi jatah untuk KK Anda sudah dipakai anggota lain. Urutan undian "
            "Anda {place} dari {of}, dan yang terakhir terpilih di provinsi Anda urutan {last}. Cara memeriksanya sendiri ada di "
            "Riwayat Gelombang di situs."
        ),
        sms=_(
            "Anda belum terpilih di Gelombang {wave}: jatah KK Anda penuh. Urutan undian Anda {place} dari {of}. "
            "Lihat Riwayat Gelombang di situs."
        ),
    ),
    "result_pass": Template(
        title=_("Anda lolos Gelombang {wave}"),
        text=_(
            "Selamat {name}, Anda lolos Kartu Prakerja Gelombang {wave}. Dana pelatihan Anda {fund}. Tonton tiga video di "
            "dashboard, lalu beli pelatihan pertama paling lambat {deadline}. Lewat dari itu, kepesertaan Anda dicabut."
        ),
        sms=_(
            "Selamat, Anda lolos Kartu Prakerja Gelombang {wave}. Dana pelatihan {fund}. Beli pelatihan pertama paling "
            "lambat {deadline} atau kepesertaan dicabut. Buka dashboard Prakerja."
        ),
    ),
    "result_pass_without_videos": Template(
        title=_("Anda lolos Gelombang {wave}"),
        text=_(
            "Selamat {name}, Anda lolos Kartu Prakerja Gelombang {wave}. Dana pelatihan Anda {fund}. Beli pelatihan pertama paling "
            "lambat {deadline}. Lewat dari itu, kepesertaan Anda dicabut."
        ),
        sms=_(
            "Selamat, Anda lolos Kartu Prakerja Gelombang {wave}. Dana pelatihan {fund}. Beli pelatihan pertama paling "
            "lambat {deadline} atau kepesertaan dicabut. Buka dashboard Prakerja."
        ),
    ),
    "result_fail": Template(
        title=_("Hasil Gelombang {wave}"),
        text=_("Anda belum lolos Gelombang {wave}. Alasan: {reason}. Anda dapat bergabung di gelombang berikutnya."),
    ),
    "deadline_reminder": Template(
        title=_("Segera beli pelatihan pertama Anda"),
        text=_(
            "Anda belum membeli pelatihan. Batas waktunya {deadline}. Lewat dari itu, kepesertaan Kartu Prakerja Anda "
            "dicabut dan dananya kembali ke program."
        ),
        sms=_(
            "Kartu Prakerja: Anda belum membeli pelatihan. Batas waktunya {deadline}; lewat dari itu kepesertaan dicabut."
        ),
    ),
    "deadline_moved": Template(
        title=_("Batas waktu Anda berubah"),
        text=_(
            "Batas waktu Anda untuk membeli pelatihan pertama berubah menjadi {deadline}. Tanggal yang kami beri tahu "
            "sebelumnya tidak berlaku lagi. Lewat dari itu, kepesertaan Kartu Prakerja Anda dicabut."
        ),
        sms=_(
            "Kartu Prakerja: batas waktu Anda untuk membeli pelatihan pertama berubah menjadi {deadline}. Tanggal "
            "sebelumnya tidak berlaku lagi."
        ),
    ),
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
    # Four outcomes of a void, chosen by where the price went; `purchase_voided` stands in rows of before.
    "purchase_voided": Template(
        title=_("Pembelian dibatalkan"),
        text=_("Pembelian dengan invoice {invoice_code} dibatalkan. {amount} kembali ke saldo pelatihan Anda."),
    ),
    "voided_to_balance": Template(
        title=_("Pembelian dibatalkan"),
        text=_(
            "Pembelian pelatihan {course_title} (invoice {invoice_code}) dibatalkan dan kodenya tidak berlaku lagi. {amount} "
            "kembali ke saldo pelatihan Anda."
        ),
        sms=_("Kartu Prakerja: pembelian {course_title} dibatalkan. {amount} kembali ke saldo pelatihan Anda."),
    ),
    "voided_to_balance_until": Template(
        title=_("Pembelian dibatalkan"),
        text=_(
            "Pembelian pelatihan {course_title} (invoice {invoice_code}) dibatalkan dan kodenya tidak berlaku lagi. {amount} "
            "kembali ke saldo pelatihan Anda dan dapat dipakai sampai {deadline}."
        ),
        sms=_(
            "Kartu Prakerja: pembelian {course_title} dibatalkan. {amount} kembali ke saldo pelatihan Anda, dapat dipakai "
            "sampai {deadline}."
        ),
    ),
    "voided_buy_again": Template(
        title=_("Pembelian dibatalkan: beli pelatihan lain"),
        text=_(
            "Pembelian pelatihan {course_title} (invoice {invoice_code}) dibatalkan dan kodenya tidak berlaku lagi. {amount} "
            "kembali ke saldo pelatihan Anda. Beli pelatihan lain paling lambat {deadline}. Lewat dari itu, kepesertaan Kartu "
            "Prakerja Anda dicabut."
        ),
        sms=_(
            "Kartu Prakerja: pembelian {course_title} dibatalkan. {amount} kembali ke saldo. Beli pelatihan lain paling lambat "
            "{deadline} atau kepesertaan dicabut."
        ),
    ),
    "voided_balance_over": Template(
        title=_("Pembelian dibatalkan"),
        text=_(
            "Pembelian pelatihan {course_title} (invoice {invoice_code}) dibatalkan dan kodenya tidak berlaku lagi. Masa pakai "
            "saldo pelatihan sudah berakhir, jadi {amount} masuk ke kas negara dan tidak kembali ke saldo Anda."
        ),
        sms=_(
            "Kartu Prakerja: pembelian {course_title} dibatalkan. Masa pakai saldo sudah berakhir: {amount} masuk ke kas "
            "negara, tidak kembali ke saldo Anda."
        ),
    ),
    "voided_award_over": Template(
        title=_("Pembelian dibatalkan"),
        text=_(
            "Pembelian pelatihan {course_title} (invoice {invoice_code}) dibatalkan dan kodenya tidak berlaku lagi. Kepesertaan "
            "Anda sudah berakhir, jadi {amount} kembali ke program dan tidak ke saldo Anda."
        ),
        sms=_(
            "Kartu Prakerja: pembelian {course_title} dibatalkan. Kepesertaan Anda sudah berakhir: {amount} kembali ke "
            "program, tidak ke saldo Anda."
        ),
    ),
    "class_cancelled_to_balance": Template(
        title=_("Kelas Anda dibatalkan"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan dan kodenya tidak berlaku lagi. {amount} sudah kembali ke saldo "
            "pelatihan Anda."
        ),
        sms=_("Kartu Prakerja: kelas {course_title} dibatalkan. {amount} sudah kembali ke saldo pelatihan Anda."),
    ),
    "class_cancelled_to_balance_until": Template(
        title=_("Kelas Anda dibatalkan"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan dan kodenya tidak berlaku lagi. {amount} sudah kembali ke saldo "
            "pelatihan Anda dan dapat dipakai sampai {deadline}."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} dibatalkan. {amount} sudah kembali ke saldo Anda, dapat dipakai sampai "
            "{deadline}."
        ),
    ),
    "class_cancelled_buy_again": Template(
        title=_("Kelas Anda dibatalkan: beli pelatihan lain"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan dan kodenya tidak berlaku lagi. {amount} sudah kembali ke saldo "
            "pelatihan Anda. Beli pelatihan lain paling lambat {deadline}. Lewat dari itu, kepesertaan Kartu Prakerja Anda "
            "dicabut."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} dibatalkan. {amount} sudah kembali ke saldo. Beli pelatihan lain paling lambat "
            "{deadline} atau kepesertaan dicabut."
        ),
    ),
    "class_cancelled_balance_over": Template(
        title=_("Kelas Anda dibatalkan"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan dan kodenya tidak berlaku lagi. Masa pakai saldo pelatihan sudah "
            "berakhir, jadi {amount} masuk ke kas negara dan tidak kembali ke saldo Anda."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} dibatalkan. Masa pakai saldo sudah berakhir: {amount} masuk ke kas negara, "
            "tidak kembali ke saldo Anda."
        ),
    ),
    # Beside the sentence about the price: whoever can buy no other class in time keeps the incentive.
    "incentive_kept": Template(
        title=_("Insentif Anda tetap ada"),
        text=_(
            "Kelas Anda dibatalkan terlalu dekat dengan akhir tahun untuk membeli yang lain. Insentif {amount} tetap Anda terima "
            "tanpa pelatihan itu. Jadwalnya muncul di dashboard paling lama 24 jam lagi."
        ),
        sms=_(
            "Kartu Prakerja: kelas Anda dibatalkan terlalu dekat dengan akhir tahun. Insentif {amount} tetap Anda terima; "
            "jadwalnya muncul di dashboard."
        ),
    ),
    "incentive_kept_link_until": Template(
        title=_("Insentif Anda tetap ada: sambungkan rekening"),
        text=_(
            "Kelas Anda dibatalkan terlalu dekat dengan akhir tahun untuk membeli yang lain. Insentif {amount} tetap Anda terima "
            "tanpa pelatihan itu. Sambungkan rekening atau e-wallet atas NIK Anda sendiri paling lambat {deadline}."
        ),
        sms=_(
            "Kartu Prakerja: kelas Anda dibatalkan. Insentif {amount} tetap Anda terima. Sambungkan rekening di dashboard paling "
            "lambat {deadline}."
        ),
    ),
    "class_cancelled_award_over": Template(
        title=_("Kelas Anda dibatalkan"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan dan kodenya tidak berlaku lagi. Kepesertaan Anda sudah berakhir, "
            "jadi {amount} kembali ke program dan tidak ke saldo Anda."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} dibatalkan. Kepesertaan Anda sudah berakhir: {amount} kembali ke program, "
            "tidak ke saldo Anda."
        ),
    ),
    "class_cancelled_in_use": Template(
        title=_("Kelas Anda dibatalkan"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan setelah kode Anda ditukar. Petugas memeriksa apakah {amount} dapat "
            "kembali ke saldo Anda, lalu kami beri tahu. Sementara itu Anda boleh membeli pelatihan lain."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} dibatalkan setelah kode Anda ditukar. Petugas memeriksa pengembalian {amount}; "
            "hasilnya kami beri tahu."
        ),
    ),
    "class_cancelled_kept": Template(
        title=_("Kelas Anda sudah diperiksa"),
        text=_(
            "Petugas sudah memeriksa kelas {course_title}. Menurut {institution} Anda sudah mengikuti kelas ini, jadi {amount} "
            "tidak kembali ke saldo Anda. Bila tidak benar, hubungi kami lewat halaman bantuan."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} sudah diperiksa. {amount} tidak kembali ke saldo Anda. Penjelasan ada di "
            "dashboard."
        ),
    ),
    "code_redeemed": Template(
        title=_("Kode voucher sudah ditukar"),
        text=_("Kode voucher Anda sudah ditukar di lembaga pelatihan. Selamat belajar."),
    ),
    # Four outcomes of a code that nobody redeemed, by where its price went and what is left; `voucher_expired` stands in rows
    # of before.
    "voucher_expired": Template(
        title=_("Kode voucher kedaluwarsa"),
        text=_("Kode voucher untuk invoice {invoice_code} tidak ditukar sampai waktunya habis dan tidak berlaku lagi."),
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
    "revocation_held": Template(
        title=_("Kepesertaan Anda sedang diputuskan"),
        text=_(
            "Batas waktu Anda {deadline} sudah lewat, tetapi sistem kami terganggu menjelang batas itu, jadi kepesertaan Anda "
            "belum dicabut. Petugas memutuskan apakah Anda mendapat batas waktu baru; hasilnya kami kirim lewat SMS."
        ),
        sms=_(
            "Kartu Prakerja: batas waktu {deadline} lewat saat sistem kami terganggu. Kepesertaan Anda belum dicabut; petugas "
            "memutuskannya dan Anda kami beri tahu."
        ),
    ),
    "phone_corrected": Template(
        title=_("Nomor ponsel Anda diganti"),
        text=_(
            "Petugas mengganti nomor ponsel akun Kartu Prakerja Anda pada {corrected_at}. Semua kode dan pesan dikirim ke nomor yang "
            "baru. E-wallet dengan nomor lama tidak menerima insentif lagi: sambungkan yang memakai nomor baru. Jika Anda tidak "
            "memintanya, segera hubungi layanan Prakerja."
        ),
        sms=_(
            "Nomor ini sekarang nomor ponsel akun Kartu Prakerja Anda. E-wallet dengan nomor lama tidak menerima insentif lagi: "
            "sambungkan ulang. Jika Anda tidak memintanya, hubungi layanan Prakerja."
        ),
    ),
    "review_hidden": Template(
        title=_("Ulasan Anda disembunyikan"),
        text=_(
            'Petugas menyembunyikan ulasan Anda tentang "{course}": {why} Bintang Anda tetap dihitung, dan insentif Anda tidak berubah.'
        ),
    ),
    "phone_changed": Template(
        title=_("Nomor ponsel Anda diganti"),
        text=_(
            "Anda mengganti nomor ponsel akun Kartu Prakerja Anda pada {changed_at}. Semua kode dan pesan dikirim ke nomor yang baru. "
            "Sambungkan lagi rekening atau e-wallet Anda agar insentif dapat dibayar."
        ),
        sms=_(
            "Nomor ini sekarang nomor ponsel akun Kartu Prakerja Anda. Masuk dengan nomor ini, lalu sambungkan lagi rekening atau "
            "e-wallet Anda."
        ),
    ),
    "email_changed": Template(
        title=_("Alamat email Anda diganti"),
        text=_(
            "Anda mengganti alamat email akun Kartu Prakerja Anda pada {changed_at}. Jika itu bukan Anda, hubungi layanan Prakerja."
        ),
    ),
    "phone_left": Template(
        title=_("Nomor ponsel diganti"),
        text=_(
            "Nomor ini tidak lagi dipakai untuk sebuah akun Kartu Prakerja. Jika akun itu milik Anda dan Anda tidak "
            "memintanya, segera hubungi layanan Prakerja."
        ),
    ),
    "own_data_taken": Template(
        title=_("Data Anda diunduh"),
        text=_(
            "Salinan semua data Anda di Kartu Prakerja diunduh pada {taken_at} dari akun Anda. Jika itu bukan Anda, akhiri sesi yang "
            "tidak Anda kenal di halaman Sesi saya dan hubungi layanan Prakerja."
        ),
    ),
    "lost_phone_asked": Template(
        title=_("Seseorang meminta nomor ponsel Anda diganti"),
        text=_(
            "Pada {asked_at} seseorang meminta nomor ponsel akun Kartu Prakerja Anda diganti karena hilang. Petugas memeriksanya; belum "
            "ada yang berubah. Jika itu bukan Anda, masuk dan hentikan di halaman Akun saya, atau hubungi layanan Prakerja."
        ),
        sms=_(
            "Kartu Prakerja: ada yang meminta nomor akun Anda diganti. Belum ada yang berubah. Bukan Anda? Masuk dan hentikan di Akun "
            "saya."
        ),
    ),
    "lost_phone_confirmed": Template(
        title=_("Nomor ponsel Anda akan diganti"),
        text=_(
            "Dua petugas memeriksa KTP dan KK dan menyetujui penggantian nomor ponsel akun Kartu Prakerja Anda. Nomor diganti pada "
            "{changes_at}. Jika Anda tidak memintanya, masuk dan hentikan di halaman Akun saya sebelum itu, atau hubungi layanan "
            "Prakerja."
        ),
        sms=_(
            "Kartu Prakerja: nomor akun Anda diganti pada {changes_at}. Bukan Anda? Masuk dan hentikan di Akun saya sebelum itu."
        ),
    ),
    "lost_phone_changed": Template(
        title=_("Nomor ponsel Anda diganti"),
        text=_(
            "Nomor ponsel akun Kartu Prakerja Anda diganti pada {changed_at}, karena nomor lama dilaporkan hilang. Semua sesi berakhir. "
            "E-wallet dengan nomor lama diputuskan; sambungkan yang baru. Jika Anda tidak memintanya, segera hubungi layanan Prakerja."
        ),
    ),
    "lost_phone_stopped": Template(
        title=_("Penggantian nomor dihentikan"),
        text=_(
            "Anda menghentikan penggantian nomor ponsel akun Kartu Prakerja Anda. Nomor Anda tetap seperti sekarang."
        ),
    ),
    "lost_phone_granted": Template(
        title=_("Permintaan ganti nomor disetujui"),
        text=_(
            "Prakerja: permintaan ganti nomor Anda disetujui. Mulai {changes_at} masuklah dengan nomor ini. Sebelum itu pemilik nomor "
            "lama dapat menghentikannya."
        ),
    ),
    "lost_phone_refused": Template(
        title=_("Permintaan ganti nomor tidak dapat dipenuhi"),
        text=_("Prakerja: permintaan ganti nomor Anda tidak dapat dipenuhi. Petugas menulis: {answer}"),
    ),
    "lost_phone_objected": Template(
        title=_("Permintaan ganti nomor dihentikan"),
        text=_(
            "Prakerja: permintaan ganti nomor Anda dihentikan dari akun itu sendiri. Bila itu akun Anda, hubungi layanan Prakerja."
        ),
    ),
    "erasure_asked": Template(
        title=_("Permintaan hapus data diterima"),
        text=_(
            "Kami menerima permintaan untuk menghapus data Anda dan menjawabnya paling lambat {until_at}. Jika Anda tidak "
            "memintanya, batalkan di halaman Data saya."
        ),
        sms=_(
            "Kartu Prakerja: ada permintaan hapus data Anda, dijawab paling lambat {until_at}. Bukan Anda? Batalkan di halaman Data "
            "saya."
        ),
    ),
    "erasure_taken_back": Template(
        title=_("Permintaan hapus data dibatalkan"),
        text=_("Permintaan hapus data Anda dibatalkan. Yang belum dihapus tetap disimpan."),
    ),
    "erasure_partly": Template(
        title=_("Sebagian data Anda dihapus"),
        text=_(
            "Jawaban survei dan izin lembaga Anda sudah dihapus. Nomor ponsel, email, dan pesan dihapus sesudah kepesertaan "
            "berakhir. Identitas penerima, keputusan, pembelian, dan pembayaran wajib kami simpan menurut peraturan keuangan negara. "
            "Petugas menulis: {answer}"
        ),
        sms=_(
            "Kartu Prakerja: jawaban survei dan izin lembaga Anda sudah dihapus, sisanya sesudah kepesertaan berakhir. Baca halaman "
            "Data saya."
        ),
    ),
    "erasure_done": Template(
        title=_("Data Anda dihapus"),
        text=_(
            "Nomor ponsel, email, pesan, jawaban survei, dan izin lembaga Anda sudah dihapus; akun ini tidak dapat dipakai masuk "
            "lagi. Identitas penerima, keputusan, pembelian, dan pembayaran wajib kami simpan menurut peraturan keuangan negara. "
            "Petugas menulis: {answer}"
        ),
        sms=_(
            "Kartu Prakerja: data Anda sudah dihapus. Yang wajib disimpan: identitas penerima, keputusan, pembelian, pembayaran. "
            "Nomor ini tidak dipakai lagi."
        ),
    ),
    "erasure_refused": Template(
        title=_("Jawaban atas permintaan hapus data"),
        text=_(
            "Permintaan hapus data Anda tidak dapat dipenuhi. Petugas menulis: {answer} Anda dapat mengadu; caranya ada di halaman "
            "Privasi."
        ),
        sms=_("Kartu Prakerja: permintaan hapus data Anda tidak dapat dipenuhi. Alasannya ada di halaman Data saya."),
    ),
    "email_corrected": Template(
        title=_("Alamat email Anda diganti"),
        text=_(
            "Petugas mengganti alamat email akun Kartu Prakerja Anda pada {corrected_at}. Jika Anda tidak memintanya, segera hubungi "
            "layanan Prakerja."
        ),
    ),
    "email_left": Template(
        title=_("Alamat email diganti"),
        text=_(
            "Alamat ini tidak lagi dipakai untuk sebuah akun Kartu Prakerja. Jika akun itu milik Anda dan Anda tidak "
            "memintanya, segera hubungi layanan Prakerja."
        ),
    ),
    "revoked": Template(
        title=_("Kepesertaan dicabut"),
        text=_(
            "Kepesertaan Kartu Prakerja Anda dicabut karena tidak membeli pelatihan sampai {deadline}. "
            "Kartu Anda tidak berlaku lagi dan Anda tidak dapat bergabung kembali."
        ),
        sms=_(
            "Kepesertaan Kartu Prakerja Anda dicabut karena tidak ada pembelian pelatihan sampai {deadline}. "
            "Kartu tidak berlaku lagi."
        ),
    ),
    "revoked_after_suspension": Template(
        title=_("Kepesertaan dicabut"),
        text=_(
            "Setelah diperiksa, kepesertaan Kartu Prakerja Anda dicabut karena pelanggaran ketentuan. "
            "Kartu Anda tidak berlaku lagi dan Anda tidak dapat bergabung kembali."
        ),
        sms=_("Kepesertaan Kartu Prakerja Anda dicabut karena pelanggaran ketentuan. Kartu tidak berlaku lagi."),
    ),
    "award_suspended": Template(
        title=_("Kepesertaan dibekukan"),
        text=_(
            "Kepesertaan Kartu Prakerja Anda dibekukan sementara untuk diperiksa. Saldo dan insentif Anda tetap tersimpan, "
            "tetapi belum dapat dipakai atau dikirim. Pelatihan yang sudah dibeli dapat dilanjutkan."
        ),
        sms=_("Kepesertaan Kartu Prakerja Anda dibekukan sementara. Saldo tetap tersimpan, belum dapat dipakai."),
    ),
    # What can be done after a suspension differs by what is left; `award_reinstated` stands in rows of before.
    "reinstated_buy_until": Template(
        title=_("Kepesertaan aktif kembali"),
        text=_(
            "Pembekuan Kartu Prakerja Anda dicabut. Beli pelatihan pertama paling lambat {deadline}. Lewat dari itu, kepesertaan "
            "Anda dicabut."
        ),
        sms=_(
            "Kartu Prakerja Anda aktif kembali. Beli pelatihan pertama paling lambat {deadline} atau kepesertaan dicabut."
        ),
    ),
    "reinstated_spend_until": Template(
        title=_("Kepesertaan aktif kembali"),
        text=_(
            "Pembekuan Kartu Prakerja Anda dicabut. Sisa saldo {balance} dapat dipakai sampai {deadline}. Insentif yang tertahan "
            "kami periksa kembali."
        ),
        sms=_("Kartu Prakerja Anda aktif kembali. Sisa saldo {balance} dapat dipakai sampai {deadline}."),
    ),
    "reinstated_spend": Template(
        title=_("Kepesertaan aktif kembali"),
        text=_(
            "Pembekuan Kartu Prakerja Anda dicabut. Sisa saldo Anda {balance}. Insentif yang tertahan kami periksa kembali."
        ),
        sms=_("Kartu Prakerja Anda aktif kembali. Sisa saldo Anda {balance}."),
    ),
    "reinstated": Template(
        title=_("Kepesertaan aktif kembali"),
        text=_(
            "Pembekuan Kartu Prakerja Anda dicabut. Tidak ada lagi yang dapat dibeli dengan saldo pelatihan. Insentif yang "
            "tertahan kami periksa kembali."
        ),
        sms=_("Kartu Prakerja Anda aktif kembali. Tidak ada lagi yang dapat dibeli dengan saldo pelatihan."),
    ),
    "award_reinstated": Template(
        title=_("Kepesertaan aktif kembali"),
        text=_(
            "Pembekuan Kartu Prakerja Anda dicabut. Anda dapat membeli pelatihan lagi, "
            "dan insentif yang tertahan akan diperiksa kembali."
        ),
        sms=_("Kartu Prakerja Anda aktif kembali. Anda dapat membeli pelatihan lagi."),
    ),
    "withdrawn": Template(
        title=_("Pengunduran diri dicatat"),
        text=_("Pengunduran diri Anda dari Kartu Prakerja sudah dicatat. Kartu Anda tidak berlaku lagi."),
    ),
    # Four things that a date may take, each with its reason; `cutoff_notice` stands in rows of before.
    "cutoff_notice": Template(
        title=_("Batas akhir tahun"),
        text=_("Batas akhir program tahun ini sudah lewat. {amount} yang tersisa kembali ke negara."),
    ),
    "balance_lapsed_year": Template(
        title=_("Sisa saldo hangus"),
        text=_("Sisa saldo pelatihan {amount} tidak dipakai sampai {deadline} dan masuk ke kas negara."),
        sms=_("Kartu Prakerja: sisa saldo {amount} tidak dipakai sampai {deadline} dan masuk ke kas negara."),
    ),
    "balance_lapsed_window": Template(
        title=_("Sisa saldo hangus"),
        text=_(
            "Pelatihan berikutnya tidak dibeli sampai {deadline}, jadi sisa saldo pelatihan {amount} masuk ke kas negara."
        ),
        sms=_(
            "Kartu Prakerja: pelatihan berikutnya tidak dibeli sampai {deadline}; sisa saldo {amount} masuk ke kas negara."
        ),
    ),
    # Before they do: what the year's ends take from whom.
    "balance_ending": Template(
        title=_("Saldo pelatihan segera berakhir"),
        text=_(
            "Sisa saldo pelatihan Anda {amount} hanya dapat dipakai sampai {deadline}. Sesudah itu uangnya masuk ke kas negara. "
            "Anda boleh membeli pelatihan lain, tetapi tidak harus."
        ),
        sms=_(
            "Kartu Prakerja: sisa saldo {amount} dapat dipakai sampai {deadline}, lalu masuk ke kas negara. Membeli lagi boleh, "
            "tidak harus."
        ),
    ),
    "review_ending": Template(
        title=_("Selesaikan dan ulas pelatihan Anda"),
        text=_(
            "Pelatihan pertama Anda belum selesai atau belum diulas. Selesaikan dan beri bintang dan ulasan di dashboard paling "
            "lambat {deadline}. Lewat dari itu insentif dan survei ({amount}) hangus."
        ),
        sms=_(
            "Kartu Prakerja: selesaikan dan ulas pelatihan pertama paling lambat {deadline}, atau insentif dan survei ({amount}) "
            "hangus."
        ),
    ),
    "link_ending": Template(
        title=_("Sambungkan rekening Anda"),
        text=_(
            "Belum ada rekening atau e-wallet atas NIK Anda sendiri yang siap menerima insentif. Sambungkan di dashboard paling "
            "lambat {deadline}. Lewat dari itu {amount} hangus."
        ),
        sms=_(
            "Kartu Prakerja: sambungkan rekening atas NIK Anda sendiri di dashboard paling lambat {deadline}, atau insentif "
            "({amount}) hangus."
        ),
    ),
    "lapsed_not_reviewed": Template(
        title=_("Insentif hangus"),
        text=_(
            "Pelatihan pertama Anda tidak selesai dan diulas sampai {deadline}. Insentif, survei, dan sisa saldo ({amount}) masuk "
            "ke kas negara dan kepesertaan Anda berakhir."
        ),
        sms=_(
            "Kartu Prakerja: pelatihan pertama tidak selesai dan diulas sampai {deadline}. {amount} (insentif, survei, sisa saldo) "
            "masuk ke kas negara."
        ),
    ),
    "lapsed_no_training": Template(
        title=_("Kepesertaan berakhir"),
        text=_(
            "Kode pelatihan pertama Anda tidak ditukar dan pelatihan lain tidak dibeli sampai {deadline}. Insentif, survei, dan sisa "
            "saldo ({amount}) masuk ke kas negara dan kepesertaan Anda berakhir."
        ),
        sms=_(
            "Kartu Prakerja: pelatihan lain tidak dibeli sampai {deadline}. {amount} (insentif, survei, sisa saldo) masuk ke kas "
            "negara dan kepesertaan berakhir."
        ),
    ),
    "lapsed_no_account": Template(
        title=_("Insentif hangus"),
        text=_(
            "Sampai {deadline} tidak ada rekening atas NIK Anda sendiri yang siap menerima. Insentif dan survei yang belum dibayar "
            "({amount}) masuk ke kas negara."
        ),
        sms=_(
            "Kartu Prakerja: sampai {deadline} tidak ada rekening yang siap menerima. {amount} (insentif, survei) masuk ke kas "
            "negara."
        ),
    ),
    "award_finished": Template(
        title=_("Kepesertaan selesai"),
        text=_("Semua insentif dan survei Anda sudah dibayar atau berakhir. Terima kasih sudah mengikuti program ini."),
    ),
    "annulled_nothing_due": Template(
        title=_("Kepesertaan dibatalkan"),
        text=_(
            "Data menunjukkan Anda tidak memenuhi syarat, jadi kepesertaan Kartu Prakerja Anda dibatalkan. Tidak ada yang perlu "
            "Anda kembalikan."
        ),
        sms=_("Kepesertaan Kartu Prakerja Anda dibatalkan. Tidak ada yang perlu Anda kembalikan."),
    ),
    "award_annulled": Template(
        title=_("Kepesertaan dibatalkan"),
        text=_(
            "Data menunjukkan Anda tidak memenuhi syarat, jadi kepesertaan Kartu Prakerja Anda dibatalkan. "
            "Kembalikan {claim} paling lambat {due_date}."
        ),
        sms=_("Kepesertaan Kartu Prakerja Anda dibatalkan. Kembalikan {claim} paling lambat {due_date}."),
    ),
}


def render_message(
    *, template: str, channel: str, parameters: Mapping[str, Any], language: str, province_code: str = ""
) -> Rendered:
    """The words of a message in `language` (id or en), limits also by the clock of the reader's province (two digits or "").

    Raises UnknownTemplate; KeyError names a parameter that the sentence needs and the message does not have.
    """
    variant = parameters.get("variant", "")
    names = (f"{template}:{variant}:{channel}", f"{template}:{variant}") if variant else ()
    wanted = (*names, f"{template}:{channel}", template)
    found = next((TEMPLATES[name] for name in wanted if name in TEMPLATES), None)
    if found is None:
        raise UnknownTemplate(template)
    with override(language), dates.read_in(province_code):
        values = {name: _written(name, value) for name, value in parameters.items()}
        sentence = found.sms if channel == "sms" and found.sms else found.text
        return Rendered(
            title=gettext(found.title).format_map(values),
            text=gettext(sentence).format_map(values),
            indonesian=tuple(values[name] for name in _INDONESIAN if values.get(name)),
        )


def _written(name: str, value: Any) -> str:
    if name in _RUPIAH and isinstance(value, int):
        return format_rupiah(value, language=dates.written_language())
    if name.endswith("deadline"):
        # Stored exclusive: the last second that is still in time is the one people know.
        return dates.until(datetime.fromisoformat(value))
    if name == "opens_at":
        return dates.beginning(datetime.fromisoformat(value))
    if name.endswith("_at"):
        return dates.instant(datetime.fromisoformat(value))
    if name.endswith("_date"):
        return dates.day(date.fromisoformat(value))
    return str(value)
