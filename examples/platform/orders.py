"""The shop's orders in its SQLite file. A card number is never among them."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass, fields
from typing import Any

from examples.shared.places import NOWHERE, Place

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    invoice_code TEXT NOT NULL UNIQUE,
    brand TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    course_code TEXT NOT NULL,
    schedule_code TEXT NOT NULL,
    course_title TEXT NOT NULL,
    institution_code TEXT NOT NULL,
    institution_name TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    how_to_redeem TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'unknown', 'paid', 'void', 'abandoned')),
    payment_token TEXT,
    attempted_at INTEGER,
    transaction_code TEXT,
    voucher_code TEXT,
    is_code_known INTEGER NOT NULL DEFAULT 0,
    paid_at TEXT
);
CREATE TABLE IF NOT EXISTS code_states (
    invoice_code TEXT PRIMARY KEY REFERENCES orders (invoice_code),
    status TEXT NOT NULL,
    redeemable_from TEXT NOT NULL,
    redeemable_until TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS replaced_orders (
    invoice_code TEXT PRIMARY KEY REFERENCES orders (invoice_code),
    by_invoice_code TEXT NOT NULL REFERENCES orders (invoice_code)
);
CREATE TABLE IF NOT EXISTS order_places (
    invoice_code TEXT PRIMARY KEY REFERENCES orders (invoice_code),
    mode TEXT NOT NULL,
    address TEXT NOT NULL,
    city TEXT NOT NULL,
    province_code TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS cancelled_classes (
    invoice_code TEXT PRIMARY KEY REFERENCES orders (invoice_code)
);
CREATE INDEX IF NOT EXISTS orders_by_account ON orders (account_id, number);
"""
# Letters and digits that nobody mistakes for one another.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Order:
    """One purchase or attempt; `amount` in whole rupiah, instants as Prakerja gave them."""

    invoice_code: str
    brand: str
    account_id: str
    course_code: str
    schedule_code: str
    course_title: str
    institution_code: str
    institution_name: str
    starts_at: str
    ends_at: str
    amount: int
    how_to_redeem: str
    status: str = "waiting"
    payment_token: str | None = None
    attempted_at: int | None = None
    transaction_code: str | None = None
    voucher_code: str | None = None
    is_code_known: int = 0
    paid_at: str | None = None

    @property
    def needs_otp(self) -> bool:
        """Say whether the buyer may still type an OTP."""
        return self.status in {"waiting", "unknown"}


@dataclass(frozen=True)
class CodeState:
    """How the code of a paid order stood when Prakerja was asked last; instants as given, the end exclusive."""

    status: str
    redeemable_from: str
    redeemable_until: str

    @property
    def may_change(self) -> bool:
        """Say whether Prakerja has to be asked again."""
        return self.status == "issued"


@dataclass(frozen=True)
class Way:
    """How the class of an order is taught, and where when it is not online."""

    mode: str = "online"
    place: Place = NOWHERE

    @property
    def is_in_person(self) -> bool:
        """Say whether one has to go somewhere, for all of it or a part."""
        return self.mode != "online"


COLUMNS = tuple(column.name for column in fields(Order))
CHANGEABLE = frozenset(COLUMNS[COLUMNS.index("how_to_redeem") :]) | {"institution_code", "institution_name"}


def new_invoice_code(prefix: str) -> str:
    """Return a fresh invoice code in the shape shops use: TOKPED-XB9C89BXBJL7X."""
    return f"{prefix}-" + "".join(secrets.choice(ALPHABET) for _ in range(13))


