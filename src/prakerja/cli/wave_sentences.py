"""Why a verb of waves was refused, in both languages."""

from __future__ import annotations

import argparse

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, deadline_sentences, in_words
from prakerja.kernel.errors import Refused

# `own_wave` and `own_decree` are what the command was given, the rest is what the refusal says of itself.
_SENTENCES = {
    **OPERATOR_SENTENCES,
    "operator_needed": ("Sebutkan operatornya: --operator.", "Say which operator: --operator."),
    "reason_missing": ("Tulis alasannya: --reason.", "Say why: --reason."),
    "letter_unknown": ("Tidak ada surat dengan ID itu.", "There is no letter with that ID."),
    "letter_answered": ("Surat itu sudah dijawab.", "That letter was answered already."),
    "answer_missing": (
        "Tulis jawaban dalam 10 sampai 1.000 huruf: --answer.",
        "Write an answer of 10 to 1,000 characters: --answer.",
    ),
    "wave_exists": (
        "Gelombang {own_wave} sudah ada; yang boleh diubah: prakerja wave change.",
        "There is a wave {own_wave} already; what may change of it: prakerja wave change.",
    ),
    "wave_changed": (
        "Gelombang itu baru saja diubah orang lain. Tidak ada yang diubah; lihat lagi.",
        "Somebody else has just changed that wave. Nothing was changed; look again.",
    ),
    "wave_unchanged": ("Itu sudah begitu.", "It is so already."),
    "wave_closed_already": (
        "Gelombang itu sudah ditutup atau diumumkan, dan tetap begitu.",
        "That wave is closed or announced, and stays so.",
    ),
    "wave_open_already": (
        "Gelombang itu sudah dibuka: saat dibukanya tetap.",
        "That wave is open: when it opened stays.",
    ),
    "opening_not_ahead": ("Saat dibuka itu sudah lewat.", "That opening has passed already."),
    "closing_too_soon": (
        "Gelombang yang dibuka ditutup lebih awal paling cepat setelah {earliest_id}.",
        "An open wave closes sooner after {earliest_en} at the earliest.",
    ),
    "quota_fixed": (
        "Aturan undiannya sudah diterbitkan dengan kuota itu.",
        "The rules of its draw are published with that quota.",
    ),
    "quota_lower": (
        "Gelombang itu sudah dibuka: kuotanya hanya dapat naik.",
        "That wave is open: its quota can only grow.",
    ),
    "results_too_early": (
        "Hasil diumumkan setelah gelombang ditutup, dan nanti.",
        "Results are announced after the wave closes, and ahead of now.",
    ),
    "wave_number_wrong": ("Nomor gelombang antara 1 dan 9999.", "A wave's number lies between 1 and 9999."),
    "wave_ends_before_it_begins": (
        "Gelombang ditutup setelah dibuka: periksa --opens dan --closes.",
        "A wave closes after it opens: see --opens and --closes.",
    ),
    "wave_not_ahead": ("Penutupannya sudah lewat.", "Its closing has passed already."),
    "wave_too_short": (
        "Gelombang dibuka paling sedikit satu jam sejak sekarang.",
        "A wave is open for an hour at least, counted from now.",
    ),
    "quota_wrong": ("Kuota paling sedikit satu orang.", "The quota is one person at least."),
    "not_announced": ("Gelombang {own_wave} belum diumumkan.", "Wave {own_wave} has not been announced."),
    "announced_the_same": (
        "Gelombang {own_wave} memang diumumkan pada saat itu.",
        "Wave {own_wave} was announced at that instant already.",
    ),
    "correction_too_late": (
        "Batas waktu gelombang {own_wave} sudah lewat: {deadline_id}. Pengumumannya tidak dapat dibetulkan lagi.",
        "The deadline of wave {own_wave} has passed: {deadline_en}. Its announcement cannot be corrected any more.",
    ),
    "proposal_waits": (
        "{by} sudah mengusulkan sesuatu untuk gelombang {own_wave}, yang menunggu pengesahan. Sahkan, atau tarik dahulu: "
        "prakerja wave take-back. Tidak ada yang diubah.",
        "{by} has proposed something of wave {own_wave}, which waits for a confirmation. Confirm it, or take it back first: "
        "prakerja wave take-back. Nothing was changed.",
    ),
    "proposal_changed": (
        "Yang menunggu sekarang usul yang lain. Lihat `prakerja wave list`. Tidak ada yang diubah.",
        "Another proposal waits now. See `prakerja wave list`. Nothing was changed.",
    ),
    "correction_waits": (
        "{by} sudah menyiapkan pembetulan gelombang {own_wave} ke {announced_at_itself}, yang menunggu pengesahan. Sahkan, atau tarik "
        "dahulu: prakerja wave take-back-announcement. Tidak ada yang diubah.",
        "{by} has prepared a correction of wave {own_wave} to {announced_at_itself}, which waits for a confirmation. Confirm it, or take "
        "it back first: prakerja wave take-back-announcement. Nothing was changed.",
    ),
    "import_of_another": (
        "Impor gelombang {wave}, keputusan {decree}, dimulai oleh {by} dan belum selesai. Tanyakan dahulu; untuk mengambil alih: "
        "--take-over. Tidak ada yang diubah.",
        "The import of wave {wave}, decree {decree}, was begun by {by} and has not ended. Ask first; to take it over: "
        "--take-over. Nothing was changed.",
    ),
    "results_wait": (
        "{by} sudah menyiapkan daftar keputusan {decree} untuk gelombang {own_wave}, yang menunggu pengesahan. Sahkan dengan berkas yang "
        "sama: prakerja wave confirm-results, atau tarik dahulu: prakerja wave take-back-results. Tidak ada yang diubah.",
        "{by} has prepared the list of decree {decree} for wave {own_wave}, which waits for a confirmation. Confirm it with the same "
        "file: prakerja wave confirm-results, or take it back first: prakerja wave take-back-results. Nothing was changed.",
    ),
    "results_differ": (
        "Ini bukan berkas yang disiapkan operator pertama. Tidak ada yang ditetapkan. Minta berkas yang sama, atau siapkan yang ini: "
        "prakerja wave import-results.",
        "This is not the file that the first operator had read. Nobody was awarded. Ask for the same file, or have this one prepared: "
        "prakerja wave import-results.",
    ),
    "results_grew": (
        "Daftar itu kini akan menetapkan {people} orang, ketika disiapkan {prepared}. Tidak ada yang ditetapkan; siapkan lagi: prakerja "
        "wave import-results.",
        "The list would award {people} people by now, {prepared} when it was prepared. Nobody was awarded; have it prepared again: "
        "prakerja wave import-results.",
    ),
    "nothing_prepared": (
        "Tidak ada yang menunggu pengesahan untuk gelombang {own_wave}.",
        "Nothing of wave {own_wave} waits for a confirmation.",
    ),
    "correction_changed": (
        "Yang menunggu sekarang saat yang lain: {announced_at_itself}. Tidak ada yang disahkan.",
        "Another instant waits now: {announced_at_itself}. Nothing was confirmed.",
    ),
    "same_operator": (
        "Yang menyiapkannya tidak mengesahkannya.",
        "Whoever prepared it does not confirm it.",
    ),
    "wave_unknown": ("Gelombang {own_wave} tidak ada.", "There is no wave {own_wave}."),
    "decree_of_other_wave": (
        "Keputusan {own_decree} milik gelombang lain.",
        "The decree {own_decree} belongs to another wave.",
    ),
    "cards_held": (
        "Ditolak: undian gelombang {wave} sedang berjalan sampai penerimanya ditetapkan. Sampai itu tidak ada "
        "daftar gelombang lain, supaya batas tiap Kartu Keluarga terjaga. Tidak ada yang diubah.",
        "Refused: the draw of wave {wave} is on its way until its winners are awarded. Until then no list of "
        "another wave is imported, so that the cap of each family card holds. Nothing was changed.",
    ),
    "draw_decides": (
        "Gelombang {own_wave} diundi: penerimanya ditetapkan undian, bukan daftar. Lihat `prakerja draw show`, "
        "lalu tetapkan dengan `prakerja draw award`. Tidak ada yang diimpor.",
        "Wave {own_wave} is drawn: its draw says who is awarded, and no list does. See `prakerja draw show`, "
        "then award with `prakerja draw award`. Nothing was imported.",
    ),
    "announced_differs": (
        "Gelombang {own_wave} sudah diumumkan pada {announced_at}.",
        "Wave {own_wave} was announced at {announced_at} already.",
    ),
    "keys_changing": (
        "Kunci index sedang diganti. Lihat `prakerja keys show`, lalu ulangi setelah selesai.",
        "The index keys are being changed. See `prakerja keys show`, then give it again when that has ended.",
    ),
    "import_running": (
        "Daftar lain sedang diimpor. Lihat `prakerja wave imports`, lalu ulangi perintah ini.",
        "Another list is being imported. See `prakerja wave imports`, then give this command again.",
    ),
    "deadlines_moving": (
        "Batas waktu gelombang {own_wave} baru saja diubah dan belum berlaku bagi semua orang. Lihat sisanya dengan prakerja due list, "
        "lalu coba lagi.",
        "The deadline of wave {own_wave} was moved just now and not everybody has it yet. See who is left with prakerja due list, "
        "and try again.",
    ),
    "import_unfinished": (
        "Impor gelombang {wave} oleh {by} terputus dan belum selesai ({left} orang lagi). Ulangi perintah "
        "impornya dengan daftar yang sama, atau akhiri: prakerja wave give-up-import.",
        "The import of wave {wave} by {by} was cut off and is not through ({left} people left). Give its "
        "command again with the same list, or end it: prakerja wave give-up-import.",
    ),
    "nothing_unfinished": (
        "Tidak ada impor gelombang {own_wave} yang terputus.",
        "No import of wave {own_wave} was cut off.",
    ),
    "draw_is_carried_through": (
        "Itu hasil undian {draw}, bukan sebuah daftar: hasilnya diberikan sampai selesai.",
        "Those are the results of the draw {draw}, not of a list: they are carried through.",
    ),
    "list_changed": (
        "Daftar berubah ketika sedang diimpor. Ulangi perintahnya dengan daftar yang lengkap.",
        "The list changed while it was imported. Give the command again with the whole list.",
    ),
    "budget_too_low": (
        "Dana program tidak cukup: perlu {needed}, tersedia {available}.",
        "The programme's funds do not suffice: {needed} needed, {available} available.",
    ),
}


def explained(refusal: Refused, arguments: argparse.Namespace) -> CommandError:
    """The sentence of a refusal by a verb of waves."""
    given = {"own_wave": arguments.wave, "own_decree": getattr(arguments, "decree", "")}
    sentences = {**_SENTENCES, **deadline_sentences(refusal.details)}
    return CommandError(*in_words(sentences[refusal.reason], {**refusal.details, **given}))
