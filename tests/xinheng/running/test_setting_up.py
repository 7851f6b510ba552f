"""`xinheng init` sets up once, keeps what is there, and makes no account that nobody asked for."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable

from processes import Place
from xinheng.command.running import _addresses
from xinheng.running.home import make_home, written_settings

NewPlace = Callable[[str], Place]


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_makes_a_folder_that_only_its_owner_may_enter(set_up_once: tuple[Place, str]):
    place, told = set_up_once
    assert mode(place.home) == 0o700
    assert mode(place.home / "xinheng.toml") == 0o600
    assert mode(place.home / "keys.json") == 0o600
    settings = (place.home / "xinheng.toml").read_text(encoding="utf-8")
    assert re.search(r'secret_key = "[\w-]{50,}"', settings)
    assert 'company = "测试公司"' in settings
    assert re.search(r"登录名 anquan, 一次性密码 \S{10,}", told)


def test_init_run_twice_changes_nothing(place: Place):
    before = {path.name: path.read_bytes() for path in (place.home / "xinheng.toml", place.home / "keys.json")}
    told = place.run("init")
    assert "已建立" not in told
    assert told.count("已经有了") >= 4
    assert before == {name: (place.home / name).read_bytes() for name in before}
    assert place.python("from xinheng.org.models import Person; print(Person.objects.count())") == "1"


def test_init_never_changes_settings_that_are_there(place: Place):
    assert "不会改动它" in place.run("init", "--company", "别的公司", wanted=2)


def test_there_is_no_account_but_the_one_named(place: Place):
    people = place.python(
        "from xinheng.org.models import Person; print([one.username for one in Person.objects.all()])"
    )
    assert people == "['anquan']"


def test_an_address_with_https_closes_what_https_closes(new_place: NewPlace):
    folder = new_place("data").home
    make_home(folder, _addresses("https://credit.example.com"))
    settings = written_settings(folder)
    assert settings["https"] is True
    assert settings["allowed_hosts"] == ["credit.example.com", "127.0.0.1", "localhost"]


def test_nothing_is_served_before_init(new_place: NewPlace):
    place = new_place("data")
    for verb in ("serve", "backup"):
        assert "先运行 xinheng init" in place.run(verb, wanted=2)
    assert "先运行 xinheng init" in place.run("doctor", wanted=1)
    assert not place.home.exists()


def test_nothing_is_served_without_keys_or_with_tables_missing(place: Place):
    keys = place.home / "keys.json"
    held = keys.read_bytes()
    keys.unlink()
    assert "密钥文件" in place.run("serve", wanted=2)
    keys.write_bytes(held)
    keys.chmod(0o600)
    place.python(
        "from django.db import connection\n"
        "connection.cursor().execute(\"DELETE FROM django_migrations WHERE app = 'upkeep'\")"
    )
    assert "数据库结构比程序旧" in place.run("serve", wanted=2)


def test_a_database_that_cannot_be_reached_is_told_in_plain_words(new_place: NewPlace):
    place = new_place("data")
    told = place.run("init", "--database-url", "postgres://nobody@127.0.0.1:1/none?connect_timeout=2", wanted=2)
    assert "看数据库是否在运行" in told
    assert "Traceback" not in told
