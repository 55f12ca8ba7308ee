"""The scale rules of docs/architecture.md ("Ready to outgrow one machine"), proved from PostgreSQL's catalogue.

They cost nothing today and cannot be brought in later: a row that belongs to a person says so, points only to rows of the
same person or to small reference tables, and whatever must be unique across people is claimed in a table of its own.
"""

from __future__ import annotations

import pytest

from tests.house.database import Column, ForeignKey, Unique, columns, foreign_keys, unique_keys

pytestmark = pytest.mark.django_db

# Small tables that every machine would hold a copy of. A person table may point to these with one column.
REFERENCE = {
    "catalogue_course",
    "catalogue_courserun",
    "catalogue_listing",
    "disbursements_paymentbatch",
    "draw_applicantlist",
    "intake_decree",
    "intake_wave",
    "ledger_account",
    "partners_partner",
    "webhooks_endpoint",
    "programmes_schemeversion",
    "surveys_survey",
}
# A value that is unique across people, and whom it belongs to. Each is also the route of a call that knows only the value.
CLAIMS = {
    "disbursements_accountclaim": {"index"},
    "disbursements_referenceclaim": {"rail", "reference"},
    "awards_blacklist": {"nik_index"},
    "awards_cardclaim": {"index"},
    "people_contactclaim": {"kind", "index"},
    "people_nikclaim": {"index"},
    "purchases_invoiceclaim": {"platform_id", "invoice_code"},
    "purchases_platformuserclaim": {"platform_id", "platform_user"},
    "purchases_referenceclaim": {"reference"},
    "training_certificatenumberclaim": {"institution_id", "number"},
    "training_certificateshareclaim": {"index"},
    "training_institutionemailclaim": {"institution_id", "course_id", "email_index"},
    "training_reportclaim": {"institution_id", "idempotency_key"},
    "vouchers_codeclaim": {"index"},
}
# Nobody points at these and they outlive everybody: no key to the person, and no person for the programme's own acts.
HISTORY = {"audit_record", "ledger_transfer"}
# Identifiers of things of several kinds (what an event is about): no table to point to.
NOT_A_REFERENCE = {
    ("audit_record", "subject_id"),
    # The payer's own row: which table, its kind says (disbursements.payers).
    ("disbursements_paymentinstruction", "owed_id"),
    ("ledger_transfer", "event_id"),
    ("ledger_transfer", "reverses_id"),
    # A record of the audit trail, which nobody points at.
    ("webhooks_delivery", "event_id"),
}


def _owners() -> dict[str, Column]:
    return {column.table: column for column in columns() if column.name == "person_id"}


def _owned() -> set[str]:
    """Tables whose rows belong to a person and are no claims."""
    return set(_owners()) - set(CLAIMS)


def test_the_lists_name_tables_that_exist() -> None:
    known = {column.table for column in columns()}
    assert (REFERENCE | set(CLAIMS) | HISTORY) - known == set()
    assert set(CLAIMS) <= set(_owners())
    assert REFERENCE & set(_owners()) == set()


def test_every_row_of_a_person_names_the_person() -> None:
    optional = {table for table, column in _owners().items() if not column.is_required}
    assert optional == HISTORY
    assert {column.type for column in _owners().values()} == {"uuid"}


def test_every_person_table_can_be_pointed_at_by_rows_of_the_same_person() -> None:
    keyed = {key.table for key in unique_keys() if key.columns == ("person_id", "id") and not key.is_partial}
    assert _owned() - HISTORY - keyed == set()


def test_every_person_table_has_its_person() -> None:
    held = {
        key.table
        for key in foreign_keys()
        if key.target == "people_person" and key.columns == ("person_id",) and key.target_columns == ("id",)
    }
    assert held == _owned() - HISTORY


def test_claims_and_history_do_not_point_at_people() -> None:
    """A claim is placed by its value and history outlives the person: neither lives where the person's rows do."""
    assert [key for key in foreign_keys() if key.table in CLAIMS] == []
    assert [key for key in foreign_keys() if key.table in HISTORY and key.target == "people_person"] == []


def _is_allowed(key: ForeignKey) -> bool:
    if key.target == "people_person":
        return key.columns == ("person_id",)
    if len(key.columns) == 1:
        return key.target in REFERENCE
    return key.columns[0] == "person_id" and key.target_columns == ("person_id", "id")


def test_rows_of_a_person_point_to_the_person_to_reference_tables_or_to_rows_of_the_same_person() -> None:
    assert [key for key in foreign_keys() if key.table in _owned() and not _is_allowed(key)] == []


def test_no_reference_table_points_at_a_person() -> None:
    people = {*_owners(), "people_person"}
    assert [key for key in foreign_keys() if key.target in people and key.table not in _owned()] == []


def test_every_identifier_in_a_person_table_is_a_checked_reference() -> None:
    """A column that names a row elsewhere without a foreign key could name somebody else's row."""
    checked = {(key.table, key.columns[-1]) for key in foreign_keys()}
    named = {
        (column.table, column.name)
        for column in columns()
        if column.table in _owned()
        and column.name.endswith("_id")
        and column.name != "person_id"
        # An actor may be a partner, an operator or the system: a text.
        and column.type != "text"
    }
    assert named - checked == NOT_A_REFERENCE


def test_values_unique_across_people_stand_in_claims() -> None:
    """On many machines a unique index holds within one person's machine only."""

    def is_personal(key: Unique) -> bool:
        return "person_id" in key.columns or (key.is_primary and key.columns == ("id",))

    assert [key for key in unique_keys() if key.table in _owned() and not is_personal(key)] == []


@pytest.mark.parametrize("table", sorted(CLAIMS))
def test_a_claim_is_keyed_by_its_value(table: str) -> None:
    keys = [set(key.columns) for key in unique_keys() if key.table == table and not key.is_partial]
    assert CLAIMS[table] in keys


def test_nothing_is_deleted_by_accident() -> None:
    """No foreign key cascades: a row that something hangs on stays."""
    ours = tuple({column.table.partition("_")[0] + "_" for column in columns()} - {"auth_", "django_"})
    assert [key for key in foreign_keys() if key.table.startswith(ours) and key.on_delete not in "ar"] == []


def test_money_is_whole_rupiah() -> None:
    amounts = {(column.table, column.name): column.type for column in columns() if column.name == "amount"}
    assert set(amounts.values()) == {"bigint"}
    assert [column for column in columns() if column.type in ("numeric", "real", "double precision", "money")] == []


def test_instants_have_a_zone() -> None:
    assert [column for column in columns() if column.type.startswith("timestamp without")] == []
    assert [
        column for column in columns() if column.name.endswith("_at") and not column.type.startswith("timestamp with")
    ] == []
    # Django's own session table calls an instant `expire_date`.
    own = [column for column in columns() if not column.table.startswith("django_")]
    assert [column for column in own if column.name.endswith("_date") and column.type != "date"] == []
