"""Draws as anybody may see them: how one works, each wave's numbers, its files, and the page that checks them in the browser."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from prakerja.checkpoints.queries import days, log_file
from prakerja.draw.keys import trust
from prakerja.draw.public import (
    RECALL_ZIP,
    PublicDraw,
    PublicFile,
    public_draw,
    public_draws,
    public_file,
    public_files,
    public_recalls,
    public_zip,
)
from prakerja.intake.queries import WavePeriod, all_waves, wave_period
from prakerja.kernel import clock
from prakerja.portal.draw_words import STAGES, VOID_REASONS, Stage, figures_of, stage_of, steps_of
from prakerja.portal.eligibility_words import PRIORITY_WORDS
from prakerja.portal.files import file_answer
from prakerja.portal.pages import anyone, page
from prakerja.registrations.regions import PROVINCES, province_name

# What there is at a published draw besides its rows, for the list of files.
_ROWS = ("list/", "results/")


@anyone
@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """How a draw works, and every wave with how far it is."""
    at = clock.now()
    latest: dict[int, PublicDraw] = {}
    for one in public_draws():
        latest.setdefault(one.wave, one)
    waves = [(one, latest.get(one.number), _stage(one, latest.get(one.number), at=at)) for one in all_waves()]
    return page(request, "draws", section="draws", waves=waves, days=days(most=7))


@anyone
@require_safe
def draw_wave(request: HttpRequest, wave: int) -> HttpResponse:
    """One wave: its numbers, its steps with their times, its files, and what became of draws before."""
    at = clock.now()
    found = wave_period(number=wave)
    if found is None:
        raise Http404
    of_wave = public_draws(wave_number=wave)
    now = of_wave[0] if of_wave else None
    return page(
        request,
        "draw_wave",
        section="draws",
        wave=found,
        draw=now,
        before=of_wave[1:],
        stage=_stage(found, now, at=at),
        steps=steps_of(wave=found, draw=now, at=at),
        figures=figures_of(now),
        void_reasons=VOID_REASONS,
        groups=[
            (one, PRIORITY_WORDS.get(now.letters.get(one.code, ""), one.code))
            for one in (now.rules.groups if now.rules is not None else ())
        ]
        if now is not None
        else [],
        province_name=province_name,
    )


@anyone
@require_safe
def draw_check(request: HttpRequest, wave: int, draw: int) -> HttpResponse:
    """The page that checks a draw, or one's own row of it, in the browser: it works when it is saved, and sends nothing."""
    found = _known(wave, draw)
    files = public_files(wave_number=wave, number=draw)
    recalls: dict[str, list[str]] = {}
    for name in public_recalls(wave_number=wave, number=draw):
        recall, _, file = name.partition("/")
        if file != RECALL_ZIP:
            recalls.setdefault(recall, []).append(file)
    return page(
        request,
        "draw_check",
        section="draws",
        draw=found,
        sizes=json.dumps({name: told.size if told is not None else 0 for name, told in files.items()}),
        recalls=json.dumps(recalls),
        recall_names=list(recalls),
        provinces=json.dumps(dict(PROVINCES)),
        total=sum(told.size for told in files.values() if told is not None),
        trust=trust().spelled().decode(),
    )


@anyone
@require_safe
def draw_files(request: HttpRequest, wave: int, draw: int) -> HttpResponse:
    """The list of a draw's files."""
    found = _known(wave, draw)
    files = public_files(wave_number=wave, number=draw)
    return page(
        request,
        "draw_files",
        section="draws",
        draw=found,
        documents=[(name, told) for name, told in files.items() if not name.startswith(_ROWS)],
        recalls=[(name, None) for name in public_recalls(wave_number=wave, number=draw)],
        rows=[(name, told) for name, told in files.items() if name.startswith(_ROWS)],
    )


@anyone
@require_safe
def draw_file(request: HttpRequest, wave: int, draw: int, name: str) -> HttpResponseBase:
    """One file of a draw, as it lies in the folder."""
    found = public_file(wave_number=wave, number=draw, name=name)
    if found is None:
        raise Http404
    return file_answer(request, found)


@anyone
@require_safe
def draw_zip(request: HttpRequest, wave: int, draw: int) -> HttpResponseBase:
    """The whole folder in one file."""
    found = public_zip(wave_number=wave, number=draw)
    if found is None:
        raise Http404
    return file_answer(request, found, saved_as=found.path.name)


@anyone
@require_safe
def log_page_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """One file of the public log: documents, checkpoints, stamps, the ledger's tiles."""
    found = log_file(name=name)
    if found is None:
        raise Http404
    return file_answer(request, PublicFile(found, found.stat().st_size, ""))


@anyone
@require_safe
def draw_keys(request: HttpRequest) -> HttpResponse:
    """Whose signatures count, as the two programs read it. Whoever trusts nobody here takes it from elsewhere."""
    answer = HttpResponse(trust().spelled(), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="kunci.json"'
    return answer


def _known(wave: int, number: int) -> PublicDraw:
    found = public_draw(wave_number=wave, number=number)
    if found is None:
        raise Http404
    return found


def _stage(wave: WavePeriod, draw: PublicDraw | None, *, at: object) -> Stage:
    return STAGES[stage_of(wave=wave, draw=draw, at=at)]  # type: ignore[arg-type]
