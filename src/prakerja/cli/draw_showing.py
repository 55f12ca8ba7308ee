"""`prakerja draw show|log`: where draws are and what waits for whom; for people in lines, for programs as JSON."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prakerja.cli.arguments import answer, common
from prakerja.cli.database import database
from prakerja.kernel.clock import WIB

if TYPE_CHECKING:
    from prakerja.draw.queries import DrawState, KnownWitness
    from prakerja.draw.steps import Prepared

_STATES = {
    "drafted": "rancangan, aturannya belum diterbitkan · drafted",
    "ruled": "aturan diterbitkan · rules published",
    "listed": "daftar lengkap · list complete",
    "committed": "daftar diikat · committed",
    "drawn": "diundi, belum diterbitkan · drawn, not published",
    "published": "diterbitkan · published",
    "void": "berakhir tanpa hasil · void",
}
_SOURCES = {"waiting": "belum ada · not there", "there": "ada · there", "absent": "tidak pernah ada · absent"}
_ROUNDS = {
    "decided": "diputuskan · decided",
    "begun": "sedang diberikan · being awarded",
    "done": "selesai · done",
}


def add_to(verbs: Any) -> None:
    shown = common(verbs.add_parser("show", help="where every draw is, and what waits for whom"))
    shown.add_argument("--wave", type=int, metavar="22")
    shown.set_defaults(run=show)
    logged = common(verbs.add_parser("log", help="the public log's checkpoints, and the witnesses who sign them"))
    logged.set_defaults(run=show_log)


def show(arguments: argparse.Namespace) -> int:
    """Say where every draw is."""
    with database(arguments.data_dir):
        from prakerja.access.permitting import operator_names
        from prakerja.draw.queries import draws

        found = draws(wave_number=arguments.wave)
        names = operator_names(ids={one for draw in found for one in _people(draw)})
    if arguments.json:
        answer({"draws": [_as_state(one) for one in found]})
    else:
        print("\n\n".join(_in_words(one, names) for one in found) or "Belum ada undian. · There is no draw yet.")
    return 0


def show_log(arguments: argparse.Namespace) -> int:
    """Say which checkpoints witnesses sign, the latest first, and who the witnesses are."""
    with database(arguments.data_dir):
        from prakerja.draw.queries import checkpoints, witnesses

        signed, known = checkpoints(), witnesses()
    if arguments.json:
        answer(
            {
                "checkpoints": [{"size": size, "text": text, "signed_at": at.isoformat()} for size, text, at in signed],
                "witnesses": [_as_witness(one) for one in known],
            }
        )
        return 0
    for size, text, at in signed:
        print(f"{size} dokumen · documents, {_at(at)}\n{text}")
    for one in known:
        print(
            f"{'Saksi · witness' if one.confirmed_at else 'Menunggu petugas kedua · waits for a second operator'}: {one.key}"
        )
    return 0


def _as_witness(one: KnownWitness) -> dict[str, Any]:
    return {"key": one.key, "counts": one.confirmed_at is not None, "told_by": one.told_by, "is_played": one.is_played}


def _people(one: DrawState) -> set[str]:
    asked = {each.cancel_asked_by for each in one.rounds} | {each.back_asked_by for each in one.waiting}
    return (asked | {each.prepared_by for each in one.waiting}) - {""}


def _in_words(one: DrawState, names: dict[str, str]) -> str:
    lines = [f"{one.name}: {_STATES[one.status]} ({_at(one.changed_at)})"]
    if one.rows is not None:
        lines.append(f"  {one.rows} pendaftar, {one.eligible} memenuhi syarat · applicants, eligible")
    lines += [
        f"  sumber · source {source.number}, {source.kind}, {_at(source.appears)}: {_SOURCES[source.state]}"
        for source in one.sources
    ]
    for waiting in one.waiting:
        lines += _waiting_lines(one, waiting, names)
    for each in one.rounds:
        what = f"tempat yang kembali {each.recall} · recall {each.recall}" if each.recall else "pemenang · winners"
        lines.append(
            f"  {what}: {each.decree}, {_at(each.announced_at)}, {_ROUNDS[each.status]}, {each.awarded} / {each.people}"
        )
        if each.refusal:
            lines.append(f"    tertahan · held back: {each.refusal} (prakerja draw terms)")
        if each.cancel_asked_by:
            who = names.get(each.cancel_asked_by, each.cancel_asked_by)
            lines.append(
                f"    {who} minta dibatalkan: {each.cancel_reason}. Petugas lain: prakerja draw award {one.name} --cancel "
                "· asks to cancel it; another operator does."
            )
    lines.append(f"  {one.folder}")
    return "\n".join(lines)


def _waiting_lines(draw: DrawState, one: Prepared, names: dict[str, str]) -> list[str]:
    found = [
        f"  menunggu · waits: {one.step}, disiapkan · prepared by {names.get(one.prepared_by, one.prepared_by)} ({_at(one.prepared_at)})",
        f"    --confirm {one.digest}",
        *(f"    {name}: {value}" for name, value in one.terms.items()),
    ]
    if one.back_asked_by:
        who = names.get(one.back_asked_by, one.back_asked_by)
        found.append(
            f"    {who} minta ditarik · asks to take it back: prakerja draw take-back {draw.name} --step {one.step} --digest {one.digest}"
        )
    return found


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(WIB):%Y-%m-%d %H:%M:%S} WIB"


def _as_state(one: DrawState) -> dict[str, Any]:
    waiting = [
        {
            "step": each.step,
            "confirm": each.digest,
            "prepared_by": each.prepared_by,
            "back_asked_by": each.back_asked_by,
            **each.terms,
        }
        for each in one.waiting
    ]
    return {
        "draw": one.name,
        "wave": one.wave,
        "status": one.status,
        "since": one.changed_at.isoformat(),
        "rows": one.rows,
        "eligible": one.eligible,
        "sources": [
            {"source": source.number, "kind": source.kind, "appears": source.appears.isoformat(), "state": source.state}
            for source in one.sources
        ],
        # The first that waits, as it always was; all of them beside it.
        "waiting": waiting[0] if waiting else None,
        "all_waiting": waiting,
        "rounds": [{**asdict(each), "announced_at": each.announced_at.isoformat()} for each in one.rounds],
        "folder": str(one.folder),
    }
