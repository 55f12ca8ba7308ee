"""From a stranger to a person: the answers of somebody who registers, the civil registry's word about them, and what follows.

A registration is keyed by the id that its person will have. What is unique across people is claimed by `people` at the end;
until then nobody's NIK is held by whoever typed it (ADR 0033).
"""
