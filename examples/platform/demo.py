"""The orders of a demo's people, who bought before this shop had a page."""

from __future__ import annotations

from pathlib import Path

from examples.platform.orders import Order, Orders
from examples.shared.demo import open_accounts
from examples.shared.store import Visitors, connect


def open_demo_accounts(database: Path, file: Path | None) -> None:
    """Open each account of the file that is missing, with its orders; the rest Prakerja tells when an order is looked at."""
    connection = connect(database)
    try:
        orders = Orders(connection)
        for account, entry in open_accounts(Visitors(connection), file, "platforms"):
            for told in entry["orders"]:
                orders.add(Order(brand=account.site, account_id=account.id, **told))
    finally:
        connection.close()
