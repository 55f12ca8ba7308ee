"""Wave 21 is drawn (draw.md 2): each step by two operators, with the demo's beacon and witnesses, to the decided announcement.

Their commands make one call each; here the calls are made at once, because a process for each took longer than all the rest.
What anybody can do, to check the published folder, is done by the command.
"""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prakerja.cli.journeys.applying import PROVINCE
from prakerja.cli.journeys.browser import UnexpectedPage
from prakerja.cli.journeys.tools import prakerja, wib

if TYPE_CHECKING:
    from prakerja.access.actors import Actor

DRAW = "g21/1"
PREPARES, CONFIRMS = "menyetujui@prakerja.example", "mengesahkan@prakerja.example"
# The fifth lives in a province without a seat of its own, and the others leave none: whoever the draw puts first, they do not win.
OTHER_PROVINCE = "34"
WEIGHTS = {PROVINCE: 1, OTHER_PROVINCE: 0}


class StoryOfTheDraw:
    """What happens between the opening of the wave and its announcement, at the operators' side."""

    def __init__(self, story: Any) -> None:
        self.story = story
        self.timeline = story.timeline

    def opens(self, number: int, opens_at: datetime, closes_at: datetime, quota: int, *, at: datetime) -> None:
        """One operator proposes a wave, another announces it."""
        from prakerja.intake.operations import confirm_wave, prepare_wave

        first, second = _both()
        proposed = prepare_wave(number=number, opens_at=opens_at, closes_at=closes_at, quota=quota, actor=first, at=at)
        confirm_wave(wave_number=number, digest=proposed.digest, actor=second, at=at)

    def rules(self) -> None:
        """Before the wave opens."""
        from prakerja.draw import operations as draws

        at = self.story.at(wib(2021, 9, 16, 9, 30))
        with self.timeline.step(at, "operators", "publish by two signatures how wave 21 will be drawn"):
            first, second = _both()
            prepared = draws.prepare_rules(wave_number=21, weights=WEIGHTS, actor=first, at=at)
            draws.confirm_rules(draw_name=DRAW, digest=prepared.digest, actor=second, at=at)

    def tell(self, *, decree: str, announced_at: Any) -> None:
        """Once it is closed: list, commitment, randomness, result, publication, and when it is announced."""
        self.commit()
        self.draw()
        self.publish()
        self.decide(decree=decree, announced_at=announced_at)

    def commit(self) -> None:
        from prakerja.draw import operations as draws

        at = self.story.at(wib(2021, 9, 20, 8))
        with self.timeline.step(at, "operators", "fix the list of tickets and name randomness that does not exist yet"):
            first, second = _both()
            draws.make_list(draw_name=DRAW, actor=first, at=at)
            prepared = draws.prepare_commitment(draw_name=DRAW, actor=first, at=at)
            draws.confirm_commitment(draw_name=DRAW, digest=prepared.digest, actor=second, at=at)

    def draw(self) -> None:
        from prakerja.draw import operations as draws

        at = self.story.at(wib(2021, 9, 21, 10))
        with self.timeline.step(at, "operators", "enter the randomness, which proves itself, and draw wave 21"):
            first, second = _both()
            draws.fetch_round(draw_name=DRAW, number=0, actor=first, at=at)
            prepared = draws.prepare_result(draw_name=DRAW, actor=first, at=at)
            draws.confirm_result(draw_name=DRAW, digest=prepared.digest, actor=second, at=at)

    def publish(self) -> None:
        from prakerja.draw import operations as draws
        from prakerja.draw.queries import draws as states

        at = self.story.at(wib(2021, 9, 21, 12))
        with self.timeline.step(at, "operators", "publish the folder of the draw"):
            first, second = _both()
            prepared = draws.prepare_publication(draw_name=DRAW, actor=first, at=at)
            draws.confirm_publication(draw_name=DRAW, digest=prepared.digest, actor=second, at=at)
        with self.timeline.step(at, "anybody", "checks it without database or network: two winners, nothing bent"):
            with tempfile.TemporaryDirectory() as folder:
                keys = Path(folder) / "keys.json"
                keys.write_bytes(draws.trust().spelled())
                said = prakerja(
                    *("draw", "verify", str(states()[0].folder), "--keys", str(keys), "--json"),
                    data_dir=self.story.data_dir,
                )
            told = json.loads(said)
            if not told["holds"] or told["winners"] != 2:
                raise UnexpectedPage(f"the draw does not hold: {said}")

    def decide(self, *, decree: str, announced_at: Any) -> None:
        from prakerja.draw import operations as draws

        at = self.story.at(wib(2021, 9, 21, 15))
        with self.timeline.step(at, "operators", "decide decree and moment of the announcement: 22 September at 20.00"):
            first, second = _both()
            prepared = draws.prepare_awards(
                draw_name=DRAW, decree_number=decree, announced_at=announced_at, actor=first, at=at
            )
            draws.confirm_awards(draw_name=DRAW, digest=prepared.digest, actor=second, at=at)


def _both() -> tuple[Actor, Actor]:
    """Who prepares and who confirms."""
    from prakerja.access.permitting import operator_by_email

    return operator_by_email(email=PREPARES), operator_by_email(email=CONFIRMS)
