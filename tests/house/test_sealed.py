"""What our keys made is declared where it stands, so that a change of keys finds it; what is not changed says why."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.db import models

from prakerja.kernel.db import rows
from prakerja.kernel.sealed import IndexField, SealedField, index_columns, sealed_columns
from tests.house.source import python, tree

# Bytes that no change of keys touches, and why.
LEFT_ALONE = {
    "access_codeload.index": "a mark: counts of an hour, begun anew with a new key",
    "access_otpchallenge.code_hash": "a one-time password, checked with the key of the instant in its id",
    "access_passwordlink.token_hash": "a hash of chance, without a key",
    "access_phoneguard.code_hash": "a one-time password: asked for again with a new key",
    "access_phoneguard.index": "a mark: counts of a day, begun anew with a new key",
    "access_session.key_hash": "a hash of chance, without a key",
    "access_session.owner_tag": "a tag by the keys of the sessions, gone with them in hours",
    "access_signinguard.index": "a mark: counts of a day, begun anew with a new key",
    "cases_case.browser_index": "a mark: counts of a day, begun anew with a new key",
    "cases_case.network_index": "a mark: counts of a day, begun anew with a new key",
    "checkpoints_day.full": "hashes, of which the root is published",
    "checkpoints_day.note": "published: it must never change",
    "checkpoints_day.root": "published: it must never change",
    "checkpoints_leaf.salt": "chance, without a key; the published tree is made with it",
    "checkpoints_stamp.answer": "said by others",
    "draw_document.content": "published: it must never change",
    "draw_draft.ticket": "published: it must never change",
    "draw_entry.family": "published: it must never change",
    "draw_entry.ticket": "published: it must never change",
    "draw_familynonce.label": "published: made of its sealed nonce, not by a key",
    "draw_draw.seed": "published",
    "draw_logentry.content": "published: it must never change",
    "draw_proposedwitness.public": "public",
    "draw_randomvalue.absent_note": "said by others",
    "draw_randomvalue.certificate": "said by others",
    "draw_randomvalue.kept": "said by others",
    "draw_randomvalue.value": "said by others",
    "draw_signednote.content": "published and signed: it must never change",
    "draw_signingkey.public": "public",
    "draw_step.content": "published: it must never change",
    "grants_grant.access_hash": "a hash of a token, without a key",
    "grants_grant.code_hash": "a hash of a token, without a key",
    "grants_grant.refresh_hash": "a hash of a token, without a key",
    "kernel_keyrecord.moving_until": "a watermark",
    "kernel_keyrecord.swept_until": "a watermark",
    "partners_allowance.name": "a hash of a name, without a key, forgotten in days",
    "partners_apicredential.secret_hash": "a hash of chance, without a key",
    "partners_firstanswer.content_hash": "a hash of a request, without a key",
    "purchases_paymentintent.otp_hash": "a one-time password, checked with the key of the instant in its id",
    "purchases_paymentintent.token_hash": "a hash of a token, without a key",
    "training_assignment.file_sha256": "a hash of a file, without a key",
    "training_feedback.file_sha256": "a hash of a file, without a key",
    "training_sandboxsubmission.file_sha256": "a hash of a file, without a key",
}
# Tables that one move reads as a whole: those of a draft or of an import are empty once it is through, requests of lost phones are few.
# What grows with people has its index: a move of a million values is a hundred parts, each of which would read the whole table.
NOT_INDEXED = {
    "draw_draft.card",
    "intake_listedline.email_index",
    "intake_listedline.family_index",
    "intake_listedline.nik_index",
    "intake_listedline.phone_index",
    "privacy_lostphonecase.phone_index",
}


def test_every_column_of_bytes_is_declared_or_says_why_it_is_left_alone() -> None:
    found = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.BinaryField) and not isinstance(field, SealedField | IndexField)
    }
    assert found == LEFT_ALONE.keys()
    declared = {one.name for one in (*sealed_columns(), *index_columns())}
    assert not declared & LEFT_ALONE.keys()
    assert all(one.column.endswith("_enc") for one in sealed_columns())


def test_what_is_sealed_is_bound_to_a_declared_column() -> None:
    """Every `seal(…, table="…", column="…")` of the source names the place of a column that is sealed again."""
    places = {one.bound_to for one in sealed_columns()}
    named: set[tuple[str, str]] = set()
    for path in python():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and re.fullmatch(r"(un)?seal(_bytes)?", getattr(node.func, "id", "")):
                given = {word.arg: word.value for word in node.keywords}
                table, column = given.get("table"), given.get("column")
                if isinstance(table, ast.Constant) and isinstance(column, ast.Constant):
                    named.add((str(table.value), str(column.value)))
    assert named
    assert named <= places


@pytest.mark.django_db
def test_a_move_finds_its_rows_by_an_index() -> None:
    """The watermark goes by the bytes, so a column's index begins with it, or with what `led_by` says of every row."""
    led = rows(
        "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE i.indpred IS NULL"
    )
    without = {one.name for one in index_columns() if (one.table, one.column) not in led and not one.led_by}
    assert without == NOT_INDEXED
