"""Why somebody may not join, and what helps, in the words of the pages (rules.md 3.2, 3.4)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prakerja.intake.eligibility import Reason
from prakerja.intake.policies import born_until
from prakerja.kernel import dates
from prakerja.programmes.schemes.model import Eligibility

POST_WORDS = {
    "state_official": gettext_lazy("Pejabat negara"),
    "legislator": gettext_lazy("Pimpinan atau anggota DPRD"),
    "civil_servant": gettext_lazy("Aparatur sipil negara (PNS atau PPPK)"),
    "army": gettext_lazy("Prajurit TNI"),
    "police": gettext_lazy("Anggota Polri"),
    "village": gettext_lazy("Kepala desa atau perangkat desa"),
    "state_company": gettext_lazy("Direksi, komisaris, atau dewan pengawas BUMN atau BUMD"),
}
AID_WORDS = {
    "DTKS": gettext_lazy("Bantuan sosial dari Kementerian Sosial (PKH, BPNT, dan sejenisnya)"),
    "BSU": gettext_lazy("Bantuan Subsidi Upah (BSU)"),
    "BPUM": gettext_lazy("Banpres Produktif Usaha Mikro (BPUM)"),
}


# What each roster is called; and whose it is, so that whoever stands on it by mistake knows where that is put right.
ROSTER_WORDS = {
    "DTKS": (
        gettext_lazy("Data penerima bantuan Kementerian Sosial (DTKS)"),
        gettext_lazy("Tidak menerima bantuan itu? Tanyakan kepada kantor desa, kelurahan, atau dinas sosial."),
    ),
    "BSU": (
        gettext_lazy("Daftar penerima Bantuan Subsidi Upah (BSU)"),
        gettext_lazy("Tidak menerimanya? Periksa di bsu.kemnaker.go.id, atau telepon 1500-630."),
    ),
    "BPUM": (
        gettext_lazy("Daftar penerima Banpres Produktif Usaha Mikro (BPUM)"),
        gettext_lazy("Tidak menerimanya? Periksa di eform.bri.co.id/bpum."),
    ),
    "DAPODIK": (
        gettext_lazy("Data siswa dan mahasiswa (Dapodik)"),
        gettext_lazy("Sudah lulus atau berhenti? Minta sekolah atau kampus memperbarui datanya."),
    ),
    "PEJABAT_NEGARA": (
        gettext_lazy("Daftar pejabat negara"),
        gettext_lazy("Tidak lagi menjabat? Minta lembaga tempat Anda menjabat memperbarui daftarnya."),
    ),
    "DPRD": (
        gettext_lazy("Daftar pimpinan dan anggota DPRD"),
        gettext_lazy("Tidak lagi menjabat? Minta sekretariat DPRD memperbarui daftarnya."),
    ),
    "ASN": (
        gettext_lazy("Daftar aparatur sipil negara (PNS dan PPPK)"),
        gettext_lazy("Bukan pegawai negeri? Tanyakan kepada BKN atau bagian kepegawaian yang mencatat Anda."),
    ),
    "TNI": (
        gettext_lazy("Daftar prajurit TNI"),
        gettext_lazy("Bukan prajurit, atau sudah berhenti? Tanyakan kepada kesatuan yang mencatat Anda."),
    ),
    "POLRI": (
        gettext_lazy("Daftar anggota Polri"),
        gettext_lazy("Bukan anggota, atau sudah berhenti? Tanyakan kepada kesatuan yang mencatat Anda."),
    ),
    "PERANGKAT_DESA": (
        gettext_lazy("Daftar kepala desa dan perangkat desa"),
        gettext_lazy("Tidak lagi menjabat? Minta kantor desa atau kecamatan memperbarui daftarnya."),
    ),
    "BUMN_BUMD": (
        gettext_lazy("Daftar direksi, komisaris, dan dewan pengawas BUMN dan BUMD"),
        gettext_lazy("Tidak lagi menjabat? Minta perusahaan itu memperbarui daftarnya."),
    ),
    "PERNAH_MENERIMA": (
        gettext_lazy("Daftar penerima sebelumnya"),
        gettext_lazy("Merasa belum pernah? Tulis kepada kami: mungkin orang lain memakai NIK Anda."),
    ),
    "BLACKLIST": (
        gettext_lazy("Daftar kepesertaan yang dicabut"),
        gettext_lazy("Merasa keliru? Tulis kepada kami dan jelaskan mengapa."),
    ),
}


# Lists whose people may have seats of their own, filled first (rules.md 4.6).
PRIORITY_WORDS = {
    "PEKERJA_PHK": gettext_lazy("pekerja yang terkena PHK"),
    "CALON_PMI": gettext_lazy("calon pekerja migran"),
    "DISABILITAS": gettext_lazy("penyandang disabilitas"),
    "MISKIN_EKSTREM": gettext_lazy("warga daerah miskin ekstrem"),
}


class RosterWords(NamedTuple):
    """Which list names somebody, and where they object."""

    name: str
    remedy: str


def roster_words(code: str) -> RosterWords:
    """The words of a roster that excludes people (rules.md 4.6)."""
    name, remedy = ROSTER_WORDS[code]
    return RosterWords(str(name), str(remedy))


class ReasonWords(NamedTuple):
    """Why not, and what to do next."""

    why: str
    remedy: str


_WORDS = {
    Reason.BUKAN_WNI: (
        gettext_lazy("Program ini untuk warga negara Indonesia yang punya KTP."),
        gettext_lazy("WNI yang belum punya KTP membuatnya dahulu di kantor Dukcapil."),
    ),
    Reason.SEKOLAH: (
        gettext_lazy("Anda masih sekolah atau kuliah."),
        gettext_lazy(
            "Anda boleh ikut setelah lulus atau berhenti. Minta sekolah atau kampus memperbarui datanya, supaya NIK Anda tidak tercatat lagi."
        ),
    ),
    Reason.DAFTAR_TERLARANG: (
        gettext_lazy("Pekerjaan Anda termasuk yang tidak boleh ikut."),
        gettext_lazy("Anda boleh ikut setelah tidak lagi memegang jabatan itu."),
    ),
    Reason.DTKS: (
        gettext_lazy("Anda tercatat sebagai penerima bantuan Kementerian Sosial."),
        gettext_lazy("Tidak menerima bantuan itu? Tanyakan kepada kantor desa, kelurahan, atau dinas sosial."),
    ),
    Reason.BSU: (
        gettext_lazy("Anda tercatat sebagai penerima subsidi upah (BSU)."),
        gettext_lazy("Tidak menerimanya? Periksa di bsu.kemnaker.go.id, atau telepon 1500-630."),
    ),
    Reason.BPUM: (
        gettext_lazy("Anda tercatat sebagai penerima bantuan usaha mikro (BPUM)."),
        gettext_lazy("Tidak menerimanya? Periksa di eform.bri.co.id/bpum."),
    ),
    Reason.PERNAH_MENERIMA: (
        gettext_lazy("Anda sudah pernah menjadi penerima. Program ini hanya sekali seumur hidup."),
        gettext_lazy("Merasa belum pernah? Tulis kepada kami: mungkin orang lain memakai NIK Anda."),
    ),
    Reason.BLACKLIST: (
        gettext_lazy("Kepesertaan Anda pernah dicabut, jadi tidak dapat ikut lagi."),
        gettext_lazy("Merasa keliru? Tulis kepada kami dan jelaskan mengapa."),
    ),
    Reason.KK_PENUH: (
        gettext_lazy("Dari satu kartu keluarga paling banyak dua orang menjadi penerima."),
        gettext_lazy("Kartu keluarga Anda sudah berubah? Perbarui dahulu di kantor Dukcapil."),
    ),
}


def reason_words(
    reason: Reason, *, eligibility: Eligibility, birth_date: date | None = None, on: date | None = None
) -> ReasonWords:
    """The words of one reason; of an age with the day from which it is no reason any more, where the birthday is known."""
    if reason is not Reason.USIA:
        why, remedy = _WORDS[reason]
        return ReasonWords(str(why), str(remedy))
    youngest, oldest = eligibility.age_min, eligibility.age_max
    if birth_date is not None and on is not None and birth_date > born_until(age=youngest, on=on):
        return ReasonWords(
            _("Umur Anda belum %(years)s tahun.") % {"years": youngest},
            _("Anda boleh ikut mulai %(day)s.") % {"day": dates.day(_birthday(birth_date, youngest))},
        )
    if oldest is None:
        return ReasonWords(_("Umur paling muda %(years)s tahun.") % {"years": youngest}, "")
    return ReasonWords(
        _("Umur paling muda %(young)s dan paling tua %(old)s tahun.") % {"young": youngest, "old": oldest},
        _("Periksa tanggal lahir yang Anda tulis: harus sama dengan KTP."),
    )


def _birthday(birth_date: date, years: int) -> date:
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return date(birth_date.year + years, 3, 1)
