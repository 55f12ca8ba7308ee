"""Why a verb of the draw was refused, in both languages."""

from __future__ import annotations

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, deadline_sentences, in_words
from prakerja.kernel.errors import Refused

_PLAIN = {
    **OPERATOR_SENTENCES,
    "operator_needed": ("Sebutkan operatornya: --operator.", "Say which operator: --operator."),
    "wave_unknown": ("Gelombang itu tidak ada.", "There is no such wave."),
    "draw_unknown": ("Undian itu tidak ada.", "There is no such draw."),
    "wave_open_already": (
        "Gelombang itu sudah dibuka: aturan undian diterbitkan sebelum itu.",
        "That wave is open already: the rules of its draw are published before.",
    ),
    "strata_missing": (
        "Gelombang itu belum punya bobot provinsi: prakerja wave strata.",
        "That wave has no weights of provinces yet: prakerja wave strata.",
    ),
    "group_unknown": (
        "Kelompok prioritas memakai salah satu daftar prioritas di rules.md 4.6.",
        "A priority group is of one of the priority rosters of rules.md 4.6.",
    ),
    "wave_line_stands": (
        "Masih ada pendaftar yang mengantre sejak sebelum gelombang ditutup. Ulangi perintah ini sebentar lagi.",
        "People who stood in line before the wave closed may still join. Give this command again in a while.",
    ),
    "quota_changed": (
        "Kuota gelombang itu sudah diubah: siapkan lagi aturannya.",
        "That wave's quota was changed: prepare the rules again.",
    ),
    "wave_not_closed": ("Gelombang itu belum ditutup.", "That wave is not closed yet."),
    "wave_announced": (
        "Hasil gelombang itu sudah diumumkan dengan daftar.",
        "The results of that wave were announced by a list.",
    ),
    "wave_not_announced": (
        "Hasil undian gelombang itu sendiri belum diumumkan.",
        "The draw's own results are not announced yet.",
    ),
    "awards_unfinished": (
        "Pengumuman sebelumnya belum selesai diberikan.",
        "The announcement before this one is not carried through yet.",
    ),
    "nothing_released": ("Tidak ada tempat yang kembali.", "No seat came back."),
    "nobody_to_recall": (
        "Tidak ada lagi yang dapat mendapat tempat yang kembali.",
        "Nobody is left for the seats that came back.",
    ),
    "recall_changed": (
        "Sejak disiapkan ada tempat yang kembali atau orang yang mundur; siapkan lagi. Tidak ada yang diputuskan.",
        "Since it was prepared a seat came back or somebody left; prepare it again. Nothing was decided.",
    ),
    "decree_missing": ("Sebutkan nomor keputusannya.", "Say the decree's number."),
    "announcement_not_ahead": (
        "Saat pengumuman itu sudah lewat; siapkan dengan saat yang lain. Tidak ada yang diputuskan.",
        "The moment of the announcement has passed; prepare another one. Nothing was decided.",
    ),
    "nothing_decided": (
        "Tidak ada pengumuman undian itu yang diputuskan dan belum selesai.",
        "No announcement of that draw is decided and not through.",
    ),
    "awards_begun": (
        "Pengumuman itu sudah dimulai dan dilanjutkan sampai selesai: yang terpilih mendapat yang diberikan undian.",
        "That announcement has begun and is carried through: whom the draw chose gets what it gave them.",
    ),
    "reason_missing": ("Sebutkan alasannya: --reason.", "Say why: --reason."),
    "keys_changing": (
        "Kunci index sedang diganti. Lihat `prakerja keys show`, lalu ulangi setelah selesai.",
        "The index keys are being changed. See `prakerja keys show`, then give it again when that has ended.",
    ),
    "import_running": (
        "Hasil lain sedang diberikan. Lihat `prakerja wave imports`, lalu ulangi perintah ini.",
        "Other results are being awarded. See `prakerja wave imports`, then give this command again.",
    ),
    "list_running": ("Sebuah daftar sedang dibuat.", "A list is being made right now."),
    "nothing_prepared": (
        "Tidak ada langkah yang menunggu pengesahan.",
        "No step waits for a confirmation.",
    ),
    "same_operator": (
        "Yang menyiapkan langkah tidak mengesahkannya.",
        "Whoever prepared a step does not confirm it.",
    ),
    "step_changed": (
        "Yang menunggu bukan yang Anda sebut: baca lagi dengan `prakerja draw show`. Tidak ada yang disahkan.",
        "What waits is not what you said: read it again with `prakerja draw show`. Nothing was confirmed.",
    ),
    "list_stale": (
        "Sejak daftar itu dibuat ada yang ditetapkan sebagai penerima: buat lagi dengan `prakerja draw list`.",
        "Somebody was awarded since that list was made: make it anew with `prakerja draw list`.",
    ),
    "source_unknown": ("Sumber itu tidak disebut dalam komitmen.", "The commitment names no such source."),
    "source_required": (
        "Hanya sumber yang boleh absen dapat dinyatakan absen.",
        "Only an optional source may be absent.",
    ),
    "source_absent": (
        "Saksi sudah menyatakan sumber itu absen, untuk seterusnya.",
        "Witnesses attested that this source was absent, for good.",
    ),
    "value_known": ("Nilai sumber itu sudah ada.", "That source's value is there already."),
    "absence_wrong": (
        "Perlu pernyataan dua saksi yang dikenal, sehari setelah waktunya atau lebih.",
        "Two witnesses that we know have to say so, a day after its time or later.",
    ),
    "commitment_unwitnessed": (
        "Komitmen itu tidak dilihat dua saksi sebelum keacakannya muncul; undian tidak dapat berjalan.",
        "Two witnesses did not see the commitment before its randomness appeared; it cannot be drawn.",
    ),
    "result_unwitnessed": (
        "Hasil itu belum dilihat dua saksi: kirim catatan log kepada mereka (`prakerja draw log`).",
        "Two witnesses have not seen the result yet: send them the log's checkpoint (`prakerja draw log`).",
    ),
    "folder_changed": (
        "Isi folder bukan yang disiapkan. Siapkan lagi: prakerja draw publish.",
        "The folder's files are not those that were prepared. Prepare it again: prakerja draw publish.",
    ),
    "result_known": (
        "Urutannya sudah dihitung; undian itu tidak dapat lagi dibatalkan. Sahkan hasilnya: prakerja draw run.",
        "Its ranks were computed; that draw can no longer be made void. Confirm its result: prakerja draw run.",
    ),
    "source_there": (
        "drand sudah memberi putaran itu; masukkan: prakerja draw enter. Undian itu tidak dapat dibatalkan.",
        "drand has given that round; enter it: prakerja draw enter. That draw may not be made void.",
    ),
    "secret_held": (
        "Bilangan rahasianya ada dan komitmennya dilihat saksi; undian itu dapat berjalan: prakerja draw run.",
        "The secret is held and witnesses saw the commitment; that draw can go on: prakerja draw run.",
    ),
    "void_reason_unknown": ("Alasan: source, secret atau list.", "The reason is source, secret or list."),
    "witness_key_wrong": ("Itu bukan kunci saksi.", "That is no key of a witness."),
    "witnesses_fixed": (
        "Sebuah undian berjalan: saksi bertambah setelah undian itu diterbitkan.",
        "A draw is under way: witnesses are added after it is published.",
    ),
    "witness_name_taken": ("Nama itu dipakai kunci lain.", "That name is another key's."),
    "checkpoint_unknown": ("Log tidak punya catatan sebesar itu.", "The log has no checkpoint of that size."),
    "cosignature_wrong": (
        "Baris itu bukan tanda tangan saksi yang dikenal di bawah catatan itu.",
        "That line is no signature under that checkpoint by a witness that we know.",
    ),
}


