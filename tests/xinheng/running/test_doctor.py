"""The doctor says what is set up, what is missing, and what will silently do nothing."""

from __future__ import annotations

import json

from processes import ON_POSTGRES, Place

BY_HTTPS = {
    "XINHENG_HTTPS": "1",
    "XINHENG_PUBLIC_URL": "https://credit.example.com",
    "XINHENG_ALLOWED_HOSTS": "credit.example.com",
}


def findings(place: Place, **more: str) -> dict[str, str]:
    """Give what the doctor found and how it stands."""
    return {one["what"]: one["level"] for one in json.loads(place.run("doctor", "--json", wanted=None, **more))}


def level(found: dict[str, str], word: str) -> str:
    """Give how the finding stands that holds a word; nothing where there is none."""
    return next((level for what, level in found.items() if word in what), "")


def test_a_fresh_place_is_told_what_it_lacks(place: Place):
    found = findings(place)
    assert level(found, "数据库结构是最新的") == "good"
    assert level(found, "不会发到任何人") == "note"
    assert level(found, "后台进程没有运行") == "bad"
    assert level(found, "从来没有备份过") == "warn"
    assert level(found, "没有系统管理员") == "bad"
    assert level(found, "没有安全管理员") == ""
    assert level(found, "每日任务还没有做完") == "warn"
    assert level(found, "这些角色没有人") == "note"
    assert level(found, "调休知道到")
    assert level(found, "PostgreSQL" if ON_POSTGRES else "SQLite")


def test_what_was_done_is_no_longer_asked_for(place: Place):
    place.run("tick")
    place.run("backup")
    found = findings(place)
    assert level(found, "今天的每日任务都做过了") == "good"
    assert level(found, "最近一次备份") == "good"


def test_what_others_could_read_and_what_is_open_is_bad(place: Place):
    (place.home / "keys.json").chmod(0o644)
    found = findings(place, XINHENG_DEBUG="1", XINHENG_ALLOWED_HOSTS="*", XINHENG_DEMO="1")
    for word in ("别的用户也能读", "调试方式开着", "allowed_hosts 写了 *"):
        assert level(found, word) == "bad", word
    assert level(found, "样板方式开着") == "warn"
    open_to_all = findings(place, XINHENG_PUBLIC_URL="http://credit.example.com")
    assert level(open_to_all, "没有用 https") == "bad"


def test_with_https_nothing_is_left_of_what_django_asks_for_a_deployment(place: Place):
    told = json.loads(place.run("doctor", "--json", wanted=None, **BY_HTTPS))
    assert [one for one in told if one["part"] == "deploy"] == []
    assert level(findings(place, **BY_HTTPS), "从 https://credit.example.com 进来") == "good"
    looping = findings(place, **BY_HTTPS, XINHENG_TRUSTED_PROXIES=" ")
    assert level(looping, "页面会一直转向") == "bad"
