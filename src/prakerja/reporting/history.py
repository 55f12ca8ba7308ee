"""A person's time line: every transfer of their money, every deed about them, every message to them, in one statement.

Which transfers and deeds are told, and in which words, is said here once; a house of words for all that `docs/money.md` lists.
Reads: audit_record, catalogue_course, disbursements_paymentinstruction, incentives_incentive, ledger_transfer,
notifications_message, purchases_purchase, training_completion.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy

from prakerja.kernel import db
from prakerja.reporting.queries import statement

PAGE_SIZE = 20

# Transfers by their kind (money.md "Events"). `{course}` and `{number}` are filled where they are known.
MONEY: dict[str, Any] = {
    "fund": gettext_lazy("Dana pelatihan masuk ke saldo Anda"),
    "reserve": gettext_lazy("Insentif dan survei dicadangkan untuk Anda"),
    "purchase": gettext_lazy("Dipakai membeli pelatihan"),
    "void": gettext_lazy("Kembali ke saldo pelatihan karena pembelian dibatalkan"),
    "void_late": gettext_lazy("Pembelian dibatalkan; saldo sudah berakhir, jadi uangnya tidak kembali kepada Anda"),
    "redeem": gettext_lazy("Kode ditukar; harga pelatihan menjadi hak lembaga"),
    "voucher_expired": gettext_lazy("Kode tidak ditukar sampai batasnya; harganya tidak kembali kepada Anda"),
    "incentive_due": gettext_lazy("Insentif siap dibayar"),
    "survey_due": gettext_lazy("Insentif survei siap dibayar"),
    "send": gettext_lazy("Dikirim ke bank atau e-wallet Anda"),
    "settle": gettext_lazy("Masuk ke rekening atau e-wallet Anda"),
    "send_failed": gettext_lazy("Pengiriman gagal; uangnya tetap disimpan untuk Anda"),
    "return": gettext_lazy("Dikembalikan oleh bank atau e-wallet; uangnya tetap disimpan untuk Anda"),
    "settle_late": gettext_lazy("Ternyata sudah masuk ke rekening atau e-wallet Anda"),
    "overpaid": gettext_lazy("Ternyata dibayar dua kali ke rekening atau e-wallet Anda"),
    "return_late": gettext_lazy("Ternyata tidak sampai ke rekening atau e-wallet Anda"),
    "revoke_balance": gettext_lazy("Saldo kembali ke program karena kepesertaan berakhir"),
    "revoke_reserve": gettext_lazy("Cadangan insentif kembali ke program karena kepesertaan berakhir"),
    "incentive_cancelled": gettext_lazy("Insentif yang belum dibayar dibatalkan"),
    "sweep": gettext_lazy("Sisa saldo masuk ke kas negara karena masa pakainya berakhir"),
    "lapse_reserve": gettext_lazy("Cadangan insentif masuk ke kas negara karena syaratnya tidak lengkap pada waktunya"),
    "survey_lapsed": gettext_lazy("Insentif survei masuk ke kas negara karena survei tidak diisi"),
    "annul_balance": gettext_lazy("Saldo kembali ke program karena kepesertaan dibatalkan"),
    "annul_reserve": gettext_lazy("Cadangan insentif kembali ke program karena kepesertaan dibatalkan"),
}
# `survey_lapsed_3` is told as `survey_lapsed`, with its number.
_NUMBERED = "survey_lapsed"
_SURVEYS = 9

# Deeds by their action in the trail. What money tells already (a purchase, a payment) is not told twice.
DEEDS: dict[str, Any] = {
    "registration.done": gettext_lazy("Pendaftaran selesai"),
    "award.made": gettext_lazy("Anda menjadi penerima Kartu Prakerja"),
    "award.videos_done": gettext_lazy("Tiga video selesai ditonton"),
    "award.suspended": gettext_lazy("Saldo dibekukan sementara"),
    "award.reinstated": gettext_lazy("Saldo dibuka kembali"),
    "award.revoked": gettext_lazy("Kepesertaan dicabut"),
    "award.withdrawn": gettext_lazy("Anda mengundurkan diri"),
    "award.annulled": gettext_lazy("Kepesertaan dibatalkan"),
    "award.lapsed": gettext_lazy("Masa program berakhir"),
    "award.finished": gettext_lazy("Semua sudah selesai dan dibayar"),
    "award.training_waived": gettext_lazy("Syarat pelatihan ditiadakan karena kelas Anda dibatalkan lembaga"),
    "purchase.otp_sent": gettext_lazy("Kode pembelian dikirim ke ponsel Anda"),
    "purchase.otp_locked": gettext_lazy("Kode pembelian beberapa kali salah; toko itu ditahan sebentar"),
    "purchase.class_cancelled": gettext_lazy("Kelas dibatalkan"),
    "class.case_opened": gettext_lazy("Petugas mulai memeriksa kelas yang dibatalkan"),
    "class.case_resolved": gettext_lazy("Petugas memutuskan tentang kelas yang dibatalkan"),
    "attendance.verified": gettext_lazy("Kehadiran tercatat"),
    "training.completed": gettext_lazy("Lembaga melaporkan bahwa pelatihan selesai"),
    "training.certified": gettext_lazy("Sertifikat terbit"),
    "training.completion_corrected": gettext_lazy("Laporan kelulusan diperbaiki"),
    "training.completion_withdrawn": gettext_lazy("Laporan kelulusan ditarik kembali"),
    "training.rated": gettext_lazy("Anda memberi bintang dan ulasan"),
    "training.certificate_shared": gettext_lazy("Tautan sertifikat dibuka untuk orang lain"),
    "training.certificate_unshared": gettext_lazy("Tautan sertifikat ditutup"),
    "review.hidden": gettext_lazy("Ulasan Anda disembunyikan petugas"),
    "review.shown": gettext_lazy("Ulasan Anda ditampilkan lagi"),
    "account.linked": gettext_lazy("Rekening atau e-wallet disambungkan"),
    "account.unlinked": gettext_lazy("Rekening atau e-wallet diputuskan"),
    "incentive.planned": gettext_lazy("Jadwal insentif dibuat"),
    "incentive.held": gettext_lazy("Insentif ditahan sampai rekening siap"),
    "incentive.rechecked": gettext_lazy("Insentif yang tertahan diperiksa lagi"),
    "incentive.retried": gettext_lazy("Pembayaran insentif dijadwalkan lagi"),
    "case.opened": gettext_lazy("Kasus dikirim dari akun"),
    "case.answered": gettext_lazy("Kasus dijawab"),
    "case.closed": gettext_lazy("Kasus selesai"),
    "survey.submitted": gettext_lazy("Survei dikirim"),
    "survey.extended": gettext_lazy("Batas waktu survei diperpanjang"),
    "sign_in.done": gettext_lazy("Masuk dengan kode"),
    "sign_in.locked": gettext_lazy("Kode masuk beberapa kali salah"),
    "link_account.otp_locked": gettext_lazy("Kode untuk menyambungkan rekening beberapa kali salah"),
    "session.ended": gettext_lazy("Sesi diakhiri"),
    "person.contact_corrected": gettext_lazy("Nomor ponsel atau email diperbaiki petugas"),
    "person.contact_changed": gettext_lazy("Nomor ponsel atau email diganti oleh Anda"),
    "person.revealed": gettext_lazy("Petugas membuka data pribadi Anda"),
    "person.own_data_read": gettext_lazy("Data Anda dibaca atau diunduh dari akun ini"),
    "consent.withdrawn": gettext_lazy("Persetujuan dicabut"),
    "grant.allowed": gettext_lazy("Anda mengizinkan lembaga melihat data"),
    "grant.ended": gettext_lazy("Izin lembaga berakhir"),
    "lost_phone.asked": gettext_lazy("Seseorang meminta nomor ponsel Anda diganti karena hilang"),
    "lost_phone.confirmed": gettext_lazy("Petugas menyetujui penggantian nomor yang hilang"),
    "lost_phone.changed": gettext_lazy("Nomor yang hilang diganti"),
    "lost_phone.refused": gettext_lazy("Penggantian nomor yang hilang ditolak"),
    "lost_phone.objected": gettext_lazy("Anda menghentikan penggantian nomor"),
    "erasure.asked": gettext_lazy("Anda meminta data dihapus"),
    "erasure.taken_back": gettext_lazy("Permintaan hapus ditarik kembali"),
    "erasure.refused": gettext_lazy("Permintaan hapus ditolak"),
}
# What a page can be narrowed to.
NARROWED = ("all", "money", "deeds", "messages")


class Line(msgspec.Struct, frozen=True):
    """One thing that happened. `source` is money, deed or message; `amount` in rupiah, `at` UTC; `number` of an incentive.

    `by` is who acted (`operator`, `participant`, `partner`, `system`); a message is sealed until its page opens it.
    """

    source: str
    kind: str
    at: datetime
    amount: int | None
    by: str
    number: int | None
    purchase_id: uuid.UUID | None
    course_title: str
    message_id: uuid.UUID | None
    message_enc: bytes | None
    # Of a transfer or an award: what its leaf in the books is asked for by.
    row_id: uuid.UUID | None = None

    @property
    def words(self) -> str:
        """What happened, in the language of whoever reads; "" of a message, whose own title says it."""
        if self.source == "money":
            return str(MONEY[_NUMBERED if self.kind.startswith(_NUMBERED) else self.kind])
        return str(DEEDS[self.kind]) if self.source == "deed" else ""


_lines = msgspec.json.Decoder(list[Line])


def history(*, person_id: uuid.UUID, narrowed: str = "all", page: int = 1) -> tuple[list[Line], bool]:
    """One page of a person's time line, the newest first, and whether an older page follows. `narrowed` is one of NARROWED."""
    kinds = [kind for kind in MONEY if kind != _NUMBERED]
    kinds += [f"{_NUMBERED}_{number}" for number in range(1, _SURVEYS + 1)]
    parameters = {
        "person_id": person_id,
        "kinds": kinds if narrowed in ("all", "money") else [],
        "actions": list(DEEDS) if narrowed in ("all", "deeds") else [],
        "with_messages": narrowed in ("all", "messages"),
        "limit": PAGE_SIZE + 1,
        "offset": (max(page, 1) - 1) * PAGE_SIZE,
    }
    found = db.row(statement(name="history"), parameters)
    assert found is not None  # an aggregate without GROUP BY always answers one row
    lines = _lines.decode(found[0])
    return lines[:PAGE_SIZE], len(lines) > PAGE_SIZE
