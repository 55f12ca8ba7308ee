"""No face is looked at: signing in or the code on the phone is the proof."""

from __future__ import annotations

import uuid
from collections.abc import Mapping


class NoVerification:
    name = "none"
    asks = False

    def has_passed(self, *, person_id: uuid.UUID | None, attempt_id: uuid.UUID, answers: Mapping[str, str]) -> bool:
        return True
