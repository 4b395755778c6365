"""The fault harness: what is promised of mail, shown by killing, stopping and lying to the real thing.

Real stores, a real mail server in a process of its own, senders that are processes and die by signal.
The oracle is what that server wrote down before it answered, and the database; nothing inside the
product is asked, and the product has no hook for any of this.

`test_random_kills` ends senders at any moment, `test_named_kills` at every place worth a name,
`test_zombies` lets them sleep beyond their lease, `test_signals` asks the real commands to stop. They
share `world` (a store and its account), `life` and `points` (one sender and the places at which it can
die), `nursery` (the warm process that forks them), `mailserver` and `fates` (what each death must leave).
The other tests bring relays that lie, clocks that jump, stores in trouble and readers who change their
mind meanwhile.

How much of it runs is set by `PAPERROUTE_FAULTS`:

- nothing: a taste of everything, as part of `make test`;
- `quick`: `make faults-quick`, under ten minutes on two cores;
- `full`: `make faults`, the counts that the promises are stated with.

What is left to chance follows `PAPERROUTE_FAULTS_SEED`, drawn when it is not set and shown in the head
of the run and with every failure. The moment at which a signal arrives depends on the machine as well,
so a seed brings back the choice, not always the failure. `PAPERROUTE_FAULTS_OUT` names a JSON file for
the figures that are also printed at the end.

Not tested: the loss of power. A killed process leaves everything it handed to the operating system; a
machine that loses power may not, and what SQLite says of `synchronous = FULL`, and PostgreSQL of
`fsync`, is taken on trust.
"""
