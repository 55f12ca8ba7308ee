"""That a movement of one's own money stands in the books that are signed every night: leaf, way up, root, and how to check it (draw.md 14)."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from prakerja.checkpoints.queries import OwnProof, own_row_proof
from prakerja.draw.keys import trust
from prakerja.kernel.errors import Refused
from prakerja.portal.pages import page, participant

# What the lines of a leaf say, in their order; the first names the kind of leaf.
_LINES = {
    "transfer": (
        gettext_lazy("Jenis daun"),
        gettext_lazy("Nomor baris"),
        gettext_lazy("Nomor kejadian"),
        gettext_lazy("Apa yang terjadi"),
        gettext_lazy("Dari pos"),
        gettext_lazy("Ke pos"),
        gettext_lazy("Jumlah, rupiah"),
        gettext_lazy("Kapan (UTC)"),
        gettext_lazy("Bilangan acak, supaya tidak dapat ditebak"),
    ),
    "award": (
        gettext_lazy("Jenis daun"),
        gettext_lazy("Nomor baris"),
        gettext_lazy("Gelombang"),
        gettext_lazy("Keputusan"),
        gettext_lazy("Skema"),
        gettext_lazy("Kapan (UTC)"),
        gettext_lazy("Bilangan acak, supaya tidak dapat ditebak"),
    ),
}


@participant
@require_safe
def proof(request: HttpRequest, person_id: uuid.UUID, row_id: uuid.UUID) -> HttpResponse:
    """The proof of one row, explained; what is not signed yet is said so."""
    found = _own(person_id, row_id)
    return page(
        request,
        "ledger_proof",
        section="history",
        row_id=row_id,
        proof=found,
        named=list(zip(_LINES[found.lines[0].partition(":")[2]], found.lines, strict=True)) if found else [],
        content=found.content.decode() if found else "",
        trust=trust().spelled().decode(),
    )


@participant
@require_safe
def proof_file(request: HttpRequest, person_id: uuid.UUID, row_id: uuid.UUID) -> HttpResponse:
    """The same as a file, to be kept and checked anywhere."""
    found = _own(person_id, row_id)
    if found is None:
        raise Http404
    name = f"bukti-pembukuan-{found.index}.json"
    return HttpResponse(
        found.content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _own(person_id: uuid.UUID, row_id: uuid.UUID) -> OwnProof | None:
    try:
        return own_row_proof(person_id=person_id, row_id=row_id)
    except Refused as refused:
        raise Http404 from refused
