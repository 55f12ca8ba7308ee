"""What changed in the contract, newest first: the page, and the version of the OpenAPI file."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Release:
    """One version of the contract. `date` is ISO 8601; `changes` are msgids."""

    version: str
    date: str
    changes: tuple[str, ...]


RELEASES: tuple[Release, ...] = (
    Release(
        "1.4.0",
        "2026-11-30",
        (
            _("authorize yang diulang sesudah pembatalan ditolak dengan ERRPLT40995; dahulu 200 dengan status VOID."),
            _(
                "redeem-code/status menolak urutan yang tidak ada pada kelas itu (ERRTRX40090), seperti halamannya; dahulu 0."
            ),
            _(
                "Laporan penyelesaian dapat diperbaiki (PUT completions) dan ditarik (completions/withdraw) sampai sertifikat tampak; webhook completion.corrected dan completion.withdrawn."
            ),
            _("Kalimat ERRTRX40027 menyebut sejak kapan kodenya berlaku bila kode itu datang terlalu awal."),
            _("Ulangan dengan Idempotency-Key yang sama dijawab sama sampai byte terakhir."),
            _(
                "Berkas OpenAPI menyebut jenis isi setiap daftar dan cara mengamankan webhook; halaman menyebut panjang "
                "terbesar setiap anggota."
            ),
            _(
                "Alamat pintu ini membawa ke situs ini; peramban yang tersesat mendapat halaman, program tetap mendapat JSON."
            ),
            _(
                "listings, course-runs, dan transactions menyebut tempat (place) kelas yang tidak daring; transactions juga mode."
            ),
            _("transactions menjawab juga voucher_status, redeemable_from, dan redeemable_until."),
            _("certificate_kind yang tidak dimiliki pelatihan ditolak: ERRPRT40098."),
            _("redemptions menyebut tugas yang wajib bagi tiap kode, dan dapat dicari menurut invoice_code."),
            _("Sandbox: kode uji penyelesaian: PRAT- dapat dilaporkan, diperbaiki, dan ditarik."),
            _("Sandbox: kode uji webinar TC2 mempunyai sepuluh pertemuan; TC2-999 juga tes akhir."),
            _(
                "Kelas yang dibatalkan kami kembalikan dananya sendiri; class.cancelled datang bersama transaction.voided. "
                "ERRPRT40094 tidak ada lagi."
            ),
            _("Header atau body yang terlalu lambat dijawab 408 ERRINT40890 dan koneksinya ditutup; dahulu ditunggu."),
            _(
                "Setiap jawaban mempunyai X-Request-Id; sebutkan bila bertanya kepada kami. Setiap 429 dan 503 menyebut Retry-After."
            ),
            _(
                "Dua Host, header yang sama dua kali atau dalam dua ejaan (client-code di samping client_code), Content-Length di samping chunked, dan akhir baris tanpa CR ditolak."
            ),
            _(
                "Klien yang pernah menandatangani token di authorize, atau query di oauth/authorize, harus tetap menandatanganinya."
            ),
        ),
    ),
    Release(
        "1.3.0",
        "2026-11-29",
        (
            _("Lembaga membatalkan kelas; platform tahu lewat webhook class.cancelled dan class_cancelled_at."),
            _("Daftar kelas lembaga memuat pertemuan dan banyaknya tugas wajib."),
            _(
                "Kode yang tidak dikenal selalu ERRTRX40020 atau ERRVOD40001, apa pun bentuknya; spasi di tepi kode diabaikan."
            ),
            _("Idempotency-Key berlaku juga untuk webhook: ulangan pendaftaran pertama menjawab rahasia yang sama."),
            _("Kelas paling jauh lima tahun ke depan; selain itu ERRPRT40092."),
            _("Sandbox: kartu uji dan invoice uji yang meminta setiap penolakan pembayaran."),
            _("Sandbox: ponsel uji yang tidak menerima SMS."),
            _("payment/void menyebut kode yang kedaluwarsa dengan galatnya sendiri, ERRVOD40991."),
            _("Penolakan sebelum body dibaca menjawab Connection: close."),
        ),
    ),
    Release(
        "1.2.0",
        "2026-11-24",
        (
            _("Lembaga mengelola pelatihan dan kelasnya dengan kurasi; platform mengajukan harga."),
            _("Pencarian transaksi dan kode yang ditukar, per halaman."),
            _("Header nonce di /api/v1/partner/, dan jawaban pertama yang diulang untuk Idempotency-Key yang sama."),
            _("Beberapa kunci hidup per mitra, dan daftar jaringan yang boleh memanggil."),
            _("Tugas dan umpan balik: tpm/submission, tpm/feedback/submission, tpm/submission/status."),
            _("Webhook dalam format Standard Webhooks, dengan catatan pengiriman dan kirim ulang."),
        ),
    ),
    Release(
        "1.1.0",
        "2026-11-23",
        (
            _("Situs pengembang ini, berkas OpenAPI 3.1, daftar galat, dan perintah `prakerja conformance`."),
            _("Setiap endpoint menyebut galat yang dapat dijawabnya."),
        ),
    ),
    Release(
        "1.0.0",
        "2026-11-22",
        (
            _("Endpoint pembayaran dan penukaran kode seperti yang diumumkan, ditandatangani dengan HMAC-SHA1."),
            _("Endpoint baru di /api/v1/partner/, ditandatangani dengan HMAC-SHA256."),
        ),
    ),
)
