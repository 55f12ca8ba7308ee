"""What a message is written from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Template:
    """`title` heads an e-mail or a dashboard message; `text` is the sentence; `sms` replaces it where every sign costs."""

    title: str
    text: str
    sms: str = ""
