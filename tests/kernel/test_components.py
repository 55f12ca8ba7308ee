"""Which commit the files are of: from a checkout, a worktree, or the archive of a release."""

from __future__ import annotations

from pathlib import Path

import pytest

from prakerja.kernel.components import commit

FIRST, SECOND = "a1" * 20, "b2" * 20


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    written(tmp_path / ".git/HEAD", "ref: refs/heads/main\n")
    return tmp_path


def test_a_branch(repository: Path, tmp_path: Path) -> None:
    written(repository / ".git/refs/heads/main", f"{FIRST}\n")
    assert commit(repository, tmp_path / "none") == FIRST


def test_a_branch_that_git_packed(repository: Path, tmp_path: Path) -> None:
    written(repository / ".git/packed-refs", f"# pack-refs\n{SECOND} refs/heads/other\n{FIRST} refs/heads/main\n")
    assert commit(repository, tmp_path / "none") == FIRST


def test_no_branch(repository: Path, tmp_path: Path) -> None:
    written(repository / ".git/HEAD", f"{SECOND}\n")
    assert commit(repository, tmp_path / "none") == SECOND


def test_a_worktree(repository: Path, tmp_path: Path) -> None:
    written(repository / ".git/refs/heads/side", f"{SECOND}\n")
    written(repository / ".git/worktrees/side/HEAD", "ref: refs/heads/side\n")
    written(repository / ".git/worktrees/side/commondir", "../..\n")
    written(tmp_path / "side/.git", f"gitdir: {repository}/.git/worktrees/side\n")
    assert commit(tmp_path / "side", tmp_path / "none") == SECOND


def test_an_archive(tmp_path: Path) -> None:
    assert commit(tmp_path, written(tmp_path / "commit.txt", f"{FIRST}\n")) == FIRST
    assert commit(tmp_path, written(tmp_path / "commit.txt", "$Format:%H$\n")) == ""
    assert commit(tmp_path, tmp_path / "none") == ""
