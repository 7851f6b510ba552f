"""Translations keep the names that `format` fills in, and the catalogues depend on the messages alone."""

from __future__ import annotations

from pathlib import Path

import messages
from babel.messages.catalog import Catalog


def catalogue_with(**translations: str) -> Catalog:
    """Make an English catalogue of `message: translation`."""
    catalogue = Catalog(locale="en")
    for message, translation in translations.items():
        catalogue.add(message, translation)
    return catalogue


def test_the_messages_of_the_code_are_gathered():
    assert "问题" in messages.gathered()


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