class Orders:
    """Reads and writes orders over one open connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, order: Order) -> None:
        """Store a new order. Earlier ones of this account that still waited for an OTP lose their token:
        a new OTP replaces the old at Prakerja too. One whose outcome is unknown is left alone."""
        older = self._connection.execute(
            "UPDATE orders SET status = 'abandoned', payment_token = NULL WHERE account_id = ? AND status = 'waiting'"
            " RETURNING invoice_code",
            (order.account_id,),
        ).fetchall()
        marks = ", ".join("?" for _ in COLUMNS)
        self._connection.execute(
            f"INSERT INTO orders ({', '.join(COLUMNS)}) VALUES ({marks})",
            [getattr(order, column) for column in COLUMNS],
        )
        # The older order's page says what stopped it: it may stand open in another tab.
        self._connection.executemany(
            "INSERT OR REPLACE INTO replaced_orders VALUES (?, ?)", [(row[0], order.invoice_code) for row in older]
        )

    def replaced_by(self, order: Order) -> Order | None:
        """Return the newer order that stopped this one, if that is what stopped it."""
        row = self._connection.execute(
            "SELECT by_invoice_code FROM replaced_orders WHERE invoice_code = ?", (order.invoice_code,)
        ).fetchone()
        return self.find(account_id=order.account_id, invoice_code=row[0]) if row else None

    def note_code(self, order: Order, state: CodeState) -> None:
        """Keep how the code stands."""
        self._connection.execute(
            "INSERT OR REPLACE INTO code_states VALUES (?, ?, ?, ?)",
            (order.invoice_code, state.status, state.redeemable_from, state.redeemable_until),
        )

    def code_state(self, order: Order) -> CodeState | None:
        """Return how the code stood when Prakerja was asked last."""
        row = self._connection.execute(
            "SELECT status, redeemable_from, redeemable_until FROM code_states WHERE invoice_code = ?",
            (order.invoice_code,),
        ).fetchone()
        return CodeState(*row) if row else None

    def note_way(self, order: Order, way: Way) -> None:
        """Keep how and where the class is taught."""
        self._connection.execute(
            "INSERT OR REPLACE INTO order_places VALUES (?, ?, ?, ?, ?)",
            (order.invoice_code, way.mode, way.place.address, way.place.city, way.place.province_code),
        )

    def way(self, order: Order) -> Way:
        """Return how and where the class is taught, as Prakerja said last."""
        row = self._connection.execute(
            "SELECT mode, address, city, province_code FROM order_places WHERE invoice_code = ?", (order.invoice_code,)
        ).fetchone()
        return Way(row["mode"], Place(row["address"], row["city"], row["province_code"])) if row else Way()

    def find(self, *, account_id: str, invoice_code: str) -> Order | None:
        """Return an order of this account only."""
        row = self._connection.execute(
            "SELECT * FROM orders WHERE account_id = ? AND invoice_code = ?", (account_id, invoice_code)
        ).fetchone()
        return _order(row) if row else None

    def of_brand(self, *, brand: str, invoice_code: str) -> Order | None:
        """Return an order of this brand, whoever's it is: for what Prakerja tells."""
        row = self._connection.execute(
            "SELECT * FROM orders WHERE brand = ? AND invoice_code = ?", (brand, invoice_code)
        ).fetchone()
        return _order(row) if row else None

    def of_account(self, account_id: str) -> list[Order]:
        """Return all orders of an account, the newest first."""
        rows = self._connection.execute("SELECT * FROM orders WHERE account_id = ? ORDER BY number DESC", (account_id,))
        return [_order(row) for row in rows]

    def mark_class_cancelled(self, order: Order) -> None:
        """Note that the institution called the class off; twice changes nothing."""
        self._connection.execute("INSERT OR IGNORE INTO cancelled_classes VALUES (?)", (order.invoice_code,))

    def is_class_cancelled(self, order: Order) -> bool:
        """Say whether the institution called the class off."""
        row = self._connection.execute("SELECT 1 FROM cancelled_classes WHERE invoice_code = ?", (order.invoice_code,))
        return row.fetchone() is not None

    def change(self, order: Order, **values: Any) -> Order:
        """Change columns of an order and return it as it is now."""
        if not values.keys() <= CHANGEABLE:
            raise ValueError("this column of an order never changes")
        sets = ", ".join(f"{column} = ?" for column in values)
        self._connection.execute(
            f"UPDATE orders SET {sets} WHERE invoice_code = ?",
            [*values.values(), order.invoice_code],
        )
        changed = self.find(account_id=order.account_id, invoice_code=order.invoice_code)
        if changed is None:
            raise LookupError("the order vanished")
        return changed


def _order(row: sqlite3.Row) -> Order:
    return Order(**{column: row[column] for column in COLUMNS})
