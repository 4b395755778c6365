"""How the places of a list are shared by weight. Pure."""

import math
from collections.abc import Sequence


def shares(weights: Sequence[float], room: int) -> list[int]:
    """Share `room` by weight with largest remainders; equal remainders go to the earlier one."""
    total = sum(max(weight, 0.0) for weight in weights)
    if total <= 0:
        return [0] * len(weights)
    exact = [max(weight, 0.0) * room / total for weight in weights]
    quotas = [math.floor(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda place: (quotas[place] - exact[place], place))
    for place in order[: room - sum(quotas)]:
        quotas[place] += 1
    return quotas
