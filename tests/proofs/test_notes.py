"""Signed notes, keys, checkpoints and cosignatures: the published vector, and whatever is spelled otherwise."""

from __future__ import annotations

import pytest

from prakerja.proofs import canonical
from prakerja.proofs.inclusion_notes import InclusionNote
from prakerja.proofs.merkle import Tree, inclusion_path, leaf_hash
from prakerja.proofs.notes import (
    COSIGNATURE,
    Checkpoint,
    Note,
    NoteError,
    Signature,
    Signer,
    Verifier,
    from_base64,
    sign,
)

# The example of C2SP's signed-note.
KEY = Verifier.read("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
LINE = (
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
TEXT = "This is an example message.\n"
WITNESS = Signer("witness.example", bytes(31) + b"\x01", COSIGNATURE)
OTHER = Signer("other.example", bytes(31) + b"\x02")


def test_the_published_note() -> None:
    note = Note.read((TEXT + "\n" + LINE).encode())
    assert note.text == TEXT
    assert note.signatures([KEY]) == [Signature(KEY, None)]
    assert KEY.spelled().endswith("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")


@pytest.mark.parametrize(
    "content",
    [
        (TEXT + "\n" + LINE + "\n").encode(),
        (TEXT + LINE).encode(),
        (TEXT + "\n" + LINE[:-1]).encode(),
        (TEXT + "\n" + LINE.replace("— ", "- ")).encode(),
        (TEXT + "\n" + LINE.replace("\n", "\r\n")).encode(),
        ("Two\n\nparts\n" + "\n" + LINE).encode(),
        (TEXT + "\n" + LINE).encode()[:-1] + b"\xff",
        b"",
    ],
)
def test_what_is_no_note(content: bytes) -> None:
    with pytest.raises(NoteError):
        Note.read(content).signatures([KEY])


def test_every_flipped_bit_of_a_note_is_seen() -> None:
    text = Checkpoint("example.com/log", 7, bytes(range(32))).text()
    note = Note(text, (OTHER.line(text), WITNESS.cosignature(text, seconds=1_784_000_000)))
    known, content = [OTHER.verifier, WITNESS.verifier], note.spelled()
    assert Note.read(content).signatures(known) == [
        Signature(OTHER.verifier, None),
        Signature(WITNESS.verifier, 1_784_000_000),
    ]
    for bit in range(len(content) * 8):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NoteError):
            Note.read(bytes(changed)).signatures(known)


def test_a_line_that_nobody_knows_and_a_second_one_are_refused() -> None:
    note = sign(TEXT, [OTHER])
    with pytest.raises(NoteError, match="no key that we know"):
        note.signatures([KEY])
    with pytest.raises(NoteError, match="signed twice"):
        Note(TEXT, note.lines * 2).signatures([OTHER.verifier])
    # A witness's key signs no note, and a note's no checkpoint of a witness.
    with pytest.raises(NoteError, match="no key that we know"):
        note.signatures([Verifier(OTHER.name, OTHER.verifier.public, COSIGNATURE)])


def test_keys_have_one_spelling() -> None:
    spelled = WITNESS.verifier.spelled()
    assert Verifier.read(spelled) == WITNESS.verifier
    for wrong in (spelled.replace("+", "-"), spelled[:-1], spelled.replace("witness", "Witness"), "a b+00000000+AQ=="):
        with pytest.raises(NoteError):
            Verifier.read(wrong)
    for name in ("a b", "a+b", ""):
        with pytest.raises(NoteError):
            Verifier(name, bytes(32))


def test_base64_has_one_spelling() -> None:
    assert from_base64("AQ==") == b"\x01"
    # The decoder of the library takes the first of these for the same byte.
    for other in ("AR==", "AQ=", "AQ", "AQ==\n", "A Q==", "-_=="):
        with pytest.raises(NoteError):
            from_base64(other)


def test_a_checkpoint_is_three_lines() -> None:
    checkpoint = Checkpoint("example.com/log", 12, bytes(32))
    assert Checkpoint.read(checkpoint.text()) == checkpoint
    for wrong in ("a\n012\n", "a\n1\nAA==\n", checkpoint.text() + "more\n", checkpoint.text()[:-1], "\n1\n"):
        with pytest.raises(NoteError):
            Checkpoint.read(wrong)


def test_a_proof_is_one_file() -> None:
    rows = [f"row {number}".encode() for number in range(11)]
    tree = Tree()
    for row in rows:
        tree.add(row)
    note = sign(Checkpoint("example.com/list", tree.size, tree.root()).text(), [OTHER])
    for index, row in enumerate(rows):
        path = tuple(inclusion_path([leaf_hash(one) for one in rows], index))
        content = InclusionNote(index, path, note).spelled()
        proof = InclusionNote.read(content)
        checkpoint, signed = proof.prove(row, [OTHER.verifier])
        assert (checkpoint.origin, checkpoint.size, signed[0].by) == ("example.com/list", 11, OTHER.verifier)
        with pytest.raises(NoteError, match="not in the list"):
            proof.prove(row + b" ", [OTHER.verifier])
        with pytest.raises(NoteError):
            InclusionNote.read(content.replace(b"index ", b"index 0")).prove(row, [OTHER.verifier])


def test_documents_have_one_spelling() -> None:
    value = {"b": [1, None, True], "a": {"text": "x"}}
    assert canonical.spelled(value) == b'{"a":{"text":"x"},"b":[1,null,true]}'
    assert canonical.read(canonical.spelled(value)) == value
    for wrong in (
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":NaN}',
        b'{"a":9007199254740992}',
        b'{"a":"\\u00e9"}',
        '{"a":"é"}'.encode(),
        b'{"a":"\\n"}',
        b"[" * 100_000,
    ):
        with pytest.raises(canonical.NotCanonical):
            canonical.read(wrong)
    for never in (1.5, {"a": 2**53}, {1: "a"}, "é", object()):
        with pytest.raises(canonical.NotCanonical):
            canonical.spelled(never)
