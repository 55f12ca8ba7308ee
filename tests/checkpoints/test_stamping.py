"""The public log is stamped by an authority of time that is another program (openssl), and what it did not say is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from prakerja.checkpoints import stamping
from prakerja.checkpoints.days import sign_days
from prakerja.checkpoints.folder import log_folder
from prakerja.checkpoints.models import Stamp
from prakerja.checkpoints.stamping import next_stamp, stamp_log
from prakerja.config.settings.certificates import certificates_in
from prakerja.draw import operations as draws
from prakerja.draw.models import LogCheckpoint
from prakerja.draw.protocol.folder import Directory
from prakerja.draw.protocol.log_verifying import verify_log
from prakerja.kernel.clock import WIB
from prakerja.proofs.time_stamps import StampError, question_about, stamped_at
from tests import builders
from tests.checkpoints.authority import Authority, authority

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = datetime(2021, 9, 23, 0, 10, tzinfo=WIB)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("authority")) as found:
        yield found


@pytest.fixture
def stamper(running: Authority, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))
    settings.TIME_STAMP_URL = running.url
    settings.TIME_STAMP_ROOTS = certificates_in(str(running.roots))
    stamping.try_again()
    builders.participant(builders.world())
    sign_days(at=NIGHT)
    yield running
    running.instead = None
    stamping.try_again()


def fourth() -> bool | None:
    report = verify_log(files=Directory(log_folder()), trust=draws.trust())
    return report.checks[-1].holds


def test_the_log_is_stamped_and_anybody_can_check_it(stamper: Authority) -> None:
    assert next_stamp() == NIGHT
    assert stamp_log(at=NIGHT) == 1
    stamp = Stamp.objects.get()
    assert fourth() is True
    # The judge is the other program.
    text = LogCheckpoint.objects.get().text.encode()
    answer = (log_folder() / "log/stamps/000001.tsr").read_bytes()
    assert answer == bytes(stamp.answer)
    assert stamper.judges(text, answer)
    assert not stamper.judges(text + b"x", answer)
    # Nothing is stamped twice.
    assert (next_stamp(), stamp_log(at=NIGHT)) == (None, 0)
    # Every changed byte is found, by us as by openssl.
    for place in range(0, len(answer), 97):
        bent = answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]
        (log_folder() / "log/stamps/000001.tsr").write_bytes(bent)
        assert fourth() is False or stamper.judges(text, bent), place


@pytest.mark.parametrize("how", ["another", "replayed", "nonsense", "another_root"])
def test_what_the_authority_did_not_say_is_not_kept(
    stamper: Authority, how: str, settings: Any, tmp_path: Path
) -> None:
    text = LogCheckpoint.objects.get().text.encode()
    if how == "another":
        stamper.instead = stamper.answer(question_about(b"another log").content)
    elif how == "replayed":
        stamper.instead = stamper.answer(question_about(text).content)
    elif how == "nonsense":
        stamper.instead = b"0\x82"
    else:
        with authority(tmp_path / "other") as other:
            settings.TIME_STAMP_ROOTS = certificates_in(str(other.roots))
    assert (stamp_log(at=NIGHT), Stamp.objects.count()) == (0, 0)
    # It is left alone for a while.
    assert next_stamp() is None


def test_a_stamp_says_when_and_only_of_its_own_data(running: Authority) -> None:
    roots = certificates_in(str(running.roots))
    asked = question_about(b"data")
    answer = running.answer(asked.content)
    assert stamped_at(answer, data=b"data", roots=roots, nonce=asked.nonce).tzinfo is not None
    for wrong in ({"data": b"other"}, {"roots": ()}, {"nonce": 1}):
        with pytest.raises(StampError):
            stamped_at(answer, **{"data": b"data", "roots": roots, "nonce": asked.nonce, **wrong})  # type: ignore[arg-type]
