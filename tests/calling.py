"""The command called as a person calls it, as a process of its own; and what a call leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import creditpolicy

PACKS = Path(creditpolicy.__file__).parent / "packs"
VERBS = (
    "policies", "show", "template", "rate", "explain", "check", "test", "compare", "facts", "sql", "schema",
    "init", "serve", "work", "tick", "backup", "restore", "demo", "doctor",
    "audit", "ratings", "keys",
)  # fmt: skip


@dataclass(frozen=True)
class Called:
    """What a call left: its exit code, and what it printed."""

    code: int
    out: str
    err: str


Call = Callable[..., Called]


def process(
    *words: str | Path, lang: str = "zh-hans", shell: str = "", **rest: str
) -> subprocess.CompletedProcess[str]:
    """Call the command as a process of its own; `shell` is what its output is piped into."""
    environment = {**os.environ, "XINHENG_LANG": lang, "PYTHONUTF8": "1", **rest}
    command = [sys.executable, "-m", "xinheng.cli", *map(str, words)]
    if shell:
        quoted = " ".join(f"'{word}'" for word in command)
        command = ["bash", "-c", f"set -o pipefail; {quoted} | {shell}"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
