"""Copy one person's rows, in every table, for many people: INSERT … SELECT with ids made from the copy's number."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from django.db import connection

from prakerja.kernel.db import rows, transaction

# Every table with rows of a person, parents first. `learn` fails when the template has rows anywhere else.
TABLES = (
    "people_person",
    "people_nikclaim",
    "people_contactpoint",
    "people_contactclaim",
    "ledger_balance",
    "wallets_wallet",
    "intake_application",
    "awards_award",
    "awards_cardclaim",
    "awards_inductionview",
    "access_otpguard",
    "access_otpchallenge",
    "disbursements_payoutaccount",
    "disbursements_accountclaim",
    "purchases_paymentintent",
    "vouchers_voucher",
    "vouchers_codeclaim",
    "purchases_purchase",
    "purchases_invoiceclaim",
    "purchases_referenceclaim",
    "purchases_platformuserclaim",
    "training_attendance",
    "training_completion",
    "training_certificate",
    "training_certificatenumberclaim",
    "training_reportclaim",
    "training_rating",
    "ledger_transfer",
    "notifications_message",
    "audit_record",
)
# (table, column) → SQL over t (the template's row) and c (the clone): values that no two people share.
OWN = {
    ("people_person", "family_card_index"): "c.family_index",
    ("people_person", "nik_enc"): "c.nik_enc",
    ("people_nikclaim", "index"): "c.nik_index",
    ("people_contactclaim", "index"): "c.contact_index",
    ("awards_award", "card_number_enc"): "c.card_enc",
    ("awards_cardclaim", "index"): "c.card_index",
    ("access_otpguard", "scope"): "CASE t.scope WHEN '' THEN '' ELSE c.platform_id || ':' || c.platform_user END",
    ("purchases_paymentintent", "platform_id"): "c.platform_id",
    ("purchases_paymentintent", "platform_user"): "c.platform_user",
    ("purchases_platformuserclaim", "platform_id"): "c.platform_id",
    ("purchases_platformuserclaim", "platform_user"): "c.platform_user",
    ("purchases_purchase", "platform_id"): "c.platform_id",
    ("purchases_purchase", "reference"): "t.reference || c.number",
    ("purchases_purchase", "invoice_code"): "t.invoice_code || '-' || c.number",
    ("purchases_invoiceclaim", "platform_id"): "c.platform_id",
    ("purchases_invoiceclaim", "invoice_code"): "t.invoice_code || '-' || c.number",
    ("purchases_referenceclaim", "reference"): "t.reference || c.number",
    ("training_completion", "idempotency_key"): "t.idempotency_key || '-' || c.number",
    ("training_reportclaim", "idempotency_key"): "t.idempotency_key || '-' || c.number",
    ("training_certificate", "number"): "t.number || '-' || c.number",
    ("training_certificatenumberclaim", "number"): "t.number || '-' || c.number",
    ("disbursements_payoutaccount", "number_enc"): "c.account_enc",
    ("disbursements_accountclaim", "index"): "c.account_index",
}
# Only where the template bought one class: a clone's class is its own, and so is its code.
OWN_CLASS = {
    ("purchases_paymentintent", "course_run_id"): "c.course_run_id",
    ("purchases_paymentintent", "token_hash"): "c.token_hash",
    ("purchases_paymentintent", "otp_hash"): "c.otp_hash",
    ("vouchers_voucher", "course_run_id"): "c.course_run_id",
    ("vouchers_voucher", "institution_id"): "c.institution_id",
    ("vouchers_voucher", "code_enc"): "c.code_enc",
    ("vouchers_codeclaim", "index"): "c.code_index",
    ("purchases_purchase", "course_run_id"): "c.course_run_id",
    ("purchases_purchase", "course_id"): "c.course_id",
    # What was redeemed is owed to the institution of the clone's class.
    ("ledger_transfer", "credit_id"): "CASE t.kind WHEN 'redeem' THEN "
    "(SELECT payable_id FROM partners_partner WHERE id = c.institution_id) ELSE t.credit_id END",
}
_MANY_CODES = {("vouchers_codeclaim", "index"): "decode(md5(t.index::text || c.number), 'hex')"}
_FIRST = 0x01000000


class Numbered(Protocol):
    @property
    def number(self) -> int: ...


def clone_id(template: uuid.UUID, number: int) -> uuid.UUID:
    """The copy's id: the template's with an earlier time in front, so that it stays a UUIDv7 and sorts by the copy."""
    return uuid.UUID(hex=f"{_FIRST + number:08x}{template.hex[8:]}")


class Cloner:
    """Knows the template's rows. `columns(person)` gives what is a person's own, by column of the clone table."""

    def __init__(self, template: uuid.UUID, columns: Callable[[Any], dict[str, Any]]) -> None:
        self.template = template
        self._columns = columns
        self._ids: dict[str, list[uuid.UUID]] = {}
        self._statements: list[str] = []

    def learn(self) -> None:
        """Look at the template's rows and prepare the statements that copy them."""
        self._refuse_unknown_tables()
        for table in TABLES:
            columns = dict(_columns_of(table))
            if "id" in columns and columns["id"] == "uuid":
                key = "id" if table == "people_person" else "person_id"
                found = rows(f"SELECT id FROM {table} WHERE {key} = %s ORDER BY id", [self.template])
                self._ids[table] = [row[0] for row in found]
        own_ids = [each for ids in self._ids.values() for each in ids]
        is_simple = len(self._ids["vouchers_voucher"]) <= 1
        own = OWN | (OWN_CLASS if is_simple else _MANY_CODES)
        self._statements = [self._statement(table, own, own_ids) for table in TABLES]

    def clone(self, people: Sequence[Numbered]) -> None:
        """Copy the template's rows for each of `people`, in one transaction."""
        with transaction(), connection.cursor() as cursor:
            _fill(cursor, "bench_clone", [{"number": p.number, **self._columns(p)} for p in people])
            # A copy begins in the middle of its life, which the triggers of the state machines would refuse.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in self._statements:
                cursor.execute(statement)
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
            cursor.execute("DROP TABLE bench_clone")
            cursor.execute(_SEATS)

    def own_id(self, table: str, number: int) -> uuid.UUID | None:
        """The id of that copy's row in a table where the template has exactly one row; None elsewhere."""
        ids = self._ids.get(table, [])
        return clone_id(ids[0], number) if len(ids) == 1 else None

    def _statement(self, table: str, own: dict[tuple[str, str], str], own_ids: list[uuid.UUID]) -> str:
        columns = _columns_of(table)
        key = "id" if table == "people_person" else "person_id"
        values = []
        for name, kind in columns:
            if (table, name) in own:
                values.append(own[(table, name)])
            elif kind == "uuid":
                listed = ", ".join(f"'{each}'" for each in own_ids)
                values.append(
                    f"CASE WHEN t.{name} IN ({listed}) THEN "
                    f"overlay(t.{name}::text placing lpad(to_hex({_FIRST} + c.number), 8, '0') from 1 for 8)::uuid "
                    f"ELSE t.{name} END"
                )
            else:
                values.append(f't."{name}"')
        names = ", ".join(f'"{name}"' for name, _ in columns)
        return (
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} "
            f"FROM {table} t CROSS JOIN bench_clone c WHERE t.{key} = '{self.template}' ORDER BY c.number"
        )

    def _refuse_unknown_tables(self) -> None:
        tables = rows(
            "SELECT DISTINCT c.table_name FROM information_schema.columns c "
            "JOIN information_schema.tables t ON t.table_name = c.table_name AND t.table_schema = c.table_schema "
            "WHERE c.table_schema = 'public' AND c.column_name = 'person_id' AND t.table_type = 'BASE TABLE'"
        )
        for (table,) in tables:
            if table not in TABLES and rows(f"SELECT 1 FROM {table} WHERE person_id = %s LIMIT 1", [self.template]):
                raise RuntimeError(f"the template has rows in {table}, which bench.cloning does not copy")


