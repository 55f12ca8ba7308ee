"""The English of every sentence on the pages; the Indonesian one is the key."""

from __future__ import annotations

import json
from pathlib import Path

ENGLISH: dict[str, str] = json.loads(Path(__file__).with_name("english.json").read_text(encoding="utf-8"))
