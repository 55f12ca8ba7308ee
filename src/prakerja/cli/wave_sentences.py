"""Why a verb of waves was refused, in both languages."""

from __future__ import annotations

import argparse

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, deadline_sentences, when
from prakerja.kernel.errors import Refused
from prakerja.kernel.money import format_rupiah


def explained(refusal: Refused, arguments: argparse.Namespace) -> CommandError:
    """The sentence of a refusal by a verb of waves."""
    details = refusal.details
    wave, decree = arguments.wave, getattr(arguments, "decree", "")
    until = when(details.get("deadline"))
    sentences = {
        **OPERATOR_SENTENCES,
        **deadline_sentences(details),
        "operator_needed": ("Sebutkan operatornya: --operator.", "Say which operator: --operator."),
        "reason_missing": ("Tulis alasannya: --reason.", "Say why: --reason."),
        "letter_unknown": ("Tidak ada surat dengan ID itu.", "There is no letter with that ID."),
        "letter_answered": ("Surat itu sudah dijawab.", "That letter was answered already."),
        "answer_missing": (
            "Tulis jawaban dalam 10 sampai 1.000 huruf: --answer.",
            "Write an answer of 10 to 1,000 characters: --answer.",
        ),
        "wave_exists": (
            f"Gelombang {wave} sudah ada; yang boleh diubah: prakerja wave change.",
            f"There is a wave {wave} already; what may change of it: prakerja wave change.",
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
            f"Gelombang yang dibuka ditutup lebih awal paling cepat setelah {when(details.get('earliest'))[0]}.",
            f"An open wave closes sooner after {when(details.get('earliest'))[1]} at the earliest.",
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
        "not_announced": (f"Gelombang {wave} belum diumumkan.", f"Wave {wave} has not been announced."),
        "announced_the_same": (
            f"Gelombang {wave} memang diumumkan pada saat itu.",
            f"Wave {wave} was announced at that instant already.",
        ),
        "correction_too_late": (
            f"Batas waktu gelombang {wave} sudah lewat: {until[0]}. Pengumumannya tidak dapat dibetulkan lagi.",
            f"The deadline of wave {wave} has passed: {until[1]}. Its announcement cannot be corrected any more.",
        ),
        "nothing_prepared": (
            f"Tidak ada pembetulan gelombang {wave} yang menunggu.",
            f"No correction of wave {wave} waits for a confirmation.",
        ),
        "same_operator": (
            "Yang menyiapkan pembetulan tidak mengesahkannya.",
            "Whoever prepared a correction does not confirm it.",
        ),
        "wave_unknown": (f"Gelombang {wave} tidak ada.", f"There is no wave {wave}."),
        "decree_of_other_wave": (
            f"Keputusan {decree} milik gelombang lain.",
            f"The decree {decree} belongs to another wave.",
        ),
        "draw_decides": (
            f"Gelombang {wave} diundi: penerimanya ditetapkan undian, bukan daftar. Lihat `prakerja draw show`, "
            "lalu tetapkan dengan `prakerja draw award`. Tidak ada yang diimpor.",
            f"Wave {wave} is drawn: its draw says who is awarded, and no list does. See `prakerja draw show`, "
            "then award with `prakerja draw award`. Nothing was imported.",
        ),
        "announced_differs": (
            f"Gelombang {wave} sudah diumumkan pada {details.get('announced_at')}.",
            f"Wave {wave} was announced at {details.get('announced_at')} already.",
        ),
        "import_running": (
            "Daftar lain sedang diimpor. Lihat `prakerja wave imports`, lalu ulangi perintah ini.",
            "Another list is being imported. See `prakerja wave imports`, then give this command again.",
        ),
        "deadlines_moving": (
            f"Batas waktu gelombang {wave} baru saja diubah dan belum berlaku bagi semua orang. Lihat sisanya dengan prakerja due list, "
            "lalu coba lagi.",
            f"The deadline of wave {wave} was moved just now and not everybody has it yet. See who is left with prakerja due list, "
            "and try again.",
        ),
        "import_unfinished": (
            f"Impor gelombang {details.get('wave')} terputus dan belum selesai ({details.get('left', '?')} orang lagi). Ulangi perintah "
            "impornya dengan daftar yang sama, atau akhiri: prakerja wave give-up-import.",
            f"The import of wave {details.get('wave')} was cut off and is not through ({details.get('left', '?')} people left). Give its "
            "command again with the same list, or end it: prakerja wave give-up-import.",
        ),
        "nothing_unfinished": (
            f"Tidak ada impor gelombang {wave} yang terputus.",
            f"No import of wave {wave} was cut off.",
        ),
        "draw_is_carried_through": (
            f"Itu hasil undian {details.get('draw')}, bukan sebuah daftar: hasilnya diberikan sampai selesai.",
            f"Those are the results of the draw {details.get('draw')}, not of a list: they are carried through.",
        ),
        "list_changed": (
            "Daftar berubah ketika sedang diimpor. Ulangi perintahnya dengan daftar yang lengkap.",
            "The list changed while it was imported. Give the command again with the whole list.",
        ),
        "budget_too_low": (
            f"Dana program tidak cukup: perlu {format_rupiah(details.get('needed', 0))}, "
            f"tersedia {format_rupiah(details.get('available', 0))}.",
            f"The programme's funds do not suffice: {format_rupiah(details.get('needed', 0))} needed, "
            f"{format_rupiah(details.get('available', 0))} available.",
        ),
    }
    return CommandError(*sentences[refusal.reason])
