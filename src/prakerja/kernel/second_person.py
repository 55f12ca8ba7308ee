"""What one person prepared for another to confirm is taken back by whoever prepared it, or by two others.

One alone could otherwise keep what others prepared from ever being confirmed.
"""

from __future__ import annotations

from enum import Enum, auto


class TakingBack(Enum):
    """What becomes of it when somebody wants it taken back."""

    # It is back.
    DONE = auto()
    # It is written down that they want it; until a second one does it, it may still be confirmed.
    ASKED = auto()
    # They asked before, and still wait for somebody else.
    STILL_ASKED = auto()


def taking_back(*, prepared_by: str, asked_by: str, who: str) -> TakingBack:
    """Whoever prepared it does it alone, else whoever is the second to want it; `asked_by` is the first, "" for nobody."""
    if who == prepared_by or asked_by not in ("", who):
        return TakingBack.DONE
    return TakingBack.STILL_ASKED if asked_by else TakingBack.ASKED
