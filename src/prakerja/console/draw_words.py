"""What the pages of a draw say: its steps, what each brings about, and why a verb of it was refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prakerja.console.texts import SENTENCES as OF_ALL
from prakerja.console.texts import written
from prakerja.kernel.errors import Refused
from prakerja.kernel.money import format_rupiah

# In the order in which they are taken; a list is made by one operator and confirmed with the commitment.
STEPS = {
    "rules": gettext_lazy("Aturan undian"),
    "list": gettext_lazy("Daftar pendaftar"),
    "commit": gettext_lazy("Komitmen pada daftar"),
    "draw": gettext_lazy("Hasil undian"),
    "publish": gettext_lazy("Penerbitan"),
    "award": gettext_lazy("Penetapan penerima dan pengumuman"),
}
# Steps beside that order.
OTHER_STEPS = {
    "recall": gettext_lazy("Tempat yang kembali: penetapan dan pengumuman"),
    "terms": gettext_lazy("Keputusan atau waktu lain untuk pengumuman"),
    "void": gettext_lazy("Pembatalan undian"),
}
# Where a draw stands while a step of it may be prepared.
BEGINS = {
    "rules": "drafted",
    "list": "ruled",
    "commit": "listed",
    "draw": "committed",
    "publish": "drawn",
    "award": "published",
    "recall": "published",
    "terms": "published",
    "void": "committed",
}
STATES = {
    "drafted": gettext_lazy("Aturan belum disahkan"),
    "ruled": gettext_lazy("Aturan sudah diterbitkan"),
    "listed": gettext_lazy("Daftar sudah lengkap"),
    "committed": gettext_lazy("Daftar sudah tetap; menunggu keacakan"),
    "drawn": gettext_lazy("Sudah diundi; belum diterbitkan"),
    "published": gettext_lazy("Sudah diterbitkan"),
    "void": gettext_lazy("Dibatalkan"),
}
# What follows once a second operator confirmed (of a list: at once).
CONSEQUENCES: dict[str, tuple[Any, ...]] = {
    "rules": (
        gettext_lazy("Aturan dan bobot provinsi diterbitkan dan masuk log publik. Setelah itu tidak dapat diubah."),
        gettext_lazy("Kuota gelombang ini dibagi menurut bobot itu, dan kuotanya tidak dapat diubah lagi."),
    ),
    "list": (
        gettext_lazy(
            "Setiap pendaftar dinilai dan mendapat satu baris: memenuhi syarat, atau tidak beserta alasannya."
        ),
        gettext_lazy(
            "Tidak ada yang diberi tahu dan tidak ada yang diundi. Daftar baru tetap setelah komitmen disahkan."
        ),
    ),
    "commit": (
        gettext_lazy("Daftar diterbitkan dan tidak dapat diubah lagi: tidak ada yang ditambah, dihapus atau dipindah."),
        gettext_lazy("Sumber keacakan ditetapkan sebelum nilainya ada. Putaran lain tidak pernah dipakai."),
        gettext_lazy("Sampai penerima undian ini ditetapkan, daftar gelombang lain menunggu."),
    ),
    "draw": (
        gettext_lazy(
            "Rahasia dibuka, dan urutan semua pendaftar menjadi tetap. Tidak ada undian ulang karena hasilnya."
        ),
    ),
    "publish": (
        gettext_lazy("Berkas undian terbuka untuk umum, dan siapa pun dapat memeriksanya."),
        gettext_lazy("Penetapan penerima dan pengumuman mengikuti hasil ini."),
    ),
    "award": (
        gettext_lazy("Pada saat pengumuman semua yang terpilih ditetapkan dan diberi tahu, lalu semua yang lain juga."),
        gettext_lazy("Batas waktu pembelian pertama dihitung sejak saat itu."),
        gettext_lazy("Sampai saat itu keputusan ini masih dapat dibatalkan; sesudahnya tidak dapat dihentikan."),
    ),
    "recall": (
        gettext_lazy("Tempat yang kembali diberikan kepada yang berikutnya dalam urutan undian yang sama."),
        gettext_lazy("Mereka ditetapkan dan diberi tahu pada saat pengumumannya, dengan batas waktu mereka sendiri."),
    ),
    "terms": (
        gettext_lazy("Pengumuman yang sudah diputuskan mendapat nomor keputusan dan waktu yang baru ini."),
        gettext_lazy("Siapa yang mendapat tempat tidak berubah, dan belum ada yang diberi tahu."),
        gettext_lazy("Batas waktu pembelian pertama dihitung sejak waktu yang baru."),
    ),
    "void": (
        gettext_lazy("Undian ini berakhir tanpa hasil, untuk seterusnya dan diketahui umum."),
        gettext_lazy(
            "Undian ulangan dimulai dengan aturan yang sama; daftarnya juga sama, kecuali daftarnya yang salah."
        ),
    ),
}
REASONS = {
    "source": gettext_lazy("Keacakan yang wajib tidak muncul selama 7 hari"),
    "secret": gettext_lazy("Rahasia tidak dibuka selama 72 jam"),
    "list": gettext_lazy("Daftarnya salah, dan belum ada keacakan yang muncul"),
}
SOURCE_KINDS = {"drand": "drand", "nist-beacon-2": "NIST Beacon 2.0"}
SOURCE_STATES = {
    "waiting": gettext_lazy("Belum ada"),
    "there": gettext_lazy("Sudah ada dan terbukti"),
    "absent": gettext_lazy("Absen, menurut dua saksi"),
}
# What happens while a value is missing, wrong, or never comes (draw.md 7).
LATE = {
    "drand": gettext_lazy(
        "Belum ada berarti ditunggu: putaran lain tidak pernah dipakai. Nilai yang salah ditolak dan tidak disimpan. "
        "Bila 7 hari tidak muncul, undian dibatalkan dua petugas dan diulang dengan daftar yang sama."
    ),
    "nist-beacon-2": gettext_lazy(
        "Denyut ini boleh absen. Nilai yang salah ditolak dan tidak disimpan. Bila 24 jam tidak muncul, dua saksi "
        "menandatangani bahwa denyut itu absen, dan undian memakai drand saja."
    ),
}
# A step's figures as people read them.
TERMS = {
    "seats": gettext_lazy("Kuota"),
    "strata": gettext_lazy("Provinsi"),
    "family_cap": gettext_lazy("Paling banyak per Kartu Keluarga"),
    "rows": gettext_lazy("Pendaftar dalam daftar"),
    "eligible": gettext_lazy("Memenuhi syarat"),
    "sources": gettext_lazy("Keacakan muncul"),
    "winners": gettext_lazy("Terpilih"),
    "unfilled": gettext_lazy("Kuota yang tidak terisi"),
    "files": gettext_lazy("Berkas"),
    "manifest": gettext_lazy("Sidik daftar berkas"),
    "reason": gettext_lazy("Alasan"),
    "decree": gettext_lazy("Nomor keputusan"),
    "announced_at": gettext_lazy("Saat pengumuman"),
    "deadline": gettext_lazy("Batas waktu pembelian pertama"),
    "people": gettext_lazy("Orang yang ditetapkan"),
    "recall": gettext_lazy("Pemulihan ke"),
    "released": gettext_lazy("Tempat yang kembali"),
}
# What came of a step that was asked for, when it is neither done nor refused.
OUTCOMES = {
    "stopped": gettext_lazy("Dihentikan petugas. Dapat diminta lagi; daftar dilanjutkan dari tempat berhentinya."),
    "broken": gettext_lazy("Terputus karena kesalahan sistem. Tidak ada yang berubah; minta lagi, dan laporkan."),
}
AWARDINGS = {
    "decided": gettext_lazy("Sudah diputuskan; menunggu saatnya"),
    "begun": gettext_lazy("Sedang berjalan"),
    "done": gettext_lazy("Selesai"),
    "cancelled": gettext_lazy("Dibatalkan sebelum saatnya"),
}
# Why an announcement did not begin at its moment; it is tried again, and bars no other.
HELD_BACK = {
    "import_unfinished": gettext_lazy("Tertahan: hasil gelombang lain belum selesai ditetapkan."),
    "decree_exists": gettext_lazy("Tertahan: nomor keputusannya sudah dipakai."),
    "deadline_not_ahead": gettext_lazy("Tertahan: sebuah batas waktunya sudah lewat."),
    "budget_too_low": gettext_lazy("Tertahan: dana program tidak cukup."),
}
HELD_OTHERWISE = gettext_lazy("Tertahan ketika waktunya tiba.")
_SENTENCES = {
    "operator_needed": gettext_lazy("Ini hanya dapat dilakukan oleh seorang petugas."),
    "wave_unknown": gettext_lazy("Gelombang itu tidak ada."),
    "draw_unknown": gettext_lazy("Undian itu tidak ada."),
    "wave_open_already": gettext_lazy(
        "Gelombang ini sudah dibuka. Aturan undian diterbitkan sebelum gelombang dibuka."
    ),
    "wave_line_stands": gettext_lazy(
        "Masih ada pendaftar yang mengantre sejak sebelum gelombang ditutup. Ulangi sebentar lagi."
    ),
    "strata_missing": gettext_lazy("Gelombang ini belum punya bobot provinsi."),
    "quota_changed": gettext_lazy("Kuota gelombang ini sudah diubah sesudah aturan disiapkan. Siapkan lagi aturannya."),
    "wave_not_closed": gettext_lazy("Gelombang ini belum ditutup."),
    "wave_announced": gettext_lazy("Hasil gelombang ini sudah diumumkan dengan daftar."),
    "keys_changing": gettext_lazy("Kunci index sedang diganti. Ulangi setelah selesai."),
    "list_running": gettext_lazy("Sebuah daftar sedang dibuat. Lihat kemajuannya di Pekerjaan panjang."),
    "nothing_prepared": gettext_lazy(
        "Tidak ada lagi yang menunggu: langkah ini sudah disahkan, ditarik, atau belum disiapkan. Tidak ada yang diubah."
    ),
    "same_operator": gettext_lazy("Anda sendiri yang menyiapkan langkah ini. Petugas lain yang mengesahkannya."),
    "step_changed": gettext_lazy(
        "Angka itu bukan sidik dari yang menunggu sekarang: salah ketik, atau langkah ini disiapkan ulang sesudah halaman Anda dibuka. Tidak ada yang disahkan. Baca lagi di bawah, lalu ketik sidiknya."
    ),
    "list_stale": gettext_lazy(
        "Sejak daftar ini dibuat ada yang ditetapkan sebagai penerima. Buat daftarnya sekali lagi: prakerja draw list."
    ),
    "source_unknown": gettext_lazy("Sumber itu tidak disebut dalam komitmen."),
    "source_required": gettext_lazy("Hanya sumber yang boleh absen dapat dinyatakan absen."),
    "source_absent": gettext_lazy("Saksi sudah menyatakan sumber itu absen, untuk seterusnya."),
    "value_known": gettext_lazy("Nilai sumber itu sudah ada."),
    "commitment_unwitnessed": gettext_lazy(
        "Komitmen ini tidak dilihat dua saksi sebelum keacakannya muncul, jadi tidak dapat diundi."
    ),
    "result_unwitnessed": gettext_lazy(
        "Hasil ini belum dilihat dua saksi. Kirim catatan log kepada mereka, lalu siapkan lagi."
    ),
    "folder_changed": gettext_lazy("Isi folder bukan lagi yang disiapkan. Siapkan penerbitan sekali lagi."),
    "wave_not_announced": gettext_lazy("Hasil undian gelombang ini sendiri belum diumumkan."),
    "awards_unfinished": gettext_lazy("Pengumuman sebelumnya belum selesai diberikan."),
    "nothing_released": gettext_lazy("Tidak ada tempat yang kembali."),
    "nobody_to_recall": gettext_lazy("Tidak ada lagi yang dapat mendapat tempat yang kembali."),
    "recall_changed": gettext_lazy(
        "Sejak disiapkan ada tempat yang kembali atau orang yang mundur. Siapkan lagi. Tidak ada yang diputuskan."
    ),
    "decree_missing": gettext_lazy("Tulis nomor keputusannya."),
    "announcement_not_ahead": gettext_lazy(
        "Saat pengumuman itu sudah lewat. Siapkan lagi dengan saat yang lain. Tidak ada yang diputuskan."
    ),
    "nothing_decided": gettext_lazy("Tidak ada pengumuman yang diputuskan dan belum selesai."),
    "awards_begun": gettext_lazy("Pengumuman itu sudah dimulai, jadi dilanjutkan sampai selesai."),
    "import_unfinished": gettext_lazy("Hasil gelombang lain belum selesai ditetapkan."),
    "step_asked": gettext_lazy("Sebuah langkah undian ini sudah diminta dan sedang dikerjakan."),
    "nothing_asked": gettext_lazy("Tidak ada lagi yang sedang dikerjakan."),
    "result_known": gettext_lazy(
        "Urutannya sudah dihitung, jadi undian ini tidak dapat lagi dibatalkan. Sahkan hasilnya."
    ),
    "source_there": gettext_lazy(
        "drand sudah memberi putaran itu. Masukkan nilainya; undian ini tidak dapat dibatalkan."
    ),
    "secret_held": gettext_lazy(
        "Bilangan rahasianya ada dan saksi melihat komitmennya, jadi undian ini dapat berjalan. Siapkan hasilnya."
    ),
    "void_reason_unknown": gettext_lazy("Pilih alasannya."),
    "absence_wrong": gettext_lazy(
        "Itu bukan tanda tangan dua saksi yang dikenal di bawah teks ini, atau ditandatangani sebelum 24 jam berlalu. Tidak ada yang disimpan."
    ),
    "witness_key_wrong": gettext_lazy(
        "Itu bukan kunci seorang saksi: nama+sidik+kunci, seperti yang diberitahukannya."
    ),
    "witness_name_taken": gettext_lazy("Nama itu sudah dipakai kunci lain."),
    "witnesses_fixed": gettext_lazy(
        "Sebuah undian berada di antara komitmen dan penerbitannya: saksinya tidak dapat ditambah sekarang."
    ),
    "checkpoint_unknown": gettext_lazy("Tidak ada catatan log dengan jumlah dokumen itu."),
    "cosignature_wrong": gettext_lazy(
        "Itu bukan tanda tangan saksi yang dikenal di bawah catatan itu, atau waktunya sebelum catatan itu ada."
    ),
}


def draw_sentence(refused: Refused) -> str:
    """A refusal of the draw in words."""
    known = _SENTENCES.get(refused.reason) or OF_ALL.get(refused.reason)
    if known is not None:
        return str(known)
    told = refused.details
    if refused.reason == "draw_elsewhere":
        state = STATES.get(str(told["status"]), told["status"])
        return _("Undian ini sudah di tahap lain (%(state)s). Tidak ada yang diubah.") % {"state": state}
    if refused.reason == "step_waits":
        return _("%(by)s sudah menyiapkan langkah ini. Sahkan, atau tarik dahulu dari halaman undian.") % {
            "by": told.get("by", "–")
        }
    if refused.reason == "stratum_unknown":
        return _("Ada pendaftar di provinsi %(code)s, yang tidak berbobot dalam aturan.") % {"code": told["stratum"]}
    if refused.reason == "other_draw_under_way":
        return _(
            "Undian %(draw)s belum selesai sampai penerimanya ditetapkan. Yang ini menunggu, supaya batas tiap Kartu Keluarga terjaga."
        ) % {"draw": told["draw"]}
    if refused.reason == "list_unfinished":
        return _("Daftar gelombang %(wave)s terputus dan belum lengkap. Lanjutkan dahulu daftar itu.") % {
            "wave": told["wave"]
        }
    if refused.reason == "rows_differ":
        return _("Isi basis data untuk %(name)s bukan yang ditandatangani. Tidak ada yang diterbitkan.") % {
            "name": told["name"]
        }
    if refused.reason == "source_too_soon":
        return _("Keacakan muncul terlalu cepat bagi pendaftar untuk memeriksa daftar: paling cepat %(when)s.") % {
            "when": written(told["earliest"])
        }
    if refused.reason == "source_not_yet":
        return _("Nilainya baru muncul %(when)s.") % {"when": written(told["appears"])}
    if refused.reason == "value_missing":
        return _("Nilai sumber %(number)s belum ada. Masukkan dahulu.") % {"number": told["number"]}
    if refused.reason == "void_not_due" and told["since"] is not None:
        return _("Undian ini belum boleh dibatalkan dengan alasan itu: paling cepat %(when)s.") % {
            "when": written(told["since"])
        }
    if refused.reason == "void_not_due":
        return _("Keacakan yang pertama sudah muncul: daftar tidak dapat lagi dinyatakan salah.")
    if refused.reason == "decree_exists":
        return _("Keputusan %(number)s sudah ada. Undian mempunyai keputusan sendiri.") % {"number": told["number"]}
    if refused.reason == "awards_decided":
        state = AWARDINGS.get(str(told["status"]), told["status"])
        return _("Pengumuman undian ini sudah diputuskan (%(state)s). Tidak ada yang diubah.") % {"state": state}
    if refused.reason == "deadline_not_ahead":
        return _("Dengan saat itu sebuah batas waktu sudah lewat: %(when)s. Pilih saat yang lain.") % {
            "when": written(told["deadline"] - timedelta(seconds=1))
        }
    if refused.reason == "deadline_close":
        return _(
            "Sampai batas waktu %(when)s tersisa kurang dari %(days)s hari penuh. Centang bahwa Anda menanggungnya."
        ) % {
            "when": written(told["deadline"] - timedelta(seconds=1)),
            "days": told["needed"],
        }
    if refused.reason == "budget_too_low":
        return _("Dana program tidak cukup: perlu %(needed)s, tersedia %(available)s.") % {
            "needed": format_rupiah(told["needed"]),
            "available": format_rupiah(told["available"]),
        }
    words = {
        "rules_wrong": _("Aturan ini tidak dapat dipakai: %(why)s"),
        "source_wrong": _("Sumber ini tidak dapat dipakai: %(why)s"),
        "source_silent": _("Sumber tidak menjawab: %(why)s"),
        "value_wrong": _("Itu bukan nilai yang ditetapkan: %(why)s. Tidak ada yang disimpan."),
    }.get(refused.reason)
    return words % {"why": told["why"]} if words else _("Permintaan ini tidak dapat dilakukan sekarang.")
