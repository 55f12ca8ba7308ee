"""Hot calls from Python: each value by its parameter's name, as `<verb>.sql` declares it; and with the look whose call it is, in one trip."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prakerja.kernel import db
from prakerja.kernel.functions import function_name, function_parameters

_PLACE = re.compile(r"%\((\w+)\)s")


class HotCall:
    """One PL/pgSQL function, called with named values: a change of their order, or a new one, can mix none of them up.

    `HotCall(Path(__file__).with_name("authorise.sql"))(person_id=…, …)` gives the row of its OUT parameters. Names are those of the
    file without their `p_`.
    """

    __slots__ = ("_names", "_sql", "name", "parameters")

    def __init__(self, file: Path) -> None:
        self.name = function_name(file)
        self.parameters = tuple(name.removeprefix("p_") for name in function_parameters(file))
        self._sql, self._names = _positions(f"SELECT * FROM {self.text()}")

    def text(self, given: Mapping[str, str] | None = None) -> str:
        """The call as SQL, with a place for each value; `given` are those that SQL gives itself."""
        values = {name: f"%({name})s" for name in self.parameters} | dict(given or {})
        return f"{self.name}({', '.join(f'p_{name} => {values[name]}' for name in self.parameters)})"

    def __call__(self, **values: Any) -> tuple[Any, ...]:
        """Run it (`db.hot_call`). Raises TypeError, before anything is asked: a value is missing, or one has no parameter."""
        return db.hot_call(self._sql, _ordered(self.name, self._names, values))


class RoutedCall:
    """The same when it is not known yet whose call it is: a claim says so (a card, a code), in the same statement.

    A trip to the database costs a door more than the look. `source` (FROM …) and `where` find the claim, `given` says what of it the function
    takes, `returned` what comes back before the function's row. Where people lie on several machines (`is_split`) nobody
    can ask so: the claim and the person are on different ones.
    """

    __slots__ = ("_name", "_names", "_sql")

    def __init__(self, call: HotCall, *, source: str, where: str, given: Mapping[str, str], returned: str) -> None:
        self._name = call.name
        self._sql, self._names = _positions(
            f"SELECT {returned}, answer.* {source} CROSS JOIN LATERAL {call.text(given)} answer WHERE {where}"
        )

    def __call__(self, **values: Any) -> tuple[Any, ...] | None:
        """What `returned` names and the row of the OUT parameters; None when there is no such claim, and nothing was done."""
        return db.hot_row(self._sql, _ordered(self._name, self._names, values))


def _positions(text: str) -> tuple[str, tuple[str, ...]]:
    """Named places as the driver has them, and the names in their order."""
    return _PLACE.sub("%s", text), tuple(_PLACE.findall(text))


def _ordered(function: str, names: tuple[str, ...], values: Mapping[str, Any]) -> list[Any]:
    try:
        ordered = [values[name] for name in names]
    except KeyError as missing:
        raise TypeError(f"{function} needs {missing.args[0]}") from None
    if len(values) != len(ordered):
        raise TypeError(f"{function} takes no {', '.join(sorted(values.keys() - set(names)))}")
    return ordered
