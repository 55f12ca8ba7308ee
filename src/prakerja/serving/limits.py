"""How long a client may take, and how much it may bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes. Who waits costs memory and nothing else, so the times are made for slow phones, not for the server."""

    # From the first byte of a request until its headers are there.
    head_seconds: float = 15.0
    # From then until its body is there, however little comes at a time.
    body_seconds: float = 20.0
    # A connection that asks nothing: longer than proxies keep theirs, so that they end first and lose no call.
    idle_seconds: float = 75.0
    # An answer that is not taken: a base, and a second more for so many bytes.
    answer_seconds: float = 30.0
    answer_bytes_a_second: int = 4096
    head_bytes: int = 32 * 1024
    # The largest body that any door takes (DATA_UPLOAD_MAX_MEMORY_SIZE, and the partner API's own).
    body_bytes: int = 64 * 1024
    # Where a door takes more, by path: a photo. A path that ends with a slash stands for those one step below it.
    # Its sender has a second more for so many bytes.
    larger: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    body_bytes_a_second: int = 16 * 1024
    headers: int = 100
    # Held by one process at a time; a newcomer puts out whoever has kept us waiting longest.
    connections: int = 1000

    def body_at(self, path: str) -> int:
        """The largest body that is taken at a path."""
        most = self.larger.get(path) or self.larger.get(path[: path.rfind("/") + 1])
        return most or self.body_bytes


LIMITS = Limits()
