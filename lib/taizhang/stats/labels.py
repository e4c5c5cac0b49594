"""Labels for texts, learned from texts that people have labelled, each with the probability that it is right.

A linear support vector machine on n-grams of characters chooses the label. How probable it is that the choice is right
is learned by logistic regression (stacked Platt scaling) from rows held out in three ways, as a row to be labelled may
differ from those learned in three ways: other premises, a label that was never given, other words.

scikit-learn is loaded when first needed, as it loads slowly.

References: Platt, J. (1999), Probabilistic outputs for support vector machines; Scheirer, W. et al. (2013), Toward open
set recognition, IEEE PAMI 35(7).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Texts = Sequence[tuple[str, ...]]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FEWEST_ROWS = 200  # labelled; of fewer nothing is learned
FEWEST_EACH = 10  # rows of a label; a rarer one is not learned, and counts as wrong when held out
MOST_LEARNED = 4_000  # more teach no more, and take longer
_LONGEST = 3  # n-gram
_FOLDS = 5
_DIRECTIONS = 40  # in which wordings differ
# Of a hundred rows to be labelled, some have a label that was never given, and some are worded as none was.
_WEIGHTS = {"premises": 1.0, "label": 0.2, "words": 0.3}
_DIGITS = 3  # so that it is the same on every machine


@dataclass(frozen=True)
class Labeller:
    """What was learned; see `learn_labels`.

    `held_out`: of each row tried, its place in the texts (`row`), its `label`, the one `suggested` by a model without
    any row of its premises, and the `probability` given to that.
    """

    held_out: pd.DataFrame
    vectoriser: Any
    chooser: "_Chooser"
    weigher: Any

    def suggest(self, texts: Texts) -> pd.DataFrame:
        """Return the most probable label of each text, and the probability that it is right: label, probability."""
        counts = self.vectoriser.transform(texts)
        labels, signs = self.chooser.choose(counts, _count_grams(texts))
        return pd.DataFrame({"label": labels, "probability": _weigh(self.weigher, signs)})


def learn_labels(texts: Texts, labels: Sequence[str], premises: Sequence[str]) -> Labeller | None:
    """Learn from labelled texts.

    Parameters
    ----------
    texts : sequence of tuple of str
        The texts of each row, always of the same columns.
    labels, premises : sequence of str
        The label of each row, and what rows that are alike have in common: they are held out together, so that nothing
        is tried on a row whose like was learned.

    Returns
    -------
    Labeller or None
        None with fewer than `FEWEST_ROWS` rows, fewer than two labels of `FEWEST_EACH`, one premises alone, or if what
        was held out was never right or never wrong.
    """
    given = pd.DataFrame({"text": list(texts), "label": list(labels), "premises": list(premises)})
    if len(given) < FEWEST_ROWS:
        return None
    given = given.assign(row=np.arange(len(given))).drop_duplicates(["text", "label", "premises"])
    if len(given) > MOST_LEARNED:
        given = given.iloc[np.linspace(0, len(given) - 1, MOST_LEARNED).astype(int)]
    sizes = given["label"].value_counts()
    learned = sorted(sizes[sizes >= FEWEST_EACH].index)
    groups = given["premises"].factorize()[0]
    if len(learned) < 2 or groups.max() < 1:
        return None
    from sklearn.feature_extraction.text import CountVectorizer

    vectoriser = CountVectorizer(analyzer=list_grams)
    counts, lengths = vectoriser.fit_transform(given["text"]), _count_grams(given["text"].to_list())
    known = given["label"].isin(learned).to_numpy()
    names = given["label"].to_numpy(object)
    tried = []
    for how, left_out in _leave_out(names, known, groups, counts):
        kept = known & ~left_out
        if len(set(names[kept])) < 2:
            continue
        chosen, signs = _Chooser.fit(counts[kept], names[kept]).choose(counts[left_out], lengths[left_out])
        tried.append(_Tried(how, np.flatnonzero(left_out), chosen, signs, chosen == names[left_out]))
    if not _can_weigh(tried):
        return None
    return Labeller(
        _judge(given, tried),
        vectoriser,
        _Chooser.fit(counts[known], names[known]),
        _fit_weigher(tried),
    )


def list_grams(texts: tuple[str, ...]) -> list[str]:
    """List the n-grams of a row's texts, each with the number of its text; figures are left out."""
    grams = []
    for place, text in enumerate(texts):
        said = "".join(sign for sign in text if not sign.isdigit())
        for length in range(1, _LONGEST + 1):
            grams += [f"{place}{said[at : at + length]}" for at in range(len(said) - length + 1)]
    return grams


def _count_grams(texts: Texts) -> Floats:
    return np.array([max(len(set(list_grams(text))), 1) for text in texts], dtype=float)