# Whatever was bought has its seat, spread over the slices as buyers would have.
_SEATS = """
UPDATE catalogue_courserunseats seats
   SET seats_taken = bought.count / slices.count
                   + CASE WHEN seats.slice < bought.count % slices.count THEN 1 ELSE 0 END
  FROM (SELECT course_run_id, count(*) FROM purchases_purchase WHERE status = 'succeeded' GROUP BY 1) bought,
       (SELECT course_run_id, count(*) FROM catalogue_courserunseats GROUP BY 1) slices
 WHERE bought.course_run_id = seats.course_run_id AND slices.course_run_id = seats.course_run_id
"""


def _columns_of(table: str) -> list[tuple[str, str]]:
    found = rows(
        "SELECT column_name, udt_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
        [table],
    )
    return [(name, kind) for name, kind in found]


_KINDS = {int: "integer", str: "text", bytes: "bytea", uuid.UUID: "uuid"}


def _fill(cursor: Any, table: str, records: Iterable[dict[str, Any]]) -> None:
    """Make a temporary table for these records, typed by their values, and COPY them into it."""
    records = list(records)
    kinds = {
        name: next((_KINDS[type(record[name])] for record in records if record[name] is not None), "bytea")
        for name in records[0]
    }
    cursor.execute(f"CREATE TEMPORARY TABLE {table} ({', '.join(f'{n} {k}' for n, k in kinds.items())})")
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for record in records:
            copy.write_row(list(record.values()))
