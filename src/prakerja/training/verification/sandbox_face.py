"""The simulated face: a person chooses whether it matched. It works in a sandbox, and for test codes, only."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from prakerja.kernel.errors import Refused
from prakerja.kernel.models import Installation


def is_sandbox() -> bool:
    """Whether this database was made as a sandbox, for ever."""
    return Installation.objects.filter(is_sandbox=True).exists()


class SandboxFace:
    name = "sandbox_face"
    asks = True

    def has_passed(self, *, person_id: uuid.UUID | None, attempt_id: uuid.UUID, answers: Mapping[str, str]) -> bool:
        if person_id is not None and not is_sandbox():
            raise Refused("face_unavailable")
        return answers.get("face") == "match"
