"""Reading policy files: encodings, places, limits, shipped policies, the schema for editors."""

from __future__ import annotations

import gc
import hashlib
import json
import re
import time
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from creditpolicy.problems import Refusal
from creditpolicy.reader import load_policy, read_policy, schema, shipped
from creditpolicy.reader.source import MAX_BYTES

GOOD = Path(__file__).parent / "policies" / "good"
COMPLETE = (GOOD / "complete.yaml").read_text("utf-8")


def codes(source: str | bytes) -> list[str]:
    return [problem.code for problem in read_policy(source).problems]


# Encodings and bytes --------------------------------------------------------------------------------------------------


def test_the_hash_is_that_of_the_bytes_of_the_file() -> None:
    data = COMPLETE.encode()
    assert read_policy(data).sha256 == hashlib.sha256(data).hexdigest() == read_policy(COMPLETE).sha256


def test_a_byte_order_mark_and_windows_line_ends_change_nothing_but_the_hash() -> None:
    plain = read_policy(COMPLETE)
    windows = read_policy(b"\xef\xbb\xbf" + COMPLETE.replace("\n", "\r\n").encode())
    assert windows.policy == plain.policy
    assert windows.policy is not None
    assert windows.sha256 != plain.sha256
    path = ("scorecard", "base", 1, "bands", 2, "to")
    assert windows.place(path) == plain.place(path)


def test_old_mac_line_ends_are_lines_too() -> None:
    reading = read_policy(COMPLETE.replace("\n", "\r"))
    assert reading.policy is not None
    assert reading.place(("grades", 3)).line == read_policy(COMPLETE).place(("grades", 3)).line


def test_a_file_in_gb18030_is_named_as_such_with_its_first_line() -> None:
    (problem,) = read_policy(COMPLETE.encode("gb18030"), file="policy.yaml").problems
    assert problem.code == "encoding"
    assert "GB18030" in problem.what
    assert problem.where.line == 1
    assert problem.where.quote == COMPLETE.splitlines()[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16_is_refused(encoding: str) -> None:
    reading = read_policy(COMPLETE.encode(encoding))
    assert reading.policy is None
    if encoding == "utf-16":
        assert [problem.code for problem in reading.problems] == ["encoding"]


def test_bytes_that_are_no_text_are_refused_at_their_line() -> None:
    (problem,) = read_policy(b"policy: x\nversion: 1\ntitle: \xff\xff\xff\n").problems
    assert problem.code == "encoding"
    assert problem.where.line == 3


def test_a_workbook_is_recognised() -> None:
    assert codes(b"PK\x03\x04" + bytes(100)) == ["not-text"]
    assert codes(b"\xd0\xcf\x11\xe0" + bytes(100)) == ["not-text"]


@pytest.mark.parametrize(
    "nothing", ["", "\n\n", "# 只有注释\n", "---\n", "--- \n...\n", "~", "null", "*a", "&a", "{}", "[]"]
)
def test_a_file_without_content_is_refused(nothing: str) -> None:
    reading = read_policy(nothing)
    assert reading.policy is None
    assert reading.problems


def test_control_characters_are_shown_and_never_printed() -> None:
    reading = read_policy(COMPLETE.replace("完整样例", "完整\x1b(B\x00样例", 1))
    (problem,) = reading.problems
    assert problem.code == "unseen-character"
    assert "‹U+001B›" in problem.where.quote
    assert "\x1b" not in str(problem)


@pytest.mark.parametrize("char", list("\u202e\u2066\u200b\u200d\u00ad\u2028\ufeff\U000e0041\x85\x7f\ufffe"))
def test_every_unseen_character_is_found(char: str) -> None:
    reading = read_policy(COMPLETE.replace("完整样例", f"完整{char}样例", 1))
    assert [(problem.code, problem.where.line) for problem in reading.problems] == [("unseen-character", 4)]


def test_many_unseen_characters_are_counted_rather_than_listed() -> None:
    problems = read_policy("\x00\n" * 5000 + COMPLETE).problems
    assert len(problems) == 21
    assert "4980" in problems[-1].what


# Limits ---------------------------------------------------------------------------------------------------------------

BOMBS = {
    "a large file": "x: " + "a" * MAX_BYTES,
    "brackets": "policy: " + "[" * 200_000,
    "braces": "policy: " + "{a: " * 100_000,
    "indented maps": "\n".join(" " * depth + "a:" for depth in range(1400)),
    "dashes": "- " * 300_000,
    "questions": "? " * 300_000,
    "many keys": "\n".join(f"k{number}: 1" for number in range(60_000)),
    "many items": "policy: [" + "1, " * 300_000 + "]",
    "a long text": "policy: |\n" + " x\n" * 300_000,
    "a long quotation": 'policy: "' + "x" * 900_000,
    "a long number": "policy: " + "9" * 900_000,
    "a long key": "k" * 900_000 + ": 1",
    "anchors": "\n".join(f"a{number}: &a{number} [*a{number - 1}, *a{number - 1}]" for number in range(1, 9000)),
    "lines": "\n" * 1_000_000 + "x",
    "commas": "a: {" + "," * 500_000,
    "tabs": "\t" * 900_000,
    "colons": "：" * 300_000,
    "quotes": "'" * 900_000,
    "comments": "#\n" * 400_000 + "a: b",
    "documents": "--- a\n" * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_two_seconds(name: str) -> None:
    gc.freeze()  # what the tests before left in this process is not the reader's to sweep
    try:
        start = time.process_time()
        reading = read_policy(BOMBS[name])
        assert time.process_time() - start < 2
    finally:
        gc.unfreeze()
    assert reading.policy is None
    assert len(reading.problems) > 0
    assert all(len(str(problem)) < 3000 for problem in reading.problems)


def test_an_endless_file_is_read_no_further_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50 * MAX_BYTES)
    assert [problem.code for problem in read_policy(path).problems] == ["too-large"]
    with pytest.raises(Refusal):
        read_policy(Path("/dev/zero"))


def test_a_thousand_aliases_make_few_problems() -> None:
    text = "a: &a [1]\nb: [" + "*a, " * 1000 + "]\n"
    assert len(read_policy(text).problems) < 10


# Places ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "quoted", "at"),
    [
        (("policy",), "policy: complete", "complete"),
        (("scorecard",), "scorecard:", "scorecard"),
        (("scorecard", "base"), "  base:", "base"),
        (("scorecard", "base", 1), "    - item: overdue_days", "item"),
        (("scorecard", "base", 1, "bands"), "      bands:", "bands"),
        (("scorecard", "base", 1, "bands", 1, "to"), "        - {above: 0, to: 30, points: 20}", "30"),
        (("scorecard", "base", 1, "bands", 0, "from_"), "        - {from: 0, to: 0, points: 30, label: 从不逾期}", "0"),
        (("scorecard", "base", 2, "choices", 1, "is_"), "        - {is: 民营, points: 8}", "民营"),
        (("facts", "ownership", "choices", 2), None, "个体"),
        (("facts", "ownership", "nothing", 7), None, "ownership"),
        (("nowhere", 3), "policy: complete", "policy"),
    ],
)
def test_every_path_has_its_line_and_column(path: tuple[str | int, ...], quoted: str | None, at: str) -> None:
    place = read_policy(COMPLETE, file="complete.yaml").place(path)
    assert place.file == "complete.yaml"
    assert place.line is not None
    assert place.column is not None
    line = COMPLETE.splitlines()[place.line - 1]
    assert place.quote == (quoted if quoted is not None else place.quote)
    assert line[place.column - 1 :].startswith(at)


