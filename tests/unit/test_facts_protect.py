"""Which cells are hidden beside the small ones, where a number can't be another unless others change by more."""

import numpy as np
from scipy import sparse

from taizhang.facts.protect import Cells, Protection, hide_facts

SMALL = np.array([True, True, False, False])


def make_cells() -> Cells:
    """Two numbers of one, each known to be no more than the other, their sum, and one beside them."""
    return Cells(
        values=np.array([1.0, 1, 2, 9]),
        least=np.ones(4),
        counts=np.ones(4, bool),
        fixed=np.zeros(4, bool),
        shows=sparse.csr_array(np.eye(4)),
        exists=np.ones(4, bool),
        weights=np.ones(4),
        family=np.arange(4),
        equal=[(2, np.array([0, 1]))],
        within=[(0, np.array([1])), (1, np.array([0]))],
    )


def test_a_sum_is_hidden_that_must_change_by_two() -> None:
    # Were 2 shown, both would be 1; that one is 2 takes that the sum is 4.
    cells = make_cells()
    assert hide_facts(cells, SMALL).tolist() == [True, True, True, False]
    protection = Protection(cells, SMALL)
    assert protection.run()
    assert protection.audit().tolist() == []


def test_where_no_hiding_keeps_a_number_nothing_is_shown() -> None:
    # Nothing can be more than is, as all readers know.
    cells = make_cells()
    cells.equal.append((3, np.array([2])))
    cells.values[3] = 2
    cells.fixed[3] = True
    protection = Protection(cells, SMALL)
    assert not protection.run()
    assert protection.hidden_facts.tolist() == [True, True, False, False]
    assert protection.audit().tolist() == [0, 1]
    assert hide_facts(cells, SMALL).all()
