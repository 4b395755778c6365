"""What every Executor does."""

import pytest

from recommender.domain.errors import InputError
from recommender.ports import Executor


def square(number: int) -> int:
    """Return the square; importable, as tasks for other processes must be."""
    return number * number


def refuse_three(number: int) -> int:
    """Raise InputError for 3 and return anything else."""
    if number == 3:
        raise InputError("three")
    return number


class ExecutorConformance:
    """Laws of Executor; subclasses give a fixture `executor`."""

    def test_results_come_in_the_order_of_the_shards(self, executor: Executor) -> None:
        """One result per shard, in order."""
        assert list(executor.map(square, range(20))) == [number * number for number in range(20)]

    def test_no_shards_no_results(self, executor: Executor) -> None:
        """Nothing to do is not an error."""
        assert list(executor.map(square, [])) == []

    def test_a_failing_shard_raises_its_own_error(self, executor: Executor) -> None:
        """The error of a task reaches the caller as the task raised it."""
        with pytest.raises(InputError, match="three"):
            list(executor.map(refuse_three, range(6)))

    def test_it_can_be_used_again(self, executor: Executor) -> None:
        """An executor serves one map after the other."""
        assert list(executor.map(square, [2])) == list(executor.map(square, [2])) == [4]
