"""What the tests share: where the real data lies, Spark, and how they behave where others watch (CI)."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

import tables

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REPO = Path(__file__).resolve().parents[1]
SWEPT: dict[str, int] = {}
"""The acts that were crashed at each of their writes in this run, and how often; see `crash_points`."""
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "here")


@pytest.fixture(scope="session")
def repo() -> Path:
    """The folder of the checkout."""
    return REPO


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data that may be read but not shipped; tests that need it skip, and say so, without it."""
    folder = Path(os.environ.get("XINHENG_SHARED", REPO.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real data (shared/data) is absent: set XINHENG_SHARED to run this test")
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let golden files be written anew, to be read as a diff."""
    parser.addoption("--renew", action="store_true", help="write the golden files anew instead of comparing with them")


def pytest_configure(config: pytest.Config) -> None:
    """Tell tests that look at the environment instead."""
    if config.getoption("--renew"):
        os.environ["XINHENG_RENEW"] = "1"


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with its golden file, or write the file where `--renew` is given."""

    def agrees(path: Path, text: str) -> None:
        if request.config.getoption("--renew"):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.exists(), f"{path.name} is not there yet: pytest --renew writes it"
        assert text == path.read_text(encoding="utf-8"), f"{path.name} differs: read it, then pytest --renew"

    return agrees


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """A small Spark in this process, of two threads; use it in tests marked `needs_spark`."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder: Any = SparkSession.builder
    for key, value in {
        "spark.master": "local[2]",
        "spark.driver.memory": "3g",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a test that needs Spark or a browser fail in CI, and elsewhere be skipped, where it is not there."""
    for mark, (word, why_not, _title) in NEEDS.items():
        if item.get_closest_marker(mark) is None:
            continue
        reason = why_not()
        if reason and IN_CI:
            pytest.fail(f"{reason}; this is CI, where nothing is left out: `make {word}` installs it", pytrace=False)
        if reason:
            pytest.skip(f"{reason}: `make {word}` installs it")


def why_no_browser() -> str:
    """Say what the browser tests lack here; nothing where they can run."""
    from browser import why_not

    return why_not()


def why_no_spark() -> str:
    """Say what Spark lacks here; nothing where it can run."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed"
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        return "no Java run-time"
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    return "" if version and int(version[1]) >= 17 else "the Java run-time is older than 17"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a worker swept for crash points to whoever started it."""
    harness = sys.modules.get("crash_points")
    if harness is not None and hasattr(session.config, "workeroutput"):
        session.config.workeroutput["swept"] = dict(harness.swept)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Gather what a worker swept."""
    SWEPT.update(getattr(node, "workeroutput", {}).get("swept", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud how many comparisons with Spark were left out, and at how many points acts were crashed."""
    harness = sys.modules.get("crash_points")
    SWEPT.update(harness.swept if harness is not None else {})
    if SWEPT:
        terminalreporter.write_line(f"crash points: {len(SWEPT)} acts crashed at {sum(SWEPT.values())} points")
    skipped = terminalreporter.stats.get("skipped", [])
    for mark, (word, _why_not, title) in NEEDS.items():
        left_out = sum(mark in report.keywords for report in skipped)
        if left_out:
            terminalreporter.section(title, sep="!", red=True, bold=True)
            terminalreporter.write_line(f"{left_out} tests were left out: `make {word}` installs what they need.")


NEEDS: dict[str, tuple[str, Callable[[], str], str]] = {
    "needs_spark": ("spark", why_no_spark, "NOT COMPARED WITH SPARK"),
    "needs_browser": ("browser", why_no_browser, "NOT LOOKED AT IN A BROWSER"),
}
"""For each mark: the word of make that installs it, what is lacking, and what to say aloud at the end."""


@pytest.fixture(scope="session")
def tables_to_make(django_db_modify_db_settings: None) -> tables.Making | None:
    """Copy the tests' tables where they are kept; else give what keeps them once they are made."""
    from django.db import connection

    return tables.copied(connection.settings_dict)


@pytest.fixture(scope="session")
def django_db_keepdb(tables_to_make: tables.Making | None) -> bool:
    """Begin with the tables that were copied; what is left goes with the folder and the server of the tests."""
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, tables_to_make: tables.Making | None, django_db_blocker: Any) -> None:
    """Keep the tables, made by now."""
    from django.db import connection

    if tables_to_make is not None:
        with django_db_blocker.unblock():
            tables_to_make.keep(connection)


@pytest.fixture
def company(db: None) -> Any:
    """The small company of tests/company.py, stored."""
    from company import found_company

    return found_company()


@pytest.fixture(scope="session", autouse=True)
def record_can_be_emptied() -> None:
    """Let the flush after a transactional test empty the record, the policies and the movements, which their triggers else refuse."""
    from django.db import connection

    from xinheng.audit import triggers
    from xinheng.credit import triggers as of_credit
    from xinheng.policies import triggers as of_policies

    # On the class: threads, and tests beside a browser's running loop, have connections of their own.
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def without_triggers(self: Any, statements: Any) -> None:
        triggers.remove(self.connection)
        of_policies.remove(self.connection)
        of_credit.remove(self.connection)
        flush(self, statements)
        of_credit.install(self.connection)
        of_policies.install(self.connection)
        triggers.install(self.connection)

    operations.execute_sql_flush = without_triggers  # type: ignore[method-assign]
