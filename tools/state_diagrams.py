"""Write docs/states.md from the tables of states in the code, so that the documents cannot differ from it.

python tools/state_diagrams.py            write the file
python tools/state_diagrams.py --check    exit 1 when the committed file is not what would be written
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "states.md"
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))

from prakerja.kernel import states  # noqa: E402
from prakerja.kernel.states import StateMachine  # noqa: E402

HEAD = """# States

Written by `tools/state_diagrams.py` from the verbs that the contexts' `states.py` declare; house tests compare the drawing
with them, them with the calls that take a step, and both with the triggers of PostgreSQL, which refuse every beginning and
every step that is not drawn, whoever writes it ([ADR 0019](adr/0019-the-database-refuses-steps.md)). A state without an
arrow out of it is final. What a step moves in the ledger stands in [money.md](money.md).
"""


def machines() -> tuple[StateMachine, ...]:
    """Every table of states of the package, in the order of their names."""
    _set_up_django()
    return states.machines()


def document() -> str:
    """The whole text of docs/states.md."""
    parts = [HEAD]
    for machine in machines():
        parts.append(f"## {machine.name.capitalize()}\n\n```mermaid\n{machine.diagram()}\n```\n")
        ends = ", ".join(f"`{state}`" for state in machine.ends())
        sentences = [f"Ends as {ends}." if ends else "Never ends."]
        sentences += [
            f"{name}: {', '.join(f'`{state}`' for state in group)}." for name, group in machine.groups.items()
        ]
        parts.append(" ".join(sentences) + "\n")
    return "\n".join(parts)


def _set_up_django() -> None:
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prakerja.config.settings.test")
        import django

        django.setup()


def main(arguments: list[str]) -> int:
    text = document()
    if "--check" in arguments:
        is_same = DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == text
        if not is_same:
            print("docs/states.md is not what the code says: run tools/state_diagrams.py")
        return 0 if is_same else 1
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
