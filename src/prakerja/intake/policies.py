"""Pure decisions about who may be awarded."""

from __future__ import annotations

from datetime import date


def born_until(*, age: int, on: date) -> date:
    """The last birthday of those who have `age` full years on day `on` (WIB)."""
    try:
        return on.replace(year=on.year - age)
    except ValueError:
        # 29 February: who was born on 1 March is a day too young.
        return date(on.year - age, 2, 28)
