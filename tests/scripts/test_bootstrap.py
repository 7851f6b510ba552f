"""The bootstrap runs on an old Python, and knows when there is nothing to do."""

from __future__ import annotations

import ast
from pathlib import Path

import bootstrap
import pytest


def test_an_old_python_can_read_the_bootstrap(repo: Path):
    ast.parse((repo / "scripts/bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lock and a project, and a `.venv` that was made there."""
    for name in ("requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    bootstrap.VENV.mkdir()
    bootstrap._stamp("project").write_text(bootstrap.json.dumps(bootstrap._state("project")), encoding="utf-8")
    return tmp_path


def test_what_was_made_from_this_lock_in_this_folder_is_not_made_again(elsewhere: Path):
    assert bootstrap._is_current("project")


def test_another_lock_is_installed(elsewhere: Path):
    (elsewhere / "requirements-dev.lock").write_text("other", encoding="utf-8")
    assert not bootstrap._is_current("project")


def test_a_folder_that_was_moved_gets_a_venv_of_its_own(elsewhere: Path, monkeypatch: pytest.MonkeyPatch):
    moved = elsewhere.rename(elsewhere.with_name("moved"))
    monkeypatch.setattr(bootstrap, "ROOT", moved)
    monkeypatch.setattr(bootstrap, "VENV", moved / ".venv")
    assert not bootstrap._is_current("project")
    assert not bootstrap._venv_is_ours()


def test_the_lock_names_a_uv_to_install():
    assert bootstrap._locked_uv().startswith("uv==")
    assert "--hash=sha256:" in bootstrap._locked_uv()
