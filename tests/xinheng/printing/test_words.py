"""Word files from templates."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from django.test import override_settings

from creditpolicy.problems import Refusal
from xinheng.printing import word


@pytest.fixture
def template(tmp_path: Path):
    """A letter with a name in it, and a table with one row for each line."""

    def make(text: str = "{{ name }} 您好", where: Path = tmp_path / "shipped") -> Path:
        where.mkdir(exist_ok=True)
        document = docx.Document()
        document.add_paragraph(text)
        document.save(str(where / "letter.docx"))
        return where / "letter.docx"

    return make


def text_of(made: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(made)).paragraphs)


@pytest.mark.parametrize("name", ["甬江 & <b>公司</b>", "{{ 7*7 }}", "{% raw %}", "]]>", "\"'"])
def test_data_stands_in_the_letter_as_it_is(template, name: str):
    assert text_of(word(template(), {"name": name})) == f"{name} 您好"


def test_characters_that_xml_forbids_are_left_out(template):
    assert text_of(word(template(), {"name": "a\x00\x0b\ud800b"})) == "ab 您好"


def test_the_companys_own_template_comes_first(template, tmp_path: Path):
    shipped = template()
    home = tmp_path / "home"
    (home).mkdir()
    template("尊敬的 {{ name }}", home / "templates")
    with override_settings(HOME=home):
        assert text_of(word(shipped, {"name": "甬江"})) == "尊敬的 甬江"


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}", "{{ name.__init__.__globals__ }}", "{% for x in range(999999999) %}x{% endfor %}",
        "{{ unknown }}", "{% if %}", "{{ name",
    ],
)  # fmt: skip
def test_a_template_that_reaches_further_or_is_broken_is_refused_with_its_name(template, text: str):
    with pytest.raises(Refusal, match=r"letter\.docx"):
        word(template(text), {"name": "甬江"})


def test_a_file_that_is_no_word_file_is_refused_with_its_name(tmp_path: Path):
    (tmp_path / "letter.docx").write_bytes(b"not a word file")
    with pytest.raises(Refusal, match=r"letter\.docx"):
        word(tmp_path / "letter.docx", {})
