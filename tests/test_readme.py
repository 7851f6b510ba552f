"""The commands that the pages show are run, and print what the pages say that they print; `make readme` renews them."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from readme import PAGES, Shown, agrees, run, shown_in, trimmed

LEFT_OUT = {"build", "demo", "dist"}


@pytest.fixture
def checkout(repo: Path, tmp_path: Path) -> Path:
    """A folder that looks like the checkout and takes what the commands write."""
    for path in repo.iterdir():
        if not path.name.startswith(".") and path.name not in LEFT_OUT:
            (tmp_path / path.name).symlink_to(path)
    return tmp_path


@pytest.mark.parametrize("name", PAGES)
def test_the_commands_of_the_readme_print_what_it_shows(name: str, repo: Path, checkout: Path):
    for shown in shown_in((repo / name).read_text(encoding="utf-8")):
        done = run(shown.command, checkout, PAGES[name])
        actual = trimmed(done.stdout)
        difference = "\n".join(difflib.unified_diff(shown.printed, actual, "shown", "printed", lineterm=""))
        assert agrees(shown.printed, actual), f"{name}:{shown.line}: $ {shown.command}\n{difference}"
        # 1 says that some rows were refused or faults found, which a README may well show.
        assert done.returncode in {0, 1}, f"{name}:{shown.line}: $ {shown.command} left {done.returncode}"


def test_a_command_goes_on_after_a_backslash_and_its_output_follows():
    text = "words\n\n```console\n$ echo a \\\n    b\na b\n\n$ true\n```\n\n```sh\nmake test\n```\n"
    assert shown_in(text) == [Shown(4, "echo a \\\n    b", ("a b",)), Shown(8, "true", ())]


def test_three_dots_stand_for_any_lines_and_nothing_else_does():
    assert agrees(("a", "...", "d"), ["a", "b", "c", "d"])
    assert agrees(("a", "...", "d"), ["a", "d"])
    assert not agrees(("a", "d"), ["a", "b", "d"])
    assert not agrees(("a.",), ["ab"])