def test_a_long_line_is_quoted_around_the_place() -> None:
    text = COMPLETE.replace("label: 优,", f"label: {'优' * 500}, colour: red,", 1)
    (problem,) = read_policy(text).problems
    assert problem.code == "unknown-key"
    assert "colour: red" in problem.where.quote
    assert len(problem.where.quote) < 170


SCALARS = [
    "{text}",
    "'{text}'",
    '"{text}"',
    "  {text}  ",
    "|\n            {text}\n",
    ">-\n            {text}\n",
    "\n            {text}",
]


@pytest.mark.parametrize("form", SCALARS)
@pytest.mark.parametrize("word", ["reputation", "40", "二"])
def test_a_character_in_a_value_has_its_place_whatever_the_quotes(form: str, word: str) -> None:
    value = "reputation * 40 / 二"
    block = f"    - item: reputation\n      points: {form.format(text=value)}\n      max: 40\n      clause: 三.1\n"
    text = re.sub(r"    - \{item: reputation.*\n", block, COMPLETE)
    reading = read_policy(text)
    assert reading.policy is not None
    place = reading.place_in(("scorecard", "base", 0, "points"), value.index(word))
    assert place.line is not None
    assert place.column is not None
    assert text.splitlines()[place.line - 1][place.column - 1 :].startswith(word)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'it''s = ''x'''", "it's = 'x'"),
        (r'"a\u4e8c \"b\" \\ c\tx"', 'a二 "b" \\ c\tx'),
        ('"folded\n          over  \\\n          lines"', "folded over  lines"),
        ("plain text\n          on two\n\n          lines", "plain text on two\nlines"),
        (">\n          folded\n          text\n\n            deeper\n", "folded text\n\n  deeper\n"),
        ("|2-\n           kept\n            deeper", "         kept\n          deeper"),
        ("|  # note\n          after a comment\n", "after a comment\n"),
    ],
)
def test_each_character_is_found_through_escapes_and_folding(written: str, value: str) -> None:
    text = COMPLETE.replace("summary: 样例, 不代表任何公司。", f"summary: {written}", 1)
    reading = read_policy(text)
    assert reading.tree.at(("summary",)) == value
    inner, lines = value.strip(), text.splitlines()
    for offset, letter in enumerate(inner):
        place = reading.place_in(("summary",), offset)
        assert place.line is not None
        assert place.column is not None
        there = lines[place.line - 1][place.column - 1 :]
        if letter not in " \n\t二'\"\\":
            assert there.startswith(letter), (offset, letter, there)
        elif letter == "二":
            assert there.startswith(r"\u4e8c")


