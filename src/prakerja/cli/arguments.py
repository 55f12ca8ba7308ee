"""What every command shares: its options, how it says something, how it reads durations and instants."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prakerja.kernel.clock import WIB, parse_instant
from prakerja.kernel.errors import CannotRun
from prakerja.kernel.money import format_rupiah

if TYPE_CHECKING:
    from prakerja.access.actors import Actor

_MOST = 1_000_000_000
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class CommandError(CannotRun):
    """A command cannot do what it was asked."""


def common(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The options that every command takes."""
    parser.add_argument(
        "--data-dir", type=Path, default=None, help="folder of the embedded database (else DATABASE_URL is used)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    return parser


def by_operator(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The option of a command that is an operator's act: whose it is. Without it, it is the machine's."""
    parser.add_argument("--operator", default="", metavar="E", help="the address of the operator who decided")
    return parser


def acting(arguments: argparse.Namespace) -> Actor:
    """Whose act this command is. Raises Refused: operator_unknown."""
    from prakerja.access.actors import Actor
    from prakerja.access.permitting import operator_by_email

    return operator_by_email(email=arguments.operator) if arguments.operator else Actor.system("command")


def when(instant: datetime | str | None) -> tuple[str, str]:
    """An exclusive end for people, Indonesian and English: the last minute that is in time, in WIB."""
    if not isinstance(instant, datetime):
        return "?", "?"
    last = (instant - timedelta(minutes=1)).astimezone(WIB)
    return f"{last:%Y-%m-%d} pukul {last:%H.%M} WIB", f"{last:%Y-%m-%d} {last:%H:%M} WIB"


def in_words(sentence: tuple[str, str], details: Mapping[str, Any]) -> tuple[str, str]:
    """A sentence in both languages with what a refusal says: rupiah as money, the last minute before an instant as `deadline_id` and `deadline_en`, the instant as `deadline_itself`, "?" for what it does not."""
    values: dict[str, Any] = _Unsaid(details)
    for name, value in details.items():
        if isinstance(value, datetime):
            values[f"{name}_id"], values[f"{name}_en"] = when(value)
            values[f"{name}_itself"] = f"{value.astimezone(WIB):%Y-%m-%d %H:%M} WIB"
    for name in ("needed", "available"):
        if isinstance(details.get(name), int):
            values[name] = format_rupiah(details[name])
    return sentence[0].format_map(values), sentence[1].format_map(values)


class _Unsaid(dict[str, Any]):
    """What nobody said is a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"


def deadline_sentences(details: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Refusals of every command that sets a date which ends something."""
    of = _WHAT_ENDS.get(str(details.get("what")), ("batas waktu", "the deadline"))
    until = when(details.get("deadline"))
    left, needed = details.get("days_left"), details.get("needed")
    return {
        "deadline_not_ahead": (
            f"Ditolak: {of[0]} akan berakhir {until[0]}, yang sudah lewat. Tidak ada yang diubah.",
            f"Refused: {of[1]} would end {until[1]}, which has passed. Nothing was changed.",
        ),
        "deadline_close": (
            f"Ditolak: {of[0]} akan berakhir {until[0]}, tinggal {left} hari penuh; kurang dari {needed} hari perlu "
            "penegasan dengan nama: --confirm-short-deadline ALAMAT-OPERATOR.",
            f"Refused: {of[1]} would end {until[1]}, with {left} full days left; fewer than {needed} need a confirmation by "
            "name: --confirm-short-deadline OPERATOR'S-ADDRESS.",
        ),
        "name_missing_for_confirmation": (
            "Penegasan batas waktu yang pendek perlu nama seorang operator.",
            "A short deadline is confirmed by an operator's name.",
        ),
    }


_WHAT_ENDS = {
    "purchase": ("batas pembelian pertama", "the deadline of the first purchase"),
    "balance": ("masa pakai saldo", "the use of the balance"),
    "complete": ("batas menyelesaikan pelatihan", "the deadline of completion"),
    "review": ("batas ulasan", "the deadline of the review"),
    "survey": ("batas survei", "the deadline of the surveys"),
    "link": ("batas menyambungkan rekening", "the deadline of linking an account"),
}

# Refusals that every command may meet which acts for an operator.
OPERATOR_SENTENCES = {
    "operator_unknown": (
        "Tidak ada operator aktif dengan alamat itu.",
        "There is no active operator with that address.",
    ),
    "not_permitted": ("Peran operator itu tidak mengizinkan ini.", "That operator's roles do not allow this."),
}


# What one operator asks for, and a second one does.
SECOND_NEEDED = "Belum terjadi: petugas lain memberi perintah yang sama. · Nothing happened yet: another operator gives the same command."


def duration(text: str) -> timedelta:
    """`30d`, `1h30m`, `90s` → a span of time."""
    found = re.findall(r"([0-9]+)([smhdw])", text)
    if not found or "".join(number + unit for number, unit in found) != text:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: use numbers with s, m, h, d or w, as in 1d12h")
    try:
        return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in found), timedelta())
    except OverflowError:
        raise argparse.ArgumentTypeError(f"{text!r} is longer than any programme") from None


def instant(text: str) -> datetime:
    """ISO 8601; without a zone it is WIB."""
    try:
        return parse_instant(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no instant: use ISO 8601, as in 2021-10-22T00:05 (WIB unless it says otherwise)"
        ) from None


def positive(text: str) -> int:
    """A number that can be a price or a count of seats."""
    if not text.isascii() or not text.isdigit() or len(text) > 20 or not 0 < int(text) <= _MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {_MOST}")
    return int(text)


def progress(text: str) -> None:
    """A line for whoever watches; standard output belongs to the answer."""
    print(text, file=sys.stderr, flush=True)


class Seldom:
    """Whether it is time to say again how far something is: a line a second, not one for each piece."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def is_time(self) -> bool:
        """A second has passed since it last was."""
        moment = time.monotonic()
        if moment - self._said < 1:
            return False
        self._said = moment
        return True


def tell_found(arguments: argparse.Namespace, value: Any) -> None:
    """What a command that only looks found: for people a line for each thing, with --json the one JSON document."""
    if arguments.json:
        answer(value)
    else:
        print("\n".join(_in_lines(value, "")) or "–", flush=True)


def _in_lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            if isinstance(one, dict | list):
                first, *rest = _in_lines(one, indent + "  ") or [indent]
                yield f"{indent}- {first.strip()}"
                yield from rest
            else:
                yield f"{indent}- {_plain(one)}"
        if not value:
            yield f"{indent}–"
        return
    for name, one in value.items():
        words = name.replace("_", " ")
        if isinstance(one, dict | list) and one:
            yield f"{indent}{words}:"
            yield from _in_lines(one, indent + "  ")
        else:
            yield f"{indent}{words}: {_plain(one)}"


def _plain(value: Any) -> str:
    """Instants in WIB, numbers in groups; nothing is a dash."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return "ya · yes" if value else "tidak · no"
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d", text):
        return f"{datetime.fromisoformat(text).astimezone(WIB):%Y-%m-%d %H:%M:%S} WIB"
    return text


def answer(value: Any) -> None:
    """The one JSON document of a command, on one line."""
    print(json.dumps(value, ensure_ascii=False, default=str), flush=True)
