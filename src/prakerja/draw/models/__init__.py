"""Draws, their documents and signatures, the list that they are made of, and what came of it; Django looks for the rows here."""

from prakerja.draw.models.awardings import Awarding, Dropped, Recalled, Released
from prakerja.draw.models.documents import (
    Cosignature,
    Document,
    LogCheckpoint,
    LogEntry,
    ProposedWitness,
    SignedNote,
    SigningKey,
)
from prakerja.draw.models.draws import ApplicantList, Draw, PriorityGroup, Stratum
from prakerja.draw.models.entries import Draft, Entry, FamilyNonce, Outcome, RandomValue
from prakerja.draw.models.steps import AskedSimulation, AskedStep, Step

__all__ = [
    "ApplicantList",
    "AskedSimulation",
    "AskedStep",
    "Awarding",
    "Cosignature",
    "Document",
    "Draft",
    "Draw",
    "Dropped",
    "Entry",
    "FamilyNonce",
    "LogCheckpoint",
    "LogEntry",
    "Outcome",
    "PriorityGroup",
    "ProposedWitness",
    "RandomValue",
    "Recalled",
    "Released",
    "SignedNote",
    "SigningKey",
    "Step",
    "Stratum",
]
