"""Languages: every message is translated, with the same names in it, and each thread speaks its own."""

from __future__ import annotations

import importlib.util
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pytest
from babel.messages.catalog import Catalog
from pydantic import BaseModel

from creditpolicy.language import _, language_in_use, language_of_environment, listed, use_language
from creditpolicy.model.values import Words
from creditpolicy.problems import Place, Problem
from creditpolicy.reader import open_policy, shipped

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
EXAMPLES = re.compile(r"“[^”]*”|unit: 元")
"""What may be Chinese in English: what is quoted, and what must be typed so."""


def load_messages() -> ModuleType:
    """Load the script that gathers messages; scripts are no package."""
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts/messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


MESSAGES = load_messages()


@pytest.fixture(scope="module")
def template() -> Any:
    """Give the pool of the library's and the command's messages."""
    return next(pool for pool in MESSAGES.gathered() if pool.domain == "creditpolicy")


def catalogue_in(language: str, template: Any) -> Catalog:
    catalogue: Catalog = MESSAGES.updated(template.template(), language, template.path(language))
    return catalogue


def words_of(part: object, path: str = "") -> Iterator[tuple[str, Words]]:
    """Give every text of a policy that has several languages, with its path."""
    if isinstance(part, Words):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from words_of(getattr(part, name), f"{path}.{name}")
    elif isinstance(part, dict):
        for name, each in part.items():
            yield from words_of(each, f"{path}.{name}")
    elif isinstance(part, tuple):
        for index, each in enumerate(part):
            yield from words_of(each, f"{path}.{index}")


def pairs(language: str, template: Any) -> Iterator[tuple[str, str]]:
    for entry in catalogue_in(language, template):
        if entry.id:
            yield str(entry.id), str(entry.string)


def spoken_in(language: str, work: Callable[[], T]) -> T:
    """Do something in a language, and leave the language of the tests as it was."""

    def spoken() -> T:
        use_language(language)
        return work()

    return copy_context().run(spoken)


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
def test_every_message_is_translated_with_the_same_names(language: str, template: Any) -> None:
    assert MESSAGES.faults(catalogue_in(language, template), language) == []


def test_english_has_chinese_only_in_examples(template: Any) -> None:
    assert [told for _id, told in pairs("en", template) if CHINESE.search(EXAMPLES.sub("", told))] == []


def test_english_has_english_punctuation(template: Any) -> None:
    told = [EXAMPLES.sub("“”", told) for _id, told in pairs("en", template)]
    assert [text for text in told if re.search(r"[。，、；：？！（）]| [,.;:!?](?!\w)|\.\.(?!\.)", text)] == []


def test_a_sentence_stays_a_sentence(template: Any) -> None:
    lost = [told for message, told in pairs("en", template) if message.endswith("。") and told[-1] not in ".}?!”)"]
    assert lost == []


def test_every_translation_can_be_filled_in(template: Any) -> None:
    for language in ("en", "zh-hant"):
        for message, _told in pairs(language.replace("zh-hant", "zh_Hant"), template):
            names = dict.fromkeys(re.findall(r"\{(\w+)", message), 2)
            assert spoken_in(language, lambda message=message, names=names: _(message).format(**names)), message


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_policy_has_english_for_all_but_its_guidance(name: str) -> None:
    policy = open_policy(name).policy
    assert policy is not None
    assert [path for path, words in words_of(policy) if words.en is None and not path.endswith(".guidance")] == []


def test_one_process_speaks_one_language_after_another() -> None:
    def told() -> str:
        return _("没有这个文件。")

    assert [spoken_in(language, told) for language in ("zh-hans", "zh-hant", "en", "zh-hans")] == [
        "没有这个文件。",
        "沒有這個檔案。",
        "There is no such file.",
        "没有这个文件。",
    ]


def test_threads_speak_their_own_languages_at_the_same_time() -> None:
    heard: dict[str, list[str]] = {}
    together = threading.Barrier(3)

    def speak(language: str) -> None:
        use_language(language)
        together.wait(timeout=10)
        heard[language] = [_("额度") for _each in range(200)]

    before = language_in_use()
    threads = [threading.Thread(target=speak, args=(language,)) for language in ("zh-hans", "zh-hant", "en")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {language: set(words) for language, words in heard.items()} == {
        "zh-hans": {"额度"},
        "zh-hant": {"額度"},
        "en": {"Limit"},
    }
    assert language_in_use() == before


def test_an_unknown_language_is_not_taken() -> None:
    with pytest.raises(ValueError, match="zh-hans, zh-hant, en"):
        use_language("fr")


def test_a_message_without_translation_stays_as_it_is() -> None:
    assert spoken_in("en", lambda: _("没有人译过这一句。")) == "没有人译过这一句。"


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_an_empty_text_stays_empty(language: str) -> None:
    assert spoken_in(language, lambda: _("")) == ""


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 years"), (1, "1 year"), ("1", "1 year"), (2, "2 years"), (11, "11 years")]
)
def test_english_words_follow_their_number(count: int | str, told: str) -> None:
    assert spoken_in("en", lambda: _("{count} 年").format(count=count)) == told
    assert _("{count} 年").format(count=count) == f"{count} 年"


def test_a_value_with_braces_is_not_filled_in_again() -> None:
    told = spoken_in("en", lambda: _("“{label}”有 {count} 格的小数多于 {scale} 位, 已四舍五入。").format(
        label="{count:a|b}", count=1, scale=2
    ))  # fmt: skip
    assert told == "1 cell of “{count:a|b}” had more than 2 decimals and was rounded."


def test_lists_are_joined_as_the_language_does() -> None:
    assert listed(["甲", "乙"]) == "甲、乙"
    assert spoken_in("en", lambda: listed(["A", 2])) == "A, 2"
    assert listed([]) == ""


def test_the_parts_of_a_problem_stand_below_each_other() -> None:
    problem = Problem("x", "What.", "Because.", "Do this.", Place(file="a.csv", row=3))
    assert spoken_in("en", lambda: str(problem)).splitlines() == [
        "a.csv row 3",
        "  Problem │ What.",
        "  Why     │ Because.",
        "  Fix     │ Do this.",
    ]


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"XINHENG_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}, "zh-hant"),
        ({"LC_MESSAGES": "zh_HK"}, "zh-hant"),
        ({"XINHENG_LANG": "zh-hant"}, "zh-hant"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "en_GB"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "zh-hans"),
    ],
)
def test_the_language_is_that_of_the_environment(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XINHENG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language_of_environment() == language
