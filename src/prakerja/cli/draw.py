"""`prakerja draw …`: a wave's draw, step by step. `verify` needs neither a database nor a network.

Each step is given twice: by the operator who prepares it, and by another with `--confirm` and what the first one was told.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prakerja.cli import draw_awards, draw_showing, draw_verifying
from prakerja.cli.arguments import (
    SECOND_NEEDED,
    CommandError,
    Seldom,
    acting,
    answer,
    by_operator,
    common,
    instant,
    progress,
)
from prakerja.cli.database import database
from prakerja.cli.draw_steps import done, tell_step
from prakerja.cli.draw_verifying import read_small
from prakerja.cli.wave_planning import read_weights
from prakerja.kernel.errors import Refused

_VERBS = "rules|list|commit|enter|run|publish|files|award|recall|terms|void|take-back|stop|show|log|witness|cosign|keys|verify"


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("draw", help="a wave's draw, and whether a published one holds")
    verbs = family.add_subparsers(dest="verb", required=True, metavar=_VERBS)
    rules = _step(verbs, "rules", "publish how a wave will be drawn, before it opens", draw_is_known=False)
    rules.add_argument("--wave", type=int, required=True, metavar="22")
    rules.add_argument("--weights", type=Path, metavar="FILE", help="other weights than those of `wave strata`")
    rules.set_defaults(run=do_rules)
    listing = by_operator(common(verbs.add_parser("list", help="make the list of a closed wave, or go on with it")))
    listing.add_argument("draw", metavar="DRAW", help="as `show` names it: g22/1")
    listing.set_defaults(run=make_list)
    commit = _step(verbs, "commit", "fix the list, and name the randomness by which it will be drawn")
    commit.add_argument("--round-at", type=instant, metavar="INSTANT", help="drand's first round from then on")
    commit.add_argument("--pulse-at", type=instant, metavar="INSTANT", help="a pulse of the NIST beacon as well")
    commit.add_argument("--certificate", default="", metavar="HEX", help="SHA-512 of the certificate that signs it")
    commit.set_defaults(run=do_commit)
    enter = by_operator(common(verbs.add_parser("enter", help="what a source gave: entered by hand, or fetched")))
    enter.add_argument("draw", metavar="DRAW")
    enter.add_argument("--source", type=int, default=None, metavar="0", help="its number (the last one)")
    what = enter.add_mutually_exclusive_group(required=True)
    what.add_argument("--fetch", action="store_true", help="ask drand for the round")
    what.add_argument("--signature", metavar="HEX", help="the round's signature")
    what.add_argument("--pulse", type=Path, metavar="FILE", help="what the NIST beacon answered")
    what.add_argument("--absent", action="append", metavar="LINE", help="the line of a witness; give it twice")
    enter.add_argument("--certificate-file", type=Path, metavar="PEM", help="the certificate of a pulse")
    enter.set_defaults(run=do_enter)
    _step(verbs, "run", "rank and seat everybody by the randomness that is there").set_defaults(run=do_run)
    _step(verbs, "publish", "seal the folder, so that anybody can check it").set_defaults(run=do_publish)
    files = by_operator(common(verbs.add_parser("files", help="write the folder of a draw anew from the database")))
    files.add_argument("draw", metavar="DRAW", help="as `show` names it: g22/1")
    files.set_defaults(run=write_files)
    draw_awards.add_to(verbs)
    void = _step(verbs, "void", "end a draw without a result, by the rule")
    void.add_argument("--reason", choices=("source", "secret", "list"))
    void.set_defaults(run=do_void)
    back = by_operator(common(verbs.add_parser("take-back", help="let nobody confirm what was prepared any more")))
    back.add_argument("draw", metavar="DRAW", help="as `show` names it: g22/1")
    back.add_argument(
        "--step",
        required=True,
        metavar="STEP",
        help="as `show` names what waits: rules, commit, draw, publish, award, terms, void, recall-1",
    )
    back.add_argument("--digest", required=True, metavar="DIGEST", help="of what waits, as `show` says it")
    back.set_defaults(run=take_one_back)
    stop = by_operator(
        common(verbs.add_parser("stop", help="stop half way what was asked for by page; another's by two operators"))
    )
    stop.add_argument("draw", metavar="DRAW", help="as `show` names it: g22/1")
    stop.add_argument("--step", required=True, choices=("list", "commit", "draw", "publish"), help="what is on its way")
    stop.set_defaults(run=stop_one)
    draw_showing.add_to(verbs)
    witness = by_operator(
        common(verbs.add_parser("witness", help="know a witness of the log by their key: two say it"))
    )
    witness.add_argument("--key", required=True, metavar="KEY", help="name+id+key, as they tell it")
    witness.set_defaults(run=add_one_witness)
    cosign = by_operator(common(verbs.add_parser("cosign", help="take a witness's line under a checkpoint")))
    cosign.add_argument("--size", type=int, required=True, metavar="N")
    cosign.add_argument("--line", required=True, metavar="LINE")
    cosign.set_defaults(run=add_one_cosignature)
    common(verbs.add_parser("keys", help="whose signatures count, as a file for those who check")).set_defaults(
        run=show_keys
    )
    draw_verifying.add_to(verbs)


def _step(verbs: Any, name: str, words: str, *, draw_is_known: bool = True) -> argparse.ArgumentParser:
    parser = by_operator(common(verbs.add_parser(name, help=words)))
    if draw_is_known:
        parser.add_argument("draw", metavar="DRAW", help="as `show` names it: g22/1")
    parser.add_argument("--confirm", default="", metavar="DIGEST", help="confirm what another operator prepared")
    return parser


def do_rules(arguments: argparse.Namespace) -> int:
    """Prepare the rules of a wave's draw, or confirm them."""
    weights = None if arguments.weights is None else read_weights(arguments.weights)

    def prepare(at: Any) -> Any:
        from prakerja.draw.operations import prepare_rules

        return prepare_rules(wave_number=arguments.wave, weights=weights, actor=acting(arguments), at=at)

    def confirm(at: Any) -> Any:
        from prakerja.draw.operations import confirm_rules

        name = f"g{arguments.wave}/1"
        confirm_rules(draw_name=name, digest=arguments.confirm, actor=acting(arguments), at=at)

    return _taken(arguments, prepare, confirm)


