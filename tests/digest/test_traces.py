"""What stands for a forgotten address: one for an address and a key, and nothing to be read in it."""

from recommender.digest.traces import PREFIX, Traces

OLD, NEW = "old-key-of-thirty-two-characters-or-more", "new-key-of-thirty-two-characters-or-more"


def test_an_address_is_known_again_in_either_case() -> None:
    """Written with spaces around it, too."""
    assert Traces([NEW]).of("ana@example.org") == Traces([NEW]).of(" Ana@Example.ORG ")


def test_there_is_one_for_each_key_the_newest_first() -> None:
    """So that what an older key made is still known."""
    both = Traces([NEW, OLD]).of("ana@example.org")
    assert both == (*Traces([NEW]).of("ana@example.org"), *Traces([OLD]).of("ana@example.org"))
    assert len(set(both)) == 2


def test_it_says_nothing_of_the_address() -> None:
    """Of one length, in lower case, no address itself, and another for every address."""
    found = {Traces([NEW]).of(f"reader{number}@example.org")[0] for number in range(100)}
    assert len(found) == 100
    assert {len(trace) for trace in found} == {len(PREFIX) + 64}
    assert all(trace == trace.lower() and "@" not in trace and "reader" not in trace for trace in found)
