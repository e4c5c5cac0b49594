"""What a notebook needs is in `taizhang`, and what is in it is documented and can be had."""

import subprocess
import sys
from inspect import getdoc, isclass, isfunction, ismodule, signature
from types import FunctionType

import pytest

import taizhang
from taizhang import draw, facts, figures, narrative

ROOMS = (draw, facts, figures, narrative)


def test_each_public_name_is_there_and_says_what_it_is() -> None:
    for name in taizhang.__all__:
        found = getattr(taizhang, name)
        assert isinstance(found, str) or getdoc(found), name
    assert dir(taizhang) == taizhang.__all__
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = taizhang.no_such_name


@pytest.mark.parametrize("room", ROOMS)
def test_each_name_of_a_room_is_there_and_says_what_it_is(room: object) -> None:
    for name in room.__all__:  # type: ignore[attr-defined]
        found = getattr(room, name)
        assert ismodule(found) or isclass(found) or (isfunction(found) and getdoc(found)), name
    assert list(room.__all__) == sorted(room.__all__)  # type: ignore[attr-defined]


def test_each_figure_and_sentence_of_the_package_is_public() -> None:
    for room, begins in ((figures, ("plot_", "map_", "tabulate_")), (narrative, ("write_",))):
        beside = {"plot_bars"}  # marks of which charts are made
        for name in sys.modules:
            if not name.startswith(f"{room.__name__}."):
                continue
            for key, found in vars(sys.modules[name]).items():
                takes_view = (
                    isinstance(found, FunctionType) and next(iter(signature(found).parameters), "") == "view"
                )
                if key.startswith(begins) and takes_view and found.__module__ == name:
                    assert key in {*room.__all__, *beside}, f"{name}.{key}"


def test_the_door_is_light_and_rooms_open_when_they_are_asked_for() -> None:
    code = (
        "import sys, taizhang as tz; light = {'pandas', 'numpy', 'matplotlib'} & {*sys.modules}; "
        "tz.figures; slow = 'lifelines' in sys.modules; tz.figures.plot_cox; "
        "print(light, slow, 'lifelines' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[0] == "set() False True"