# With what the refusal says of itself.
_WITH_DETAILS = {
    "decree_exists": (
        "Keputusan {number} sudah ada; keputusan undian berdiri sendiri.",
        "The decree {number} exists already; a draw's decree is its own.",
    ),
    "awards_decided": (
        "Pengumuman undian itu sudah diputuskan ({status}).",
        "The announcement of that draw is decided already ({status}).",
    ),
    "announcement_ahead": (
        "Pengumumannya baru setelah {announced_at_id}.",
        "It is announced after {announced_at_en} only.",
    ),
    "import_unfinished": (
        "Hasil gelombang {wave} belum selesai diberikan ({left} orang lagi). Lihat `prakerja wave imports`.",
        "The results of wave {wave} are not through ({left} people left). See `prakerja wave imports`.",
    ),
    "budget_too_low": (
        "Dana program tidak cukup: perlu {needed}, tersedia {available}.",
        "The programme's funds do not suffice: {needed} needed, {available} available.",
    ),
    "draw_elsewhere": (
        "Undian itu sedang di tahap lain: {status}.",
        "That draw is at another step: {status}.",
    ),
    "other_draw_under_way": (
        "Undian {draw} belum selesai sampai penerimanya ditetapkan; yang ini menunggu, supaya batas tiap Kartu "
        "Keluarga terjaga.",
        "The draw {draw} is not through until its winners are awarded; this one waits, so that each family's cap holds.",
    ),
    "list_unfinished": (
        "Daftar gelombang {wave} terputus dan belum lengkap. Lanjutkan dahulu dengan `prakerja draw list`; sesudah "
        "sehari daftar itu tidak lagi menghalangi.",
        "The list of wave {wave} was cut off and is not complete. Go on with it first, `prakerja draw list`; after a "
        "day it bars no other.",
    ),
    "nothing_asked": (
        "Langkah itu tidak sedang dikerjakan. Lihat `prakerja draw show`.",
        "That step is not on its way. See `prakerja draw show`.",
    ),
    "step_waits": (
        "{by} sudah menyiapkan langkah itu ({digest}). Sahkan, atau tarik dahulu: prakerja draw take-back.",
        "{by} prepared that step already ({digest}). Confirm it, or take it back first: prakerja draw take-back.",
    ),
    "rows_differ": (
        "Isi basis data untuk `{name}` bukan yang ditandatangani. Tidak ada yang diterbitkan: periksa siapa yang "
        "mengubahnya.",
        "The database has other rows of `{name}` than were signed. Nothing was published: find out who changed them.",
    ),
    "rules_wrong": ("Aturan itu tidak dapat dipakai: {why}.", "No rules: {why}."),
    "stratum_unknown": (
        "Ada pendaftar di provinsi {stratum}, yang tidak berbobot dalam aturan.",
        "Somebody of province {stratum} joined, which has no weight in the rules.",
    ),
    "source_too_soon": (
        "Keacakan muncul terlalu cepat; paling cepat setelah {earliest_id}.",
        "The randomness would come too soon; at the earliest after {earliest_en}.",
    ),
    "source_wrong": ("Sumber tidak dapat dipakai: {why}.", "No source: {why}."),
    "source_not_yet": ("Nilainya baru muncul setelah {appears_id}.", "Its value appears after {appears_en} only."),
    "source_silent": ("Sumber tidak menjawab: {why}.", "No answer: {why}."),
    "value_wrong": (
        "Itu bukan nilai yang disebut: {why}. Tidak ada yang disimpan.",
        "That is not the value that was named: {why}. Nothing was kept.",
    ),
    "value_missing": (
        "Nilai sumber {number} belum ada: prakerja draw enter.",
        "The value of source {number} is missing: prakerja draw enter.",
    ),
    "void_not_due": (
        "Undian itu belum boleh dibatalkan; paling cepat setelah {since_id}.",
        "That draw may not be made void, at the earliest after {since_en}.",
    ),
}


def explained(refusal: Refused) -> CommandError:
    """The sentence of a refusal by a verb of the draw."""
    sentences = {**_PLAIN, **_WITH_DETAILS, **deadline_sentences(refusal.details)}
    return CommandError(*in_words(sentences[refusal.reason], refusal.details))
