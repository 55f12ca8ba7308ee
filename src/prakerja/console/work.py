"""How far long work has come: tasks that fall due, imports. For looking; nothing is done here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from prakerja.console.pages import browsing
from prakerja.console.texts import written
from prakerja.kernel.clock import wall
from prakerja.kernel.progress import HowFar, all_progress

STATES = {
    "working": gettext_lazy("Sedang berjalan"),
    "ended": gettext_lazy("Selesai"),
    "silent": gettext_lazy("Terhenti: dilanjutkan oleh proses berikutnya"),
}
# What each kind of work is called; one that is not here is shown by its own name.
NAMES = {
    "draw_list": gettext_lazy("Daftar pendaftar untuk undian"),
    "draw_files": gettext_lazy("Berkas undian"),
    "draw_ranks": gettext_lazy("Urutan dan kuota undian"),
    "draw_publish": gettext_lazy("Statistik dan sidik berkas undian"),
    "write folders of draws": gettext_lazy("Folder undian yang ditulis lagi"),
    "simulate waves": gettext_lazy("Simulasi gelombang yang diminta"),
    "sign the ledger": gettext_lazy("Tanda tangan pembukuan harian"),
    "stamp the log": gettext_lazy("Cap waktu catatan umum"),
    "prepare draws": gettext_lazy("Langkah undian yang diminta"),
    "tell who was not drawn": gettext_lazy("Pemberitahuan hasil undian: belum terpilih"),
    "award who was drawn": gettext_lazy("Penetapan penerima"),
    "remind to buy": gettext_lazy("Pengingat pembelian pertama"),
    "revoke": gettext_lazy("Pencabutan kepesertaan"),
    "read results": gettext_lazy("Pembacaan daftar hasil"),
    "import results": gettext_lazy("Penetapan penerima dari daftar"),
    "import lists of results": gettext_lazy("Daftar hasil yang dikirim"),
    "forget lists of results": gettext_lazy("Penghapusan daftar hasil yang lama"),
    "tell who was not selected": gettext_lazy("Pemberitahuan hasil: belum terpilih"),
    "remind of codes": gettext_lazy("Pengingat kode voucher"),
    "expire vouchers": gettext_lazy("Kode voucher berakhir"),
    "refund cancelled classes": gettext_lazy("Pengembalian kelas yang batal"),
    "certificate_ready": gettext_lazy("Pemberitahuan sertifikat"),
    "sweep_balance": gettext_lazy("Sisa saldo ke kas negara"),
    "plan_incentives": gettext_lazy("Penjadwalan insentif"),
    "incentive_due": gettext_lazy("Insentif jatuh tempo"),
    "draft_payments": gettext_lazy("Penyiapan pembayaran"),
    "send_payments": gettext_lazy("Pengiriman pembayaran"),
    "ask_payments": gettext_lazy("Pertanyaan ke bank"),
    "open_survey": gettext_lazy("Pembukaan survei"),
    "lapse_survey": gettext_lazy("Penutupan survei"),
    "follow moved deadlines": gettext_lazy("Batas waktu gelombang yang diubah"),
    "lapse_unreviewed": gettext_lazy("Cadangan insentif hangus tanpa ulasan"),
    "lapse_unlinked": gettext_lazy("Insentif hangus tanpa rekening"),
    "finish_awards": gettext_lazy("Kepesertaan selesai"),
}


@require_safe
@browsing
def work(request: HttpRequest) -> HttpResponse:
    """The table: which work, since when, done, left, rate, estimated end. What is worked at comes first."""
    return render(request, "console/work.html", {"found": [progress_line(one) for one in all_progress()]})


def progress_line(one: HowFar) -> dict[str, Any]:
    """A piece of long work as tables show it."""
    ends = one.ended_at or one.ends_at
    return {
        "task": NAMES.get(one.task, one.task),
        "state": STATES[one.state(now=wall())],
        "since": written(one.began_at),
        "done": one.done,
        "left": _("tidak dihitung") if one.left is None else one.left,
        "rate": round(one.a_second),
        "ends": "–" if ends is None else written(ends),
    }