def make_list(arguments: argparse.Namespace) -> int:
    """Make the list of a closed wave."""

    def work(at: Any) -> int:
        from prakerja.draw.operations import make_list as make

        def told(done: int) -> None:
            progress(f"{done} pendaftar · applicants")

        return make(draw_name=arguments.draw, actor=acting(arguments), at=at, progress=told)

    rows = done(arguments, work)
    answer({"draw": arguments.draw, "rows": rows})
    return 0


def do_commit(arguments: argparse.Namespace) -> int:
    """Prepare the commitment, or confirm it."""

    def prepare(at: Any) -> Any:
        from prakerja.draw.operations import prepare_commitment

        return prepare_commitment(
            draw_name=arguments.draw,
            actor=acting(arguments),
            at=at,
            round_at=arguments.round_at,
            pulse_at=arguments.pulse_at,
            certificate=arguments.certificate,
        )

    def confirm(at: Any) -> Any:
        from prakerja.draw.operations import confirm_commitment

        confirm_commitment(draw_name=arguments.draw, digest=arguments.confirm, actor=acting(arguments), at=at)

    return _taken(arguments, prepare, confirm)


def do_enter(arguments: argparse.Namespace) -> int:
    """Enter what a source gave; it is verified before it is kept."""

    def work(at: Any) -> int:
        from prakerja.draw import operations as draws
        from prakerja.draw.queries import draws as states

        known = next((one for one in states() if one.name == arguments.draw), None)
        number = arguments.source if arguments.source is not None else len(known.sources) - 1 if known else 0
        who = {"draw_name": arguments.draw, "number": number, "actor": acting(arguments), "at": at}
        if arguments.fetch:
            draws.fetch_round(**who)
        elif arguments.signature is not None:
            draws.enter_round(signature=arguments.signature, **who)
        elif arguments.absent:
            draws.attest_absence(lines=arguments.absent, **who)
        else:
            if arguments.certificate_file is None:
                raise CommandError(
                    "Sebutkan sertifikatnya: --certificate-file.", "Say its certificate: --certificate-file."
                )
            draws.enter_pulse(
                answer=read_small(arguments.pulse), certificate=read_small(arguments.certificate_file), **who
            )
        return number

    number = done(arguments, work)
    answer({"draw": arguments.draw, "source": number, "is_entered": True})
    return 0


def do_run(arguments: argparse.Namespace) -> int:
    """Prepare the result, or confirm it."""

    def prepare(at: Any) -> Any:
        from prakerja.draw.operations import prepare_result

        return prepare_result(
            draw_name=arguments.draw,
            actor=acting(arguments),
            at=at,
            progress=lambda done, total: progress(f"{done} / {total} urutan dan kursi · places and seats"),
        )

    def confirm(at: Any) -> Any:
        from prakerja.draw.operations import confirm_result

        confirm_result(draw_name=arguments.draw, digest=arguments.confirm, actor=acting(arguments), at=at)

    return _taken(arguments, prepare, confirm)


