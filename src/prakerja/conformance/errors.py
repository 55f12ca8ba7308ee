"""Why a server cannot be asked at all."""

from __future__ import annotations


class CannotAsk(Exception):
    """Nothing can be said of the server: an Indonesian and an English sentence."""

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(english)
        self.indonesian, self.english = indonesian, english
