"""The photo of an identity card: looked at again on the server, made anew, and sealed (rules.md 3.1, 11.3).

What we keep is never what was sent (`kernel.pictures`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, ImageFilter, ImageStat

from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.pictures import KEPT_SIDE, decoded, written_anew
from prakerja.kernel.secrets import seal_bytes, unseal_bytes
from prakerja.registrations.models import Document
from prakerja.registrations.rows import lock_draft, place

_FEWEST = (600, 360)
# Of grey values from 0 to 255 on a picture of this side. Text that can be read leaves edges.
_LOOKED_AT_SIDE = 500
_DARKEST, _BRIGHTEST, _LEAST_EDGES = 45.0, 240.0, 60.0
_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


@dataclass(frozen=True)
class Photo:
    """A picture as we keep it: JPEG without anything but the picture."""

    content: bytes
    width: int
    height: int


def read_photo(content: bytes) -> Photo:
    """Look at what was sent and make it anew.

    Raises Refused: photo_missing, photo_too_big, photo_kind, photo_unreadable, photo_too_small, photo_too_dark,
    photo_too_bright, photo_blurred.
    """
    picture = decoded(content)
    if max(picture.size) < _FEWEST[0] or min(picture.size) < _FEWEST[1]:
        raise Refused("photo_too_small")
    picture.thumbnail((KEPT_SIDE, KEPT_SIDE))
    _look(picture)
    return Photo(written_anew(picture), *picture.size)


def save_photo(*, registration_id: uuid.UUID, content: bytes, at: datetime, kind: str = "ktp") -> None:
    """Keep the photo of a registration; a newer one takes the place of the old. `kind`: ktp or kk.

    Raises Refused: registration_unknown, registration_sent, and as `read_photo`.
    """
    photo = read_photo(content)
    document_id = new_id()
    sealed = seal_bytes(photo.content, **place("document", "content_enc", document_id))
    with transaction():
        registration = lock_draft(registration_id)
        Document.objects.filter(registration=registration, kind=kind).delete()
        Document.objects.create(
            id=document_id,
            registration=registration,
            kind=kind,
            content_enc=sealed,
            width=photo.width,
            height=photo.height,
            taken_at=at,
        )
        registration.touched_at = at
        registration.save(update_fields=["touched_at"])


def open_photo(*, registration_id: uuid.UUID, kind: str = "ktp") -> bytes | None:
    """The photo, opened: for its owner, and for whoever decides about a case and says why."""
    found = Document.objects.filter(registration_id=registration_id, kind=kind).first()
    if found is None:
        return None
    return unseal_bytes(found.content_enc, **place("document", "content_enc", found.id))


def _look(picture: Image.Image) -> None:
    grey = picture.convert("L")
    grey.thumbnail((_LOOKED_AT_SIDE, _LOOKED_AT_SIDE))
    light = ImageStat.Stat(grey).mean[0]
    if light < _DARKEST:
        raise Refused("photo_too_dark")
    if light > _BRIGHTEST:
        raise Refused("photo_too_bright")
    # The frame of the filter's result is no edge of the picture.
    edges = grey.filter(_LAPLACE).crop((1, 1, grey.width - 1, grey.height - 1))
    if ImageStat.Stat(edges).var[0] < _LEAST_EDGES:
        raise Refused("photo_blurred")
