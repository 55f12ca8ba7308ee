"""What the privacy page tells (rules.md 11): who answers for the data, what for and by which right, who gets what, for how long.

Every line says what the code does. `tests/portal/test_privacy.py` compares the recipients with each outgoing call, list and
message, the cookies with what the portal sets, and the times with the constants that they come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prakerja.access.policies import retention_at
from prakerja.cases.policies import WIPED_AFTER
from prakerja.grants.policies import ACCESS_LIFE, REFRESH_LIFE
from prakerja.notifications.keeping import SENT_KEPT
from prakerja.portal.browsers import COOKIE as BROWSER_COOKIE
from prakerja.portal.pending import COOKIE as PENDING_COOKIE
from prakerja.registrations.policies import terms_at
from prakerja.webhooks.operations import DELIVERIES_KEPT


@dataclass(frozen=True)
class Purpose:
    """What we do, with which data, and by which ground of the law."""

    what: Any
    data: Any
    ground: Any


PURPOSES = (
    Purpose(
        gettext_lazy("Memeriksa siapa yang mendaftar"),
        gettext_lazy("NIK, nomor KK, nama, tanggal lahir, foto KTP, alamat, pekerjaan, pernyataan Anda"),
        gettext_lazy(
            "persetujuan Anda sebelum pencocokan, dan permintaan Anda sendiri (pasal 20 ayat 2 huruf a dan b)"
        ),
    ),
    Purpose(
        gettext_lazy("Membantu Anda sesuai kebutuhan khusus"),
        gettext_lazy("yang Anda tulis tentang kesulitan dan bantuan yang diperlukan"),
        gettext_lazy("persetujuan Anda, yang boleh ditolak dan dicabut kapan saja (pasal 20 ayat 2 huruf a)"),
    ),
    Purpose(
        gettext_lazy("Memilih penerima dan menjaga agar satu orang hanya sekali menerima bantuan"),
        gettext_lazy("nama, NIK, nomor KK, tanggal lahir, provinsi, pendidikan, gelombang, keputusan"),
        gettext_lazy("tugas pelayanan publik dan kewenangan negara (pasal 20 ayat 2 huruf e)"),
    ),
    Purpose(
        gettext_lazy("Memberi saldo, menerima pembelian, menukar kode, mencatat kehadiran dan sertifikat"),
        gettext_lazy(
            "nomor kartu, akun Anda di platform, pembelian, kode, kehadiran, tugas, nilai, sertifikat, ulasan"
        ),
        gettext_lazy("tugas pelayanan publik dan kewenangan negara (pasal 20 ayat 2 huruf e)"),
    ),
    Purpose(
        gettext_lazy("Memeriksa syarat usia dan pendidikan suatu pelatihan"),
        gettext_lazy("tanggal lahir, pendidikan"),
        gettext_lazy("tugas pelayanan publik dan kewenangan negara (pasal 20 ayat 2 huruf e)"),
    ),
    Purpose(
        gettext_lazy("Membayar insentif dan membuktikan setiap rupiah"),
        gettext_lazy("rekening atau e-wallet, nama pemilik menurut bank, pembayaran, perpindahan uang"),
        gettext_lazy("kewajiban menurut peraturan keuangan negara (pasal 20 ayat 2 huruf c)"),
    ),
    Purpose(
        gettext_lazy("Menyambungkan rekening yang Anda pilih"),
        gettext_lazy("nama, empat angka terakhir NIK, nomor rekening"),
        gettext_lazy("permintaan Anda sendiri sebagai peserta (pasal 20 ayat 2 huruf b)"),
    ),
    Purpose(
        gettext_lazy("Masuk dengan kode, mengirim pesan, mengingat bahasa Anda"),
        gettext_lazy("nomor ponsel, email, kode, pesan, sesi, bahasa"),
        gettext_lazy("permintaan Anda sendiri sebagai peserta (pasal 20 ayat 2 huruf b)"),
    ),
    Purpose(
        gettext_lazy("Menghitung percobaan masuk dan mencatat siapa melakukan apa"),
        gettext_lazy("nomor ponsel dan jaringan sebagai sidik jari, peramban, jejak audit"),
        gettext_lazy("kepentingan sah: menjaga akun Anda dan uang negara (pasal 20 ayat 2 huruf f)"),
    ),
    Purpose(
        gettext_lazy("Menilai program lewat jawaban survei"),
        gettext_lazy("jawaban Anda"),
        gettext_lazy("persetujuan Anda, yang boleh ditolak dan dicabut kapan saja (pasal 20 ayat 2 huruf a)"),
    ),
    Purpose(
        gettext_lazy("Mengenalkan Anda kepada lembaga yang Anda izinkan"),
        gettext_lazy("yang tertulis pada izin: nama, email, nomor ponsel, nomor kartu dengan akun platform"),
        gettext_lazy("persetujuan Anda, yang boleh ditolak dan dicabut kapan saja (pasal 20 ayat 2 huruf a)"),
    ),
)


@dataclass(frozen=True)
class Recipient:
    """Who gets something from us, what, and when. `told` are all of its parts."""

    name: str
    who: Any
    told: tuple[Any, ...]
    when: Any


RECIPIENTS = (
    Recipient(
        "platform",
        gettext_lazy("Platform tempat Anda membeli"),
        (
            gettext_lazy("nama lengkap Anda"),
            gettext_lazy(
                "bahwa nomor kartu dan kode OTP benar, atau alasan penolakan (misalnya saldo kurang, usia atau pendidikan tidak sesuai, kepesertaan berakhir, pelatihan sebelumnya belum selesai)"
            ),
            gettext_lazy("transaksi di platform itu: nomor, jumlah, keadaan, waktu, kelas"),
            gettext_lazy(
                "kode voucher, selama aturan gelombang Anda membiarkan platform menampilkannya; keadaan dan masa berlakunya"
            ),
            gettext_lazy(
                "bahwa kode ditukar, kelas selesai (tanggal), laporan ditarik, transaksi atau kelas dibatalkan"
            ),
        ),
        gettext_lazy(
            "ketika Anda membeli, ketika platform bertanya tentang transaksinya sendiri, dan lewat pemberitahuan"
        ),
    ),
    Recipient(
        "institution",
        gettext_lazy("Lembaga pelatihan yang kelasnya Anda beli"),
        (
            gettext_lazy("kode voucher yang Anda berikan, kelas dan jadwalnya, nomor invoice, nama platform"),
            gettext_lazy(
                "keadaan dan waktu penukaran, kehadiran per pertemuan, jumlah tugas wajib, keadaan tugas dan laporan, kapan sertifikat terlihat"
            ),
            gettext_lazy("alasan penolakan suatu kode atau verifikasi"),
            gettext_lazy(
                "bahwa kode ditukar, kelas selesai, laporan ditarik, transaksi atau kelas dibatalkan; tanpa nama"
            ),
        ),
        gettext_lazy("ketika kode dipakai, ketika lembaga bertanya, dan lewat pemberitahuan"),
    ),
    Recipient(
        "permitted",
        gettext_lazy("Lembaga yang Anda izinkan mengenali Anda"),
        (
            gettext_lazy("yang Anda izinkan: nama, email, nomor ponsel, atau nomor kartu dengan akun Anda di platform"),
            gettext_lazy("sebuah pengenal yang lain di setiap lembaga, dan kapan Anda terakhir masuk dengan kode"),
        ),
        gettext_lazy("sampai Anda mencabutnya di halaman Izin lembaga"),
    ),
    Recipient(
        "bank",
        gettext_lazy("Bank atau e-wallet Anda, lewat mitra pembayaran"),
        (
            gettext_lazy(
                "ketika Anda menyambungkan, dan sebelum membayar: nama lengkap, empat angka terakhir NIK, nomor rekening, nama bank atau e-wallet"
            ),
            gettext_lazy("ketika dibayar: nomor rekening, nama pemilik menurut bank, jumlah, nomor rujukan, waktu"),
        ),
        gettext_lazy(
            "bank menjawab apakah rekening itu ada, siapa pemiliknya, apakah NIK-nya sama, dan apakah pembayaran sampai"
        ),
    ),
    Recipient(
        "registry",
        gettext_lazy("Dukcapil"),
        (
            gettext_lazy(
                "NIK, nomor KK, nama, dan tanggal lahir; jawabannya hanya cocok, berbeda, atau tidak ditemukan"
            ),
        ),
        gettext_lazy("ketika Anda mendaftar, sesudah Anda menyetujuinya"),
    ),
    Recipient(
        "gateway",
        gettext_lazy("Pengirim SMS dan email"),
        (
            gettext_lazy(
                "nomor ponsel atau email Anda, isi pesan (bisa memuat nama, kode OTP, atau kode voucher), waktu"
            ),
        ),
        gettext_lazy("setiap kali kami mengirim pesan"),
    ),
    Recipient(
        "operators",
        gettext_lazy("Petugas program"),
        (
            gettext_lazy("menurut perannya: nama, provinsi, pendidikan, transaksi, pembayaran, ulasan, jejak audit"),
            gettext_lazy(
                "NIK, nomor KK, tanggal lahir, nomor ponsel, email, dan foto KTP hanya dengan alasan yang ditulis dan dicatat"
            ),
        ),
        gettext_lazy("setiap kali melihat dicatat; jawaban survei tidak dapat mereka buka"),
    ),
    Recipient(
        "everybody",
        gettext_lazy("Semua pengunjung"),
        (gettext_lazy("rata-rata bintang sebuah pelatihan, tanpa nama dan tanpa isi ulasan"),),
        gettext_lazy("di halaman pelatihan dan di platform"),
    ),
)


def cookies() -> tuple[tuple[str, Any], ...]:
    """What the portal keeps in a browser: its cookies, what for, and for how long. All are needed, so none is asked for."""
    return (
        (
            settings.SESSION_COOKIE_NAME,
            gettext_lazy("tanda bahwa Anda masuk; berakhir satu jam sesudah halaman terakhir dan paling lama 12 jam"),
        ),
        (
            settings.CSRF_COOKIE_NAME,
            gettext_lazy("pelindung formulir, supaya situs lain tidak mengirim atas nama Anda; satu tahun"),
        ),
        (settings.LANGUAGE_COOKIE_NAME, gettext_lazy("pilihan bahasa; satu tahun")),
        (
            BROWSER_COOKIE,
            gettext_lazy(
                "nama acak peramban ini dan tanda siapa yang pernah masuk di sini, supaya orang lain tidak dapat menghabiskan percobaan Anda; satu tahun"
            ),
        ),
        (PENDING_COOKIE, gettext_lazy("nomor ponsel yang sedang menunggu kode, terkunci; satu jam")),
    )


@dataclass(frozen=True)
class Kept:
    """A kind of data and for how long it is kept. `is_pruned`: the program deletes it by itself."""

    what: Any
    how_long: str
    is_pruned: bool = True


def retention(*, at: datetime) -> list[Kept]:
    """For how long each kind is kept at this instant, from the rules that delete it."""
    rule, terms = retention_at(at), terms_at(at)
    return [
        Kept(
            gettext_lazy("Kode OTP yang dikirim dan hitungan percobaannya"),
            _("%(days)s hari, dihapus setiap malam") % {"days": rule.codes.days},
        ),
        Kept(
            gettext_lazy("Hitungan per nomor ponsel dan jaringan, juga nomor yang tidak terdaftar"),
            _("%(days)s hari, dihapus setiap malam") % {"days": rule.numbers.days},
        ),
        Kept(
            gettext_lazy("Hitungan percobaan kode pada pembelian"),
            _("%(days)s hari, dihapus setiap malam") % {"days": rule.purchases.days},
        ),
        Kept(
            gettext_lazy("Sesi masuk"),
            _("paling lama %(hours)s jam; yang berakhir dihapus") % {"hours": settings.SESSION_ABSOLUTE_AGE // 3600},
        ),
        Kept(
            gettext_lazy("Isi SMS dan email"),
            _("dihapus begitu terkirim; yang gagal disimpan terkunci sampai petugas mengirim lagi atau menghapusnya"),
        ),
        Kept(
            gettext_lazy("Catatan bahwa SMS atau email terkirim, tanpa isinya"),
            _("%(days)s hari") % {"days": SENT_KEPT.days},
        ),
        Kept(
            gettext_lazy("Token izin lembaga"),
            _("akses %(hours)s jam, perpanjangan %(days)s hari; mati begitu Anda mencabut izin")
            % {"hours": int(ACCESS_LIFE.total_seconds()) // 3600, "days": REFRESH_LIFE.days},
        ),
        Kept(
            gettext_lazy("Daftar pemberitahuan kepada platform dan lembaga"),
            _("%(days)s hari") % {"days": DELIVERIES_KEPT.days},
        ),
        Kept(
            gettext_lazy("Pendaftaran yang tidak selesai, dengan semua isinya"),
            _("%(days)s hari sesudah terakhir dibuka; Anda diberi tahu %(before)s hari sebelumnya")
            % {"days": terms.untouched.days, "before": terms.told_before.days},
        ),
        Kept(
            gettext_lazy("Foto KTP dan KK"),
            _("%(days)s hari sesudah pendaftaran berakhir") % {"days": terms.photos.days},
        ),
        Kept(gettext_lazy("Jawaban Dukcapil, tanpa data Anda"), _("%(days)s hari") % {"days": terms.answers.days}),
        Kept(
            gettext_lazy("Pertanyaan kepada kantor dan jawabannya, terkunci, tanpa nama penanya"),
            _("%(days)s hari sesudah selesai; dari peramban dan jaringan mana dilupakan sesudah sehari")
            % {"days": WIPED_AFTER.days},
        ),
        Kept(gettext_lazy("Jawaban survei"), _("sampai Anda mencabut persetujuan; lalu dihapus saat itu juga")),
        Kept(
            gettext_lazy("Nomor ponsel, email, pesan di dashboard, alamat file tugas"),
            _("sampai Anda meminta dihapus sesudah kepesertaan berakhir"),
            is_pruned=False,
        ),
        Kept(
            gettext_lazy(
                "Identitas, keputusan, pembelian, kode, kehadiran, sertifikat, ulasan, pembayaran, jejak audit"
            ),
            _("selama peraturan keuangan negara dan kearsipan mewajibkannya; program tidak menghapusnya sendiri"),
            is_pruned=False,
        ),
    ]
