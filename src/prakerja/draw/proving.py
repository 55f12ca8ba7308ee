"""What an applicant sees of their own row in a draw, and the proof of it that they take elsewhere (draw.md 3, 4, 9).

Everything here is for the owner alone: whoever shows NIK and nonce to somebody can be linked to their ticket for ever.

Reads: people_person.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.draw.keys import origin, receipt_signer
from prakerja.draw.models import Document, Draw, Entry, Outcome, SignedNote
from prakerja.draw.protocol.hashes import rank, ticket
from prakerja.draw.protocol.proving import prove_row
from prakerja.draw.protocol.ranking import BARRED
from prakerja.draw.protocol.seats import NATIONAL
from prakerja.draw.protocol.texts import receipt_text
from prakerja.draw.public import PublicDraw, public_draws
from prakerja.draw.ruling import wave_code
from prakerja.draw.states import DRAW_STATES
from prakerja.draw.writing import blocks_of, folder_of
from prakerja.intake.queries import own_nonce
from prakerja.kernel.db import row, transaction
from prakerja.kernel.secrets import unseal_bytes
from prakerja.people.queries import nik_of
from prakerja.proofs.notes import sign

_FAMILY = """
SELECT f.id, f.nonce_enc FROM draw_familynonce f JOIN people_person p ON p.family_card_index = f.card
 WHERE f.wave_id = %s AND p.id = %s AND f.label = %s"""
_FIXED = DRAW_STATES.group("FIXED")


@dataclass(frozen=True)
class OwnTicket:
    """What stands in the list for somebody, and the random bytes that it is made of."""

    ticket: bytes
    nonce: bytes


@dataclass(frozen=True)
class CutOff:
    """The last place in line that got a seat of this pool; None where nobody did."""

    pool: str
    last_position: int | None


@dataclass(frozen=True)
class OwnOutcome:
    """What a draw says of somebody. `kind` is W, K, R or X; `codes` every reason of an excluded one; `cut_offs` of the pools that they could sit in."""

    draw: PublicDraw
    number: int
    kind: str
    position: int | None
    pool: str
    reserve: int | None
    rank: str
    codes: tuple[str, ...]
    cut_offs: tuple[CutOff, ...]
    is_of_crowded_family: bool

    @property
    def is_barred(self) -> bool:
        """Others of the family card, with better places, used its allowance up."""
        return self.kind == BARRED


def own_ticket(*, person_id: uuid.UUID, wave_number: int) -> OwnTicket | None:
    """The ticket of somebody who joined a wave, made anew from their own NIK and nonce; None where there is no nonce."""
    nonce = own_nonce(person_id=person_id, wave_number=wave_number)
    if nonce is None:
        return None
    return OwnTicket(ticket(wave=wave_code(wave_number), nik=nik_of(person_id=person_id), nonce=nonce), nonce)


def own_receipt(*, person_id: uuid.UUID, wave_number: int, at: datetime) -> bytes | None:
    """The signed receipt of a ticket: with it anybody can see that a list lacks it. None where there is no ticket."""
    own = own_ticket(person_id=person_id, wave_number=wave_number)
    if own is None:
        return None
    with transaction():
        signer = receipt_signer(at=at)
    text = receipt_text(origin=origin(), wave=wave_code(wave_number), ticket=own.ticket)
    return sign(text, [signer]).spelled()


def own_outcome(*, person_id: uuid.UUID, wave_number: int) -> OwnOutcome | None:
    """What the latest draw of a wave fixed of somebody: their row, and once it is published their result."""
    found = _own_entry(person_id, wave_number)
    if found is None:
        return None
    shown, draw, entry = found
    codes = tuple(entry.codes.split())
    kind, position, pool, reserve, place = "X" if entry.mark else "", None, "", None, ""
    if shown.result is not None and not entry.mark:
        outcome = Outcome.objects.get(draw_id=draw.id, number=entry.number)
        kind, position, pool, reserve = outcome.kind, outcome.position, outcome.pool, outcome.reserve
        place = rank(seed=bytes.fromhex(shown.result.seed), ticket=bytes(entry.ticket)).hex()
    return OwnOutcome(
        draw=shown,
        number=entry.number,
        kind=kind,
        position=position,
        pool=pool,
        reserve=reserve,
        rank=place,
        codes=codes,
        cut_offs=_cut_offs(shown, entry),
        is_of_crowded_family=entry.family is not None,
    )


def own_proof(*, person_id: uuid.UUID, wave_number: int) -> bytes | None:
    """The proof of somebody's row as one file, which the page that checks draws takes and which needs nothing besides.

    It holds the nonce, so it is its owner's to keep. None before the list is fixed, or where somebody is in none.
    """
    found = _own_entry(person_id, wave_number)
    if found is None:
        return None
    shown, draw, entry = found
    is_out = shown.result is not None
    names = ("rules", "commitment", "result") if is_out else ("rules", "commitment")
    documents = {
        name: bytes(content).decode()
        for name, content in Document.objects.filter(draw=draw, name__in=names).values_list("name", "content")
    }
    noted = (*names, "list", "results") if is_out else (*names, "list")
    notes = {
        name: bytes(content).decode()
        for name, content in SignedNote.objects.filter(draw=draw, name__in=noted).values_list("name", "content")
    }
    line, list_path = _proven(draw, "list", entry.number)
    told = {
        "type": "prakerja-draw-proof",
        "version": 1,
        "draw": draw.name,
        "number": entry.number,
        "nonce": (own_nonce(person_id=person_id, wave_number=wave_number) or b"").hex(),
        "family_nonce": _family_nonce(entry),
        "codes": entry.codes.split(),
        "row": line,
        "list_path": list_path,
        "notes": notes,
        **documents,
    }
    if is_out:
        told["outcome"], told["results_path"] = _proven(draw, "results", entry.number)
    return json.dumps(told, indent=1).encode() + b"\n"


def _own_entry(person_id: uuid.UUID, wave_number: int) -> tuple[PublicDraw, Draw, Entry] | None:
    shown = next((one for one in public_draws(wave_number=wave_number) if one.status in _FIXED), None)
    if shown is None:
        return None
    draw = Draw.objects.get(id=shown.id)
    entry = Entry.objects.filter(person_id=person_id, applicants_id=draw.applicants_id).first()
    return None if entry is None else (shown, draw, entry)


def _cut_offs(shown: PublicDraw, entry: Entry) -> tuple[CutOff, ...]:
    pools = shown.stats.get("pools", {})
    mine = [f"{entry.stratum}{letter}" for letter in entry.groups] + [f"{NATIONAL}{letter}" for letter in entry.groups]
    wanted = [*mine, entry.stratum, NATIONAL] if not entry.mark else []
    return tuple(CutOff(one, pools[one]["last_position"] or None) for one in wanted if one in pools)


def _family_nonce(entry: Entry) -> str | None:
    """What their family card's label is made of: shown to its applicants, once the label stands in the list."""
    if entry.family is None:
        return None
    found = row(_FAMILY, [entry.applicants.wave_id, entry.person_id, bytes(entry.family)])
    if found is None:
        # Their family card is another one since.
        return None
    key, sealed = found
    return unseal_bytes(sealed, table="draw_familynonce", column="nonce_enc", row_id=key).hex()


def _proven(draw: Draw, name: str, number: int) -> tuple[str, list[str]]:
    """A row as it was published, and what proves it."""
    blocks = blocks_of(draw, name).read_bytes()
    line, path = prove_row(path=folder_of(draw), folder=name, blocks=blocks, number=number)
    return line.decode(), [one.hex() for one in path]
