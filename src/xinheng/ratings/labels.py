"""What the room's acts are called in the record; each part declares its own in `labels_<part>.py`."""

from __future__ import annotations

from importlib import import_module

from xinheng.ratings.parts import modules

for _name in modules("labels"):
    import_module(_name)
