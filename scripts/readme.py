"""Run the commands that the pages show, and write what they print beneath them anew.

A ```console block begins with `$ ` and a command; a backslash at the end of a line continues it, and what it prints
follows. `...` alone on a line stands for any lines: a block that has one and still agrees is left as it is.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

PAGES = {
    "README.md": "en",
    "README.zh-CN.md": "zh-hans",
    "docs/command.md": "en",
    "docs/zh/command.md": "zh-hans",
}
"""The pages, and the language in which their commands are run."""
BLOCK = re.compile(r"^```console\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """A command as a page shows it: the line it stands on, and the lines printed below it."""

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
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | {
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


def renewed(text: str, language: str) -> str:
    """Give a page with what its commands print now."""

    def block(match: re.Match[str]) -> str:
        parts = []
        for shown in shown_in(match[0]):
            actual = trimmed(run(shown.command, ROOT, language).stdout)
            lines = shown.printed if "..." in shown.printed and agrees(shown.printed, actual) else tuple(actual)
            parts.append("\n".join([f"$ {shown.command}", *lines]))
        return "```console\n" + "\n\n".join(parts) + "\n```\n"

    return BLOCK.sub(block, text)


def main() -> None:
    """Write every page anew."""
    for name, language in PAGES.items():
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        path.write_text(renewed(text, language), encoding="utf-8")
        print(name, file=sys.stderr)


if __name__ == "__main__":
    main()
