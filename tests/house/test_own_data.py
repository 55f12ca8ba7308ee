"""A person's copy of their data is complete: every table and every column that knows persons is in it, or says why not."""

from __future__ import annotations

import pytest

from prakerja.reporting.own_data import LEFT_OUT, SECTION_LIST, Section, members_of, model_of
from prakerja.reporting.own_data_words import MEMBERS, REASONS, SECTIONS
from tests.house.database import columns

pytestmark = pytest.mark.django_db
# Persons stand there by another name, or by a number that is made of theirs.
ELSEWHERE = {
    "people_person",
    "access_session",
    "access_phoneguard",
    "cases_case",
    "cases_entry",
    "cases_attachment",
}


def test_every_table_that_knows_persons_is_in_the_copy_or_says_why_not() -> None:
    knows = {column.table for column in columns() if column.name == "person_id"} | ELSEWHERE
    told = [section.table for section in SECTION_LIST]
    assert len(told) == len(set(told))
    assert set(told) & set(LEFT_OUT) == set()
    assert set(told) | set(LEFT_OUT) == knows


@pytest.mark.parametrize("section", SECTION_LIST, ids=lambda section: section.name)
def test_every_column_is_in_the_copy_or_says_why_not(section: Section) -> None:
    model = model_of(section.table)
    told = {model._meta.get_field(member.path.partition("__")[0]).column for member in members_of(section)}
    there = {column.name for column in columns() if column.table == section.table}
    assert told & set(section.left_out) == set()
    assert told | set(section.left_out) | {"id", section.person} == there | {"id"}


def test_everything_has_its_words() -> None:
    names = {member.name for section in SECTION_LIST for member in members_of(section)}
    reasons = {reason for section in SECTION_LIST for reason in section.left_out.values()} | set(LEFT_OUT.values())
    assert set(MEMBERS) == names
    assert set(SECTIONS) == {section.name for section in SECTION_LIST}
    assert set(REASONS) == reasons | {"masked"}


def test_what_is_sealed_or_hashed_is_never_written_as_it_stands() -> None:
    """Bytes are opened, masked, or the fingerprint of a file; a secret's hash opens nothing and is of no use to its owner."""
    for section in SECTION_LIST:
        for member in members_of(section):
            if member.kind == "BinaryField":
                assert member.sign in ("!", "~", "?", "#", "^") or member.name == "text", (section.name, member.name)
            assert not member.path.endswith(("_hash", "_index")), (section.name, member.name)