@given(
    st.text(st.sampled_from("ab 二'\"\\\n：#-"), min_size=1, max_size=40), st.sampled_from(["'", '"', None, "|", ">"])
)
def test_whatever_yaml_writes_is_read_back_and_placed(value: str, style: str | None) -> None:
    written = yaml.dump({"summary": value}, allow_unicode=True, default_style=style, width=12)
    reading = read_policy(written)
    if reading.tree.data is None or "summary" not in reading.tree.data:
        return  # an empty or blank text, which the reader tells about
    assert reading.tree.at(("summary",)) == yaml.load(written, yaml.BaseLoader)["summary"]
    for offset in range(len(value) + 1):
        place = reading.place_in(("summary",), offset)
        assert place.line is not None
        assert 1 <= place.line <= written.count("\n") + 1


# What the reader makes of a file --------------------------------------------------------------------------------------


def test_scalars_are_typed_by_their_key_and_not_by_yaml() -> None:
    policy = read_policy(GOOD / "scalars_stay_text.yaml").policy
    assert policy is not None
    assert policy.version == "3.10"
    assert str(policy.title) == "NO"
    assert policy.document.name == "010"
    assert policy.document.number == "12:30"
    assert policy.facts["grade_of_bank"].choices == ("yes", "no", "null值", "010", "1e3", "~")
    assert policy.facts["debt"].bounds == (Decimal(-5000), Decimal(150_000_000))
    assert policy.grades[0].clause is None
    assert policy.scorecard.base[0].clause == "4.10"


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        COMPLETE.replace('version: "1.0"', "version: v1")
        .replace("max: 30\n", "max: 30分\n")
        .replace("effect: rerate", "effect: rerat")
    )
    problems = read_policy(text).problems
    assert [problem.code for problem in problems] == ["form", "number", "not-offered"]
    lines = [problem.where.line for problem in problems]
    assert lines == sorted(line for line in lines if line is not None)


def test_a_warning_on_the_same_line_does_not_hide_that_the_text_is_no_yaml() -> None:
    assert sorted(codes("{0")) == ["empty-value", "yaml"]


def test_points_may_be_an_expression_or_cases_and_only_the_one_meant_is_spoken_of() -> None:
    cases = COMPLETE.replace("{otherwise: 0}]}", "{otherwise: 0, points: [1]}]}", 1)
    problems = read_policy(cases).problems
    assert [problem.code for problem in problems] == ["expression"]
    assert "points" in problems[0].what


def test_a_value_too_long_for_its_place_is_shortened_in_the_message() -> None:
    (problem,) = read_policy(COMPLETE.replace("max: 30\n", f"max: {'9' * 3000}\n", 1)).problems
    assert problem.code == "number"
    assert len(str(problem)) < 600


def test_a_bare_problem_without_file_still_names_its_line() -> None:
    (problem,) = read_policy(COMPLETE.replace("max: 30\n", "max: 30分\n", 1)).problems
    assert str(problem).startswith("第 ")


# Shipped policies and paths -------------------------------------------------------------------------------------------


def test_the_shipped_policies_are_listed_and_load() -> None:
    assert "leasing" in shipped()
    reading = load_policy("leasing")
    assert reading.policy is not None
    assert reading.policy.policy == "leasing"
    assert reading.file == "packs/leasing/policy.yaml"


def test_a_policy_loads_from_a_path_or_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(COMPLETE, "utf-8")
    assert load_policy(str(path)).policy == load_policy(path).policy == load_policy(tmp_path).policy


def test_a_policy_with_faults_is_refused_with_all_of_them(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(COMPLETE.replace('version: "1.0"', "version: v1").replace("max: 30\n", "max: 30分\n"), "utf-8")
    with pytest.raises(Refusal) as refusal:
        load_policy(path)
    assert len(refusal.value.problems) == 2
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("name", ["leesing", "no/such/file.yaml", "", "a\0b", "../packs/leasing", "LEASING"])
def test_a_policy_that_is_not_there_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        load_policy(name)
    assert "leasing" in str(refusal.value) or "policy.yaml" in str(refusal.value)


# The schema for editors -----------------------------------------------------------------------------------------------


def test_the_schema_is_json_with_chinese_descriptions_for_every_key() -> None:
    made = json.loads(json.dumps(schema()))
    assert made["$schema"].endswith("2020-12/schema")
    assert made["$id"]
    for name, part in {**made["$defs"], "Policy": made}.items():
        for key, field in part.get("properties", {}).items():
            assert re.search("[\u4e00-\u9fff]", field.get("description", "")), f"{name}.{key}"


def test_the_schema_knows_the_keys_that_the_reader_knows() -> None:
    made = schema()
    band = made["$defs"]["Band"]
    assert {"from", "above", "below", "to", "points"} <= band["properties"].keys()
    assert band["additionalProperties"] is False
    assert "zh-hans" in json.dumps(made["properties"]["title"])


def test_the_schema_lets_scalars_be_written_as_text() -> None:
    made = schema()
    assert set(made["$defs"]["Scorecard"]["properties"]["digits"]["type"]) == {"integer", "string"}
    assert "number" in json.dumps(made["$defs"]["Grade"]["properties"]["clause"])
