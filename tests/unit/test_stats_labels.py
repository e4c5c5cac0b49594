"""Labels learned from texts: what is held out, what is not learned, and how calibration is measured."""

import numpy as np
import pandas as pd
import pytest

from taizhang.stats import labels as labels_module
from taizhang.stats.labels import (
    FEWEST_ROWS,
    learn_labels,
    list_grams,
    measure_calibration,
)


def make(count: int, *, premises: int = 40) -> tuple[list[tuple[str, ...]], list[str], list[str]]:
    """Rows of two labels, told by one word; every tenth is labelled the other way."""
    words = ("灭火器过期", "插座烧焦")
    texts = [(f"{words[n % 2]}{'甲乙丙丁戊己庚'[n % 7]}",) for n in range(count)]
    labels = [("消防", "用电")[(n + (n % 10 == 0)) % 2] for n in range(count)]
    return texts, labels, [f"店{n % premises}" for n in range(count)]


def test_grams_tell_their_text_and_leave_out_figures() -> None:
    assert list_grams(("2具", "店家")) == ["0具", "1店", "1家", "1店家"]


def test_nothing_is_learned_of_too_little() -> None:
    texts, labels, premises = make(FEWEST_ROWS)
    assert learn_labels(texts, labels, premises) is not None
    assert learn_labels(texts[1:], labels[1:], premises[1:]) is None  # 199 rows
    assert learn_labels(texts, ["消防"] * FEWEST_ROWS, premises) is None
    assert learn_labels(texts, labels, ["店"] * FEWEST_ROWS) is None
    rare = ["消防"] * (FEWEST_ROWS - 9) + ["用电"] * 9
    assert learn_labels(texts, rare, premises) is None


def test_no_row_is_tried_on_its_own_premises() -> None:
    """Each premises has a word and a label of its own: who has not learned it can but guess."""
    rng = np.random.default_rng(1)
    names = ["".join(rng.choice(list("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往"), 6)) for _ in range(60)]
    own = rng.choice(["消防", "用电"], 60)
    rows = [(name, label) for name, label in zip(names, own, strict=True) for _ in range(6)]
    # Not all the same, or they would be taken for one row.
    texts, labels = (
        [(name + "春夏秋冬雨雪"[n % 6],) for n, (name, _) in enumerate(rows)],
        [one for _, one in rows],
    )
    learned = learn_labels(texts, labels, [name for name, _ in rows])
    assert learned is not None
    held = learned.held_out
    assert len(held) == 360
    assert (held["suggested"] == held["label"]).mean() < 0.65
    assert (learned.suggest(texts)["label"] == labels).mean() > 0.95  # what was learned, it knows


def test_the_same_rows_give_the_same_to_the_last_digit() -> None:
    given = make(300)
    first, again = learn_labels(*given), learn_labels(*given)
    assert first is not None and again is not None
    pd.testing.assert_frame_equal(first.held_out, again.held_out)
    pd.testing.assert_frame_equal(first.suggest(given[0]), again.suggest(given[0]))
    told = first.suggest(given[0])["probability"]
    assert told.between(0, 1).all() and (told == told.round(3)).all()


def test_of_many_rows_some_are_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels_module, "MOST_LEARNED", 250)
    texts = [(f"隐患{chr(0x4E00 + n % 5000)}{'消防' if n % 2 else '用电'}",) for n in range(400)]
    labels = ["消防" if n % 2 or n % 50 == 0 else "用电" for n in range(len(texts))]
    learned = learn_labels(texts, labels, [f"店{n % 90}" for n in range(len(texts))])
    assert learned is not None and len(learned.held_out) == 250


def test_calibration_by_hand() -> None:
    # Of four at 0.9 three are right: 0.15 off. Of two at 0.5 one is right: not off. (4 * 0.15 + 2 * 0) / 6 = 0.1.
    assert measure_calibration([0.9] * 4 + [0.5] * 2, [1, 1, 1, 0, 1, 0]) == pytest.approx(0.1)
    assert np.isnan(measure_calibration([], []))
