"""What a face verification must offer to the attendance page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Protocol


class FaceVerifier(Protocol):
    """`asks` says whether the page has a step for it; the portal keeps a template per name."""

    @property
    def name(self) -> str: ...

    @property
    def asks(self) -> bool: ...

    def has_passed(self, *, person_id: uuid.UUID | None, attempt_id: uuid.UUID, answers: Mapping[str, str]) -> bool:
        """Whether this is the person. `answers` are the members of the form; it may ask a service, so it is called
        outside transactions. `person_id` is None for a test code. Raises Refused: face_unavailable.
        """
        ...