@dataclass(frozen=True)
class _Tried:
    """Rows held out: in which way, their places, and of each the label chosen, by what signs, and if it was right."""

    how: str
    rows: Ints
    chosen: npt.NDArray[np.object_]
    signs: Floats
    right: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Chooser:
    """Chooses a label, and says what speaks for it."""

    weights: Any
    machine: Any
    said: Any  # by label: which n-grams its rows have

    @classmethod
    def fit(cls, counts: Any, labels: npt.NDArray[np.object_]) -> "_Chooser":
        from scipy.sparse import csr_matrix
        from sklearn.feature_extraction.text import TfidfTransformer
        from sklearn.svm import LinearSVC

        names, codes = np.unique(labels.astype(str), return_inverse=True)
        weights = TfidfTransformer(sublinear_tf=True)
        machine = LinearSVC(random_state=0, max_iter=5_000).fit(weights.fit_transform(counts), codes)
        ones = np.ones(len(codes))
        of_label = csr_matrix((ones, (codes, np.arange(len(codes)))), shape=(len(names), len(codes)))
        machine.names_ = names.astype(object)
        return cls(weights, machine, ((of_label @ (counts > 0).astype(float)) > 0).astype(float))

    def choose(self, counts: Any, lengths: Floats) -> tuple[npt.NDArray[np.object_], Floats]:
        """Return labels, and four signs of each: its margin, its lead over the next label, and the shares of the
        row's n-grams that rows of that label had, and of any."""
        margins = self.machine.decision_function(self.weights.transform(counts))
        if margins.ndim == 1:  # of two labels
            margins = np.column_stack([-margins, margins])
        order, rows = np.argsort(-margins, axis=1, kind="stable"), np.arange(len(margins))
        best = order[:, 0]
        has = (counts > 0).astype(float)
        own = np.asarray(has.multiply(self.said[best]).sum(axis=1)).ravel() / lengths
        known = np.asarray(has @ np.asarray(self.said.max(axis=0).todense()).ravel()) / lengths
        lead = margins[rows, best] - margins[rows, order[:, 1]]
        return self.machine.names_[best], np.column_stack([margins[rows, best], lead, own, known])


def _leave_out(
    labels: npt.NDArray[np.object_], known: npt.NDArray[np.bool_], groups: Ints, counts: Any
) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Give the rows to hold out, in each of the three ways and a few at a time."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfTransformer

    for fold in _spread(groups):
        yield "premises", fold
    names = pd.Series(labels[known]).value_counts().sort_index().sort_values(ascending=False, kind="stable")
    folds = min(_FOLDS, len(names))
    for number in range(folds if len(names) > 2 else 0):
        yield "label", np.isin(labels.astype(str), list(names.index[number::folds].astype(str)))
    weighed = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    most = min(_DIRECTIONS, min(weighed.shape) - 1)
    where = TruncatedSVD(most, random_state=0).fit_transform(weighed)
    direction = np.abs(where).argmax(axis=1)
    alike = 2 * direction + (where[np.arange(len(where)), direction] > 0)
    for fold in _spread(alike):
        yield "words", fold


def _spread(groups: Ints) -> Iterator[npt.NDArray[np.bool_]]:
    """Give the folds of whole groups, of about the same size."""
    from sklearn.model_selection import GroupKFold

    count = min(_FOLDS, len(np.unique(groups)))
    if count < 2:
        return
    for _, held in GroupKFold(count).split(groups, groups=groups):
        yield np.isin(np.arange(len(groups)), held)


def _judge(given: pd.DataFrame, tried: Sequence[_Tried]) -> pd.DataFrame:
    """Return the rows held out by premises; the probability, too, is from other rows."""
    parts = []
    for fold in (one for one in tried if one.how == "premises"):
        others = []
        for one in tried:
            apart = ~np.isin(one.rows, fold.rows)
            others.append(
                _Tried(one.how, one.rows[apart], one.chosen[apart], one.signs[apart], one.right[apart])
            )
        if not _can_weigh(others):
            continue
        part = given.iloc[fold.rows][["row", "label"]]
        parts.append(part.assign(suggested=fold.chosen, probability=_weigh(_fit_weigher(others), fold.signs)))
    if not parts:
        return pd.DataFrame({"row": [], "label": [], "suggested": [], "probability": []})
    return pd.concat(parts, ignore_index=True)


def _can_weigh(tried: Sequence[_Tried]) -> bool:
    """Return whether some choice was right and some wrong."""
    return any(one.right.any() for one in tried) and not all(one.right.all() for one in tried)


def _fit_weigher(tried: Sequence[_Tried]) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    weights = np.concatenate([np.full(len(one.rows), _WEIGHTS[one.how]) for one in tried])
    weigher = make_pipeline(StandardScaler(), LogisticRegression(C=10))
    signs, right = np.vstack([one.signs for one in tried]), np.concatenate([one.right for one in tried])
    return weigher.fit(signs, right, logisticregression__sample_weight=weights)


def _weigh(weigher: Any, signs: Floats) -> Floats:
    if not len(signs):
        return np.empty(0)
    return weigher.predict_proba(signs)[:, 1].round(_DIGITS)


def measure_calibration(probability: npt.ArrayLike, right: npt.ArrayLike, *, bins: int = 10) -> float:
    """Return the expected calibration error: the gap between the share that is right and the stated probability.

    Parameters
    ----------
    probability : array-like of float
        From 0 to 1.
    right : array-like of bool
        Whether each was right.
    bins : int
        Bins of equal width; each counts by its rows.

    Returns
    -------
    float
        From 0 to 1; NaN without rows. Naeini, M. et al. (2015), AAAI 29(1).
    """
    given, hit = np.asarray(probability, dtype=float), np.asarray(right, dtype=float)
    if not len(given):
        return float("nan")
    place = np.clip((given * bins).astype(int), 0, bins - 1)
    off = [
        abs(given[place == one].mean() - hit[place == one].mean()) * (place == one).sum()
        for one in set(place)
    ]
    return float(np.sum(off) / len(given))
