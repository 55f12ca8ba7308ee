"""What a database is, and which ones are refused with a sentence."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from prakerja.cli.arguments import CommandError
from prakerja.cli.installation import check_installation, install, migrate
from prakerja.kernel.errors import CannotRun
from prakerja.kernel.models import Installation
from prakerja.people.models import Person
from prakerja.programmes.models import SchemeVersion
from prakerja.programmes.operations import install_scheme
from prakerja.programmes.schemes import scheme_by_key
from tests import builders

pytestmark = pytest.mark.django_db


def _named(world: str, *, fingerprint: str | None = None) -> None:
    builders.install()
    Installation.objects.update(world=world)
    if fingerprint is not None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE kernel_installation DISABLE TRIGGER USER")
            cursor.execute("UPDATE kernel_installation SET keys_fingerprint = %s", [fingerprint])
            cursor.execute("ALTER TABLE kernel_installation ENABLE TRIGGER USER")


def test_an_empty_database_is_none_yet() -> None:
    with pytest.raises(CommandError, match="nothing in this database yet"):
        check_installation()


def test_a_finished_one_is_found() -> None:
    _named("empty")
    assert check_installation().world == "empty"


def test_other_keys_are_refused() -> None:
    _named("empty", fingerprint="0" * 32)
    with pytest.raises(CommandError, match="keys in this data folder are not those"):
        check_installation()
    with pytest.raises(CommandError, match="keys in this data folder are not those"):
        install(world=None, may_wipe=True)


def _stored(key: str) -> SchemeVersion:
    with transaction.atomic():
        return install_scheme(scheme=scheme_by_key(key))


def test_rules_that_were_edited_in_place_are_refused() -> None:
    """The edit would reach nobody who was awarded before, and everybody's pages: a new version is the way."""
    _named("empty")
    version = _stored("2021")
    migrate()
    assert check_installation().world == "empty"
    version.data["otp"]["tries"] = 5
    version.data["videos"]["seconds"] = 30
    version.save(update_fields=["data"])
    for refused in (migrate, check_installation):
        with pytest.raises(
            CommandError, match=r"\(2021: otp\.tries, videos\.seconds\).*publish the change as a new one"
        ):
            refused()


def test_rules_that_only_a_column_tells_otherwise_are_refused() -> None:
    _named("empty")
    _stored("2023")
    SchemeVersion.objects.update(otp_life_s=600)
    with pytest.raises(CommandError, match=r"\(2023: otp_life_s\)"):
        check_installation()


def test_a_version_that_this_program_does_not_know_is_refused() -> None:
    _named("empty")
    _stored("2023")
    SchemeVersion.objects.update(code="2024")
    with pytest.raises(CommandError, match=r"\(2024: key\)"):
        check_installation()


def test_a_half_made_world_is_nobodys_to_use() -> None:
    _named("half-made:g21")
    with pytest.raises(CommandError, match="was not finished"):
        check_installation()


def test_a_half_made_world_in_a_foreign_database_is_left_alone() -> None:
    _named("half-made:g21")
    with pytest.raises(CommandError, match="interrupted"):
        install(world="g21", may_wipe=False)
    assert Installation.objects.get().world == "half-made:g21"


def test_the_world_that_is_there_stays() -> None:
    _named("empty")
    assert install(world=None, may_wipe=True).world == "empty"
    assert install(world="empty", may_wipe=True).world == "empty"


def test_another_world_is_refused() -> None:
    _named("empty")
    with pytest.raises(CommandError, match="holds the world empty, not g21"):
        install(world="g21", may_wipe=True)
    assert Person.objects.count() == 0


def test_production_never_becomes_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_ENV", "production")
    with pytest.raises(CommandError, match="makes no sandbox"):
        install(world="empty", may_wipe=True)
    assert not Installation.objects.exists()


def test_a_database_newer_than_the_program_is_refused() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '0099_future', now())")
    for refused in (migrate, check_installation):
        with pytest.raises(CannotRun, match=r"newer than this program \(people\.0099_future\)"):
            refused()
