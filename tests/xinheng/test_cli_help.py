"""Help comes at once, in the reader's language, with an example for each verb."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

import xinheng
from calling import VERBS, Call, process

HEAVY = ("duckdb", "openpyxl", "pandas", "polars", "pyarrow", "pydantic", "sqlglot", "xlsxwriter", "yaml", "django")


def test_the_help_lists_every_verb_in_chinese(call: Call):
    called = call("--help")
    assert called.code == 0
    assert all(f"\n  {verb} " in called.out for verb in VERBS)
    assert "用法: xinheng 命令 … [选项]" in called.out
    assert "Usage" not in called.out


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_its_own_help_with_an_example(call: Call, verb: str):
    called = call(verb, "--help")
    assert called.code == 0
    assert f"用法: xinheng {verb}" in called.out
    assert f"例:\n  xinheng {verb}" in called.out


@pytest.mark.parametrize("verb", ["rate", "explain", "check"])
def test_the_short_option_gives_the_same_help(call: Call, verb: str):
    assert call(verb, "-h") == call(verb, "--help")


def test_a_call_without_words_gets_the_help_and_has_done_nothing(call: Call):
    called = call()
    assert called.code == 2
    assert called.out == ""
    assert called.err == call("--help").out


def test_the_version_is_that_of_the_package(call: Call):
    assert call("--version").out == f"xinheng {xinheng.__version__}\n"


def test_a_language_that_is_not_known_is_refused(call: Call):
    called = call("--lang", "fr", "policies")
    assert called.code == 2
    assert "zh-hans、zh-hant、en" in called.err


def test_the_language_may_be_said_anywhere_in_the_call(call: Call):
    assert call("--lang", "zh-hans", "policies", lang="en") == call("policies", "--lang=zh-hans", lang="en")


def test_no_help_page_is_wider_than_a_hundred_columns(call: Call):
    from xinheng.command.columns import width

    calls = [("--help",), *((verb, "--help") for verb in VERBS)]
    pages = [call(*words, lang=lang).out for words in calls for lang in ("zh-hans", "en")]
    # An example is one line to copy, however long.
    lines = [line for page in pages for line in page.splitlines() if not line.startswith("  xinheng ")]
    assert max(map(width, lines)) <= 100


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_no_heavy_module_is_imported_before_a_verb_runs(word: str):
    code = f"import sys; from xinheng.cli import run; run([{word!r}]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in done.stderr.split()}.isdisjoint(HEAVY)


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_it_starts_in_less_than_half_a_second(word: str):
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert process(word).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _time in range(3)) < 0.5
