"""When a message is tried again and when somebody is given up, as pure decisions."""

from __future__ import annotations

from datetime import timedelta

# A message is given up this long after it was recorded; so is an endpoint that answered nothing right for as long.
GIVE_UP = timedelta(days=3)
# After so many 410 in a row nobody lives there any more.
GONE_AFTER = 3
_FIRST_WAIT_SECONDS = 5
_LONGEST_WAIT = timedelta(hours=6)
_LONGEST_REST = timedelta(minutes=5)
_LONGEST_ASKED = timedelta(hours=1)


def wait_before_retry(*, failures: int, chance: float, retry_after: str = "") -> timedelta:
    """How long a message waits after its n-th failure: 5 s, 15 s, 45 s … 6 h, a fifth more or less.

    `chance` (0 to 1) spreads those that failed together. A server that names seconds in Retry-After is heeded, up to an
    hour.
    """
    wait = min(timedelta(seconds=_FIRST_WAIT_SECONDS * int(3 ** min(failures - 1, 20))), _LONGEST_WAIT) * (
        0.8 + 0.4 * chance
    )
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 9:
        return max(wait, min(timedelta(seconds=int(retry_after)), _LONGEST_ASKED))
    return wait


def rest_after(*, failures: int) -> timedelta:
    """How long an endpoint is left alone after its n-th failure in a row: 1 s, 2 s, 4 s … 5 minutes."""
    return min(timedelta(seconds=2 ** min(failures - 1, 20)), _LONGEST_REST)


def is_success(*, http_status: int) -> bool:
    """Standard Webhooks: any 2xx, and nothing else."""
    return 200 <= http_status < 300
