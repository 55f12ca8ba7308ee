"""What the published pages tell of an endpoint, declared beside its view. No call ever reads it.

The OpenAPI file, the developer site and its examples are all made from this, the structs and the table of codes, so that
an endpoint is described once.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Guide:
    """`title` and `about` are msgids (Indonesian); `data` is the struct of the answer's member `data`, None when an
    answer has none; `refuses` lists the reasons of the operation, beyond those of every call.
    """

    title: str
    about: str
    data: type[msgspec.Struct] | None
    refuses: tuple[str, ...] = ()
    # A repetition under the same Idempotency-Key gets the first answer, other content is refused.
    keeps_first_answer: bool = False
