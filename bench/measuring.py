"""How a figure is taken: CPU time of this process with all its threads, in rounds, each beside the scan of its round."""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Act = Callable[[], object]


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, how much it was, and how much it may be; `target` None has no limit."""

    name: str
    value: float
    target: float | None
    unit: str
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is kept."""
        return self.target is None or self.value <= self.target

    def line(self) -> str:
        """Write it for the table."""
        given = f"{self.value:10.2f} {self.unit:4}"
        if self.target is None:
            return f"{self.name:44} {given} {'':>13}  {'':22} {self.note}"
        over = (self.value / self.target - 1) * 100 if self.target else 100 * self.value
        verdict = "met" if self.met else f"missed by {over:.0f} %"
        return f"{self.name:44} {given} ≤ {self.target:6.1f} {self.unit:4}  {verdict:22} {self.note}"


def cpu_seconds(act: Act) -> float:
    """Give the CPU seconds, user and system, that this process spends on one call, DuckDB's threads included."""
    gc.collect()
    before = time.process_time()
    act()
    return time.process_time() - before


def rounds(acts: Mapping[str, Act], count: int) -> dict[str, list[float]]:
    """Run every act once to warm up, then in `count` rounds one after the other; give the CPU seconds of each."""
    for act in acts.values():
        act()
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for _round in range(count):
        for name, act in acts.items():
            taken[name].append(cpu_seconds(act))
    return taken


def ratio(taken: Mapping[str, list[float]], name: str, of: str) -> float:
    """Give the median over the rounds of what `name` took, as a multiple of what `of` took in the same round."""
    return statistics.median(one / base for one, base in zip(taken[name], taken[of], strict=True))


def spread(values: list[float]) -> str:
    """Write the median and the range of measured seconds."""
    return f"{statistics.median(values):.2f} s CPU ({min(values):.2f} to {max(values):.2f})"


def peak_memory(module: str, *arguments: str) -> float:
    """Run a module in a process of its own, and give the most memory it held, in GiB."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 2**20


def own_peak() -> int:
    """Give the most memory that this process has held, in KiB: what Linux calls VmHWM."""
    told = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in told if line.startswith("VmHWM:"))


def machine() -> str:
    """Say what this runs on."""
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in told if line.startswith("model name")), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, load {os.getloadavg()[0]:.1f}"
