"""Phones, addresses, and what becomes of a person's data."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from prakerja.notifications.sentences.template import Template

_ = gettext_noop

OWN_DATA: Mapping[str, Template] = {
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
}
