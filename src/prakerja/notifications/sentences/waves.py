"""Joining a wave, its results, and the deadline of the first purchase."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from prakerja.notifications.sentences.template import Template

_ = gettext_noop

WAVES: Mapping[str, Template] = {
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
}
