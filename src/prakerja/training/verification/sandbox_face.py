"""The simulated face: a person chooses whether it matched. It works in a sandbox, and for test codes, only."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from prakerja.kernel.errors import Refused
from prakerja.kernel.installation import is_sandbox


class SandboxFace:
    name = "sandbox_face"
    asks = True

    def has_passed(self, *, person_id: uuid.UUID | None, attempt_id: uuid.UUID, answers: Mapping[str, str]) -> bool:
        if person_id is not None and not is_sandbox():
            raise Refused("face_unavailable")
        return answers.get("face") == "match"
