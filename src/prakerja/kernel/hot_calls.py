"""Hot calls from Python: each value by its parameter's name, as `<verb>.sql` declares it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prakerja.kernel import db
from prakerja.kernel.functions import function_name, function_parameters


class HotCall:
    """One PL/pgSQL function, called with named values: a change of their order, or a new one, can mix none of them up.

    `HotCall(Path(__file__).with_name("authorise.sql"))(person_id=…, …)` gives the row of its OUT parameters. Names are those of the
    file without their `p_`.
    """

    __slots__ = ("_names", "name", "sql")

    def __init__(self, file: Path) -> None:
        self.name = function_name(file)
        self._names = tuple(name.removeprefix("p_") for name in function_parameters(file))
        self.sql = f"SELECT * FROM {self.name}({', '.join(f'p_{name} => %s' for name in self._names)})"

    def __call__(self, **values: Any) -> tuple[Any, ...]:
        """Run it (`db.hot_call`). Raises TypeError, before anything is asked: a value is missing, or one has no parameter."""
        try:
            ordered = [values[name] for name in self._names]
        except KeyError as missing:
            raise TypeError(f"{self.name} needs {missing.args[0]}") from None
        if len(values) != len(ordered):
            raise TypeError(f"{self.name} takes no {', '.join(sorted(values.keys() - set(self._names)))}")
        return db.hot_call(self.sql, ordered)
