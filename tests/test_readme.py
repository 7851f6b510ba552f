"""The commands that the READMEs show are run, and print what the READMEs say that they print."""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

READMES = {"README.md": "en", "README.zh-CN.md": "zh-hans"}
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = {"build", "demo", "dist"}


@dataclass(frozen=True)
class Shown:
    """A command as a README shows it: the line it stands on, and the lines printed below it."""

    line: int
    command: str
    printed: tuple[str, ...]


def shown_in(text: str) -> list[Shown]:
    """Give the commands of the ```console blocks: `$ ` begins one, a backslash at its end continues it."""
    found = []
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(1)) + 1
        for number, line in enumerate(block[1].splitlines(), first):
            if line.startswith("$ "):
                found.append(Shown(number, line[2:], ()))
            elif not found or number == first:
                raise AssertionError(f"line {number}: a console block begins with `$ ` and a command")
            elif found[-1].command.endswith("\\") and not found[-1].printed:
                found[-1] = Shown(found[-1].line, f"{found[-1].command}\n{line}", ())
            else:
                found[-1] = Shown(found[-1].line, found[-1].command, (*found[-1].printed, line.rstrip()))
    return [Shown(one.line, one.command, tuple(trimmed("\n".join(one.printed)))) for one in found]


def agrees(expected: tuple[str, ...], actual: list[str]) -> bool:
    """Whether what was printed is what is shown; `...` alone on a line stands for any lines, or none."""
    pattern = "".join(r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in actual)) is not None


def trimmed(text: str) -> list[str]:
    """Give the lines without trailing blanks, and without blank lines at the end."""
    return [line.rstrip() for line in text.rstrip().splitlines()]


def run(command: str, folder: Path, language: str) -> subprocess.CompletedProcess[str]:
    """Run `command` as a reader would who is in the checkout, with a terminal of 100 columns and no colours."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XINHENG_LANG": language,
        "PYTHONUTF8": "1",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
    return subprocess.run(
        ["bash", "-c", f"exec 2>&1; {command}"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(repo: Path, tmp_path: Path) -> Path:
    """A folder that looks like the checkout and takes what the commands write."""
    for path in repo.iterdir():
        if not path.name.startswith(".") and path.name not in LEFT_OUT:
            (tmp_path / path.name).symlink_to(path)
    return tmp_path


@pytest.mark.parametrize("name", READMES)
def test_the_commands_of_the_readme_print_what_it_shows(name: str, repo: Path, checkout: Path):
    for shown in shown_in((repo / name).read_text(encoding="utf-8")):
        done = run(shown.command, checkout, READMES[name])
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
