"""The JSON Schema of a policy file, for editors that complete keys and underline slips while one writes."""

from __future__ import annotations

from typing import Any

from creditpolicy.model import Policy

SCHEMA_ID = "urn:xinheng:credit-policy"
_SCALARS = ["string", "number", "boolean"]


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of the policy file.

    An editor types scalars by YAML's rules, this library by the key: so `clause: 4.2`, `version: 1.0` and `cash_only: 是`
    are right here, and the schema lets each text be a number and each number a text.
    """
    made = Policy.model_json_schema(by_alias=True)
    loosened: dict[str, Any] = _loosened(made)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **loosened,
        "title": "信用制度",
        "description": "一份信用制度: 收集什么、如何评分、等级、授信、流程、复评、监控与催收。",
    }


def _loosened(node: Any) -> Any:
    """Let scalars be written as text, and leave out titles that only repeat the key."""
    if isinstance(node, list):
        return [_loosened(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    made = {
        name: {key: _loosened(entry) for key, entry in value.items()}
        if name in ("properties", "$defs")
        else _loosened(value)
        for name, value in node.items()
        if name != "title"
    }
    kind = made.get("type")
    if kind == "string" and "enum" not in made and "const" not in made:
        made["type"] = ["string", "number"] if {"pattern", "format"} & made.keys() else _SCALARS
    elif kind in ("integer", "boolean"):
        made["type"] = [kind, "string"]
    return made
