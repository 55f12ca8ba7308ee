"""The bank of questions: enough of each kind, whole in both languages, and right where that can be computed."""

from __future__ import annotations

import ast
import operator
import re
from collections import Counter

import pytest

from prakerja.sittings.bank import KINDS, Question, bank

_SIGNS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def computed(node: ast.AST) -> float:
    """The value of a sum, without running anything else."""
    if isinstance(node, ast.Expression):
        return computed(node.body)
    if isinstance(node, ast.BinOp):
        return float(_SIGNS[type(node.op)](computed(node.left), computed(node.right)))
    assert isinstance(node, ast.Constant)
    return float(node.value)


def read(text: str, language: str) -> float:
    """A choice as a number: Rp12.500 in Indonesian, Rp12,500 in English."""
    digits = text.removeprefix("Rp")
    return float(digits.replace(".", "").replace(",", ".") if language == "id" else digits.replace(",", ""))


def of(kind: str) -> list[Question]:
    return [one for one in bank().values() if one.kind == kind]


def test_there_are_enough_and_no_two_are_the_same() -> None:
    counts = Counter(one.kind for one in bank().values())
    assert set(counts) == set(KINDS)
    assert sum(counts.values()) >= 120
    assert min(counts.values()) >= 36
    for language in ("id", "en"):
        texts = [(one.wording(language).passage, one.wording(language).text) for one in bank().values()]
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("key", sorted(one.key for one in of("numeracy")))
def test_a_sum_has_one_right_choice_in_both_languages(key: str) -> None:
    one = bank()[key]
    value = computed(ast.parse(one.sum, mode="eval"))
    for language in ("id", "en"):
        values = [read(choice, language) for choice in one.wording(language).choices]
        assert values.count(value) == 1
        assert values.index(value) == one.right
        assert len(set(values)) == 4


def test_numbers_are_the_same_in_both_languages() -> None:
    for one in of("numeracy"):
        digits = [re.findall(r"\d", one.wording(language).text) for language in ("id", "en")]
        # An English hour before ten has a nought more.
        assert sorted(digits[0]) == sorted(digits[1]) or ":" in one.en.text, one.key


def test_a_reading_has_four_different_choices_and_right_ones_are_spread() -> None:
    for one in of("literacy"):
        for language in ("id", "en"):
            words = one.wording(language)
            assert words.passage
            assert len(set(words.choices)) == 4
        assert one.right in range(4)
    for kind in ("literacy", "numeracy"):
        places = Counter(one.right for one in of(kind))
        assert max(places.values()) <= len(of(kind)) / 2


def test_nothing_is_wrong_about_oneself() -> None:
    for one in of("motivation"):
        assert (one.right, one.id.choices, one.choices) == (None, (), 5)
