"""Face verification: siblings behind one protocol. Which one a participant meets is chosen by the scheme's data.

A new one is a module beside these with one line in VERIFIERS. The 2021 scheme asks for none (decisions.md 65).
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from prakerja.kernel.errors import Refused
from prakerja.kernel.installation import is_sandbox
from prakerja.programmes.schemes import Scheme
from prakerja.training.verification.none import NoVerification
from prakerja.training.verification.protocol import FaceVerifier
from prakerja.training.verification.sandbox_face import SandboxFace

__all__ = ["VERIFIERS", "FaceVerifier", "test_verifier", "verifier_for"]

VERIFIERS: Mapping[str, FaceVerifier] = {found.name: found for found in (NoVerification(), SandboxFace())}


def verifier_for(*, rules: Scheme) -> FaceVerifier:
    """The verifier of a scheme: none where it asks for none, else the one of the settings, in a sandbox the simulated.

    Raises Refused: face_unavailable, when a real installation has no verifier: nobody passes unseen.
    """
    if not rules.face_verification:
        return VERIFIERS["none"]
    name = settings.FACE_VERIFIER or ("sandbox_face" if is_sandbox() else "")
    if name not in VERIFIERS:
        raise Refused("face_unavailable")
    return VERIFIERS[name]


def test_verifier() -> FaceVerifier:
    """What a test code meets: always the simulated face, so that an institution can see both outcomes."""
    return VERIFIERS["sandbox_face"]
