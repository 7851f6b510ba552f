"""Translations keep the names that `format` fills in, and the catalogues depend on the messages alone."""

from __future__ import annotations

import ast
from pathlib import Path

import messages
import pytest
from babel.messages.catalog import Catalog


def catalogue_with(**translations: str) -> Catalog:
    """Make an English catalogue of `message: translation`."""
    catalogue = Catalog(locale="en")
    for message, translation in translations.items():
        catalogue.add(message, translation)
    return catalogue


def test_the_messages_of_the_code_are_gathered():
    library, *rooms = messages.gathered()
    assert ("问题", None) in library.keys
    assert {pool.folder.name for pool in rooms} >= {"desk", "org", "customers"}
    assert ("工作台", None) in next(pool for pool in rooms if pool.folder.name == "desk").keys


def test_a_translation_with_another_name_in_braces_is_a_fault():
    assert messages.faults(catalogue_with(**{"第 {line} 行": "line {line}"}), "en") == []
    assert len(messages.faults(catalogue_with(**{"第 {line} 行": "line {row}"}), "en")) == 1


def test_no_translation_may_be_left_out():
    for language in messages.LANGUAGES:
        assert len(messages.faults(catalogue_with(问题=""), language)) == 1


def test_translations_survive_a_message_that_comes_and_one_that_goes(tmp_path: Path):
    path = tmp_path / "creditpolicy.po"
    path.write_bytes(messages.as_files(catalogue_with(问题="Problem", 原因="Why"))[0])
    renewed = messages.updated(catalogue_with(问题="", 办法=""), "en", path)
    assert {entry.id: entry.string for entry in renewed if entry.id} == {"问题": "Problem", "办法": ""}
    assert messages.as_files(renewed) == messages.as_files(renewed)


def test_a_file_s_own_names_for_django_s_marks_are_followed(tmp_path: Path):
    path = tmp_path / "words.py"
    path.write_text(
        "from django.utils.translation import gettext as told, ngettext\n"
        "told('一件事')\nngettext('{n} 天', '{n} 天们', 3)\n_('不归这里')\n",
        encoding="utf-8",
    )
    marks = messages.imported(ast.parse(path.read_text(encoding="utf-8")))
    assert messages.in_code(path, marks) == {("一件事", None), (("{n} 天", "{n} 天们"), None)}


@pytest.mark.parametrize(
    ("template", "key"),
    [
        ('{% translate "客户" %}', ("客户", None)),
        ("{% trans '客户' %}", ("客户", None)),
        ('{% translate "开" context "门" %}', ("开", "门")),
        ('{% include "x.html" with title=_("没有客户") %}', ("没有客户", None)),
        ('{{ caption|default:_("列表") }}', ("列表", None)),
        ("{% blocktranslate %}您好{% endblocktranslate %}", ("您好", None)),
        (
            "{% blocktranslate trimmed with n=x.name %}\n 您好,\n {{ n }}\n{% endblocktranslate %}",
            ("您好, %(n)s", None),
        ),
        (
            "{% blocktranslate count n=c %}一天{% plural %}{{ n }} 天{% endblocktranslate %}",
            (("一天", "%(n)s 天"), None),
        ),
        ('<p title="it\'s">{% translate \'引号 "在" 里\' %}</p>', ('引号 "在" 里', None)),
    ],
)
def test_what_templates_mark_is_gathered(template: str, key: messages.Key):
    assert messages.in_template(template) == {key}


def test_a_name_that_a_template_fills_in_must_be_in_the_translation():
    assert messages.faults(catalogue_with(**{"共 %(count)s 条": "%(count)s lines"}), "en") == []
    assert len(messages.faults(catalogue_with(**{"共 %(count)s 条": "%(number)s lines"}), "en")) == 1


def test_one_message_has_one_translation_in_whatever_rooms_it_stands():
    rooms = [catalogue_with(建档="file"), catalogue_with(建档="register")]
    assert len(messages.two_ways(rooms, "en")) == 1
    assert messages.two_ways(rooms[:1] * 2, "en") == []


def test_a_translation_that_another_room_has_is_taken_over(tmp_path: Path):
    wanted = catalogue_with(建档="")
    renewed = messages.updated(wanted, "en", tmp_path / "none.po", {("建档", None): "file"})
    assert [entry.string for entry in renewed if entry.id] == ["file"]


def test_a_form_for_one_and_a_form_for_many_are_asked_by_the_language():
    wanted = Catalog()
    wanted.add(("{n} 天", "{n} 天"))
    told = {("{n} 天", None): ["{n} day", "{n} days"]}
    english, chinese = (
        next(entry.string for entry in messages.updated(wanted, language, Path("none.po"), told) if entry.id)
        for language in ("en", "zh_Hant")
    )
    assert english == ("{n} day", "{n} days")
    assert chinese == ("{n} day",)
