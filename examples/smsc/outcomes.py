"""What becomes of a message: by the end of its number, else as the company is told for everybody."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

OUTCOMES = (
    "deliver", "fail", "expire", "never", "bad_number", "throttle", "throttle_thrice", "queue_full", "system_error",
    "no_answer", "taken_without_answer", "receipt_first", "receipt_twice", "decimal_id", "wrong_id", "another_id",
    "hang_up", "unbind",
)  # fmt: skip
# The last four digits of a number: nobody's by accident, as 0008 and 0009 of the phone.
BY_NUMBER = {
    "0008": "bad_number",
    "0009": "system_error",
    "0901": "bad_number",
    "0902": "throttle_thrice",
    "0903": "queue_full",
    "0904": "no_answer",
    "0905": "fail",
    "0906": "expire",
    "0907": "never",
    "0908": "receipt_first",
    "0909": "receipt_twice",
    "0910": "decimal_id",
    "0911": "unbind",
    "0912": "wrong_id",
    "0913": "taken_without_answer",
}


class WrongSetting(ValueError):
    """No such setting, or not of this kind."""


@dataclass(frozen=True)
class Settings:
    """How the company behaves. Seconds are wall seconds; ``rate`` is parts a second and ``window`` submissions without answer, 0: any.

    ``die_after``: hang up in the middle of the window, once so many were submitted. ``refuses``: nobody may bind.
    """

    outcome: str = "deliver"
    rate: int = 0
    window: int = 0
    answer_after: float = 0.0
    receipt_after: float = 0.3
    die_after: int = 0
    refuses: bool = False
    repeats_reference: bool = True
    names_id_in_tag: bool = True
    ids: str = "hex"
    vendor_tag: bool = False
    split_writes: bool = False

    def changed(self, told: dict[str, Any]) -> Settings:
        """These with some changed."""
        kinds = {field.name: type(field.default) for field in fields(self)}
        for name, value in told.items():
            if name not in kinds or (
                not isinstance(value, int if kinds[name] is float else kinds[name])
                and not (kinds[name] is float and isinstance(value, float))
            ):
                raise WrongSetting(name)
        if told.get("outcome", "deliver") not in OUTCOMES:
            raise WrongSetting("outcome")
        return replace(self, **told)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def outcome_of(self, number: str) -> str:
        """What becomes of a message to this number."""
        return BY_NUMBER.get(number[-4:], self.outcome) if self.outcome == "deliver" else self.outcome
