"""The policy reference is whole, in both languages, and its links lead somewhere."""

from __future__ import annotations

import re

import pytest
import reference


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_link_of_the_reference_leads_to_a_heading(language: str):
    text = reference.page(language)
    headings = re.findall(r"^##+ (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")) for heading in headings}
    links = re.findall(r"\]\(#([^)]*)\)", text)
    assert links
    assert set(links) <= anchors


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_key_of_every_section_is_described(language: str):
    text = reference.page(language)
    for path, model in reference.reached(reference.Policy, ""):
        section = text.split(f"## {reference.heading(path, model, language)}\n", 1)[1].split("\n## ", 1)[0]
        for key, _hint, _field in reference.own_fields(model):
            assert re.search(rf"^\| `{key}` \|.*\w.*\| \S[^|]* \|$", section, re.MULTILINE), f"{path}.{key}"


def test_a_model_that_the_reference_does_not_know_in_chinese_fails_rather_than_is_left_out():
    named = {model.__name__ for _path, model in reference.reached(reference.Policy, "")}
    assert named <= set(reference.CHINESE_NAMES)
