"""Lists that people make with Excel: one reader for every import, and the file of what it did not take.

    with read_list(path, columns=COLUMNS) as found:
        for row in found.rows():
            row.line, row.values["nik"], row.problem

A list is an .xlsx workbook or a text file with separators, as any office programme writes it (ADR 0026). What a single row
cannot show, because the whole column suffered, refuses the list as a whole: `BrokenList`, whose sentence says the line, the
column and what to do. It knows no table and no rule of the programme; whoever imports says what the columns are.
"""

from prakerja.lists.columns import Column
from prakerja.lists.damage import Agreement
from prakerja.lists.leftovers import Leftovers
from prakerja.lists.memory import in_memory
from prakerja.lists.problems import BrokenList, sentence
from prakerja.lists.reader import Contents, PeoplesList, Row, Shape, read_list

__all__ = [
    "Agreement",
    "BrokenList",
    "Column",
    "Contents",
    "Leftovers",
    "PeoplesList",
    "Row",
    "Shape",
    "in_memory",
    "read_list",
    "sentence",
]