def do_publish(arguments: argparse.Namespace) -> int:
    """Prepare the publication, or confirm it."""

    def prepare(at: Any) -> Any:
        from prakerja.draw.operations import prepare_publication

        told = Seldom()

        def tell(done: int, total: int) -> None:
            if told.is_time() or done == total:
                progress(f"{done} / {total} berkas · files")

        return prepare_publication(draw_name=arguments.draw, actor=acting(arguments), at=at, progress=tell)

    def confirm(at: Any) -> Any:
        from prakerja.draw.operations import confirm_publication

        confirm_publication(draw_name=arguments.draw, digest=arguments.confirm, actor=acting(arguments), at=at)

    return _taken(arguments, prepare, confirm)


def do_void(arguments: argparse.Namespace) -> int:
    """Prepare the end of a draw without a result, or confirm it."""
    if not arguments.confirm and arguments.reason is None:
        raise CommandError("Sebutkan alasannya: --reason.", "Say why: --reason.")

    def prepare(at: Any) -> Any:
        from prakerja.draw.operations import prepare_void

        return prepare_void(draw_name=arguments.draw, reason=arguments.reason, actor=acting(arguments), at=at)

    def confirm(at: Any) -> Any:
        from prakerja.draw.operations import confirm_void

        confirm_void(draw_name=arguments.draw, digest=arguments.confirm, actor=acting(arguments), at=at)

    return _taken(arguments, prepare, confirm)


def take_one_back(arguments: argparse.Namespace) -> int:
    """Take back what one operator prepared, before another confirms it: their own alone, another's by two."""

    def work(at: Any) -> bool:
        from prakerja.draw.operations import take_back_step

        return take_back_step(
            draw_name=arguments.draw, step=arguments.step, digest=arguments.digest, actor=acting(arguments), at=at
        )

    is_back = done(arguments, work)
    answer({"draw": arguments.draw, "step": arguments.step, "is_taken_back": is_back})
    if not is_back:
        progress(SECOND_NEEDED)
    return 0


def stop_one(arguments: argparse.Namespace) -> int:
    """Stop what the worker is at: what this operator asked for alone, another's by two."""

    def work(at: Any) -> bool:
        from prakerja.draw.asking import asked_state
        from prakerja.draw.operations import stop_asked

        asked = asked_state(draw_name=arguments.draw)
        if asked is None or asked.step != arguments.step:
            raise Refused("nothing_asked")
        return stop_asked(draw_name=arguments.draw, asked_at=asked.asked_at, actor=acting(arguments), at=at)

    is_stopped = done(arguments, work)
    answer({"draw": arguments.draw, "step": arguments.step, "is_stopped": is_stopped})
    if not is_stopped:
        progress(SECOND_NEEDED)
    return 0


def _taken(arguments: argparse.Namespace, prepare: Callable[[Any], Any], confirm: Callable[[Any], Any]) -> int:
    """Prepare a step, or confirm it, and say what waits."""
    name = getattr(arguments, "draw", "") or f"g{arguments.wave}/1"
    return tell_step(arguments, done(arguments, confirm if arguments.confirm else prepare), draw=name)


def write_files(arguments: argparse.Namespace) -> int:
    """Write a folder anew."""

    def work(at: Any) -> list[str]:
        from prakerja.draw.operations import rewrite_files

        return rewrite_files(draw_name=arguments.draw, actor=acting(arguments), at=at)

    mended = done(arguments, work)
    answer({"draw": arguments.draw, "is_written": True, "mended": mended})
    return 0


def add_one_witness(arguments: argparse.Namespace) -> int:
    """Know a witness, once a second operator tells the same key."""

    def work(at: Any) -> bool:
        from prakerja.draw.operations import add_witness

        return add_witness(key=arguments.key, actor=acting(arguments), at=at)

    is_known = done(arguments, work)
    answer({"witness": arguments.key.partition("+")[0], "is_known": is_known})
    if not is_known:
        progress(SECOND_NEEDED)
    return 0


def add_one_cosignature(arguments: argparse.Namespace) -> int:
    """Take a witness's line."""

    def work(at: Any) -> None:
        from prakerja.draw.operations import add_cosignature

        add_cosignature(size=arguments.size, line=arguments.line, actor=acting(arguments), at=at)

    done(arguments, work)
    answer({"size": arguments.size, "is_cosigned": True})
    return 0


def show_keys(arguments: argparse.Namespace) -> int:
    """Print the file of keys that `verify` takes."""
    with database(arguments.data_dir):
        from prakerja.draw.operations import trust

        print(trust().spelled().decode(), end="")
    return 0
