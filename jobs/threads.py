"""Job threads that cannot keep a stopped process alive.

APScheduler's own thread pool is joined when the interpreter ends, so one slow download would hold up a
stop for minutes. Every step of our work survives a kill, so these threads are daemons: they get a few
seconds to finish and are then left behind.
"""

import sys
import threading
import time
from datetime import datetime
from typing import Any

from apscheduler.executors.base import BaseExecutor, run_job


class DaemonThreads(BaseExecutor):  # type: ignore[misc]  # APScheduler 3 publishes no types
    """Runs each job in a daemon thread of its own; `max_instances` of the jobs bounds their number."""

    def __init__(self) -> None:
        """Start with no threads."""
        super().__init__()
        self._threads: set[threading.Thread] = set()

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` for running jobs; tell whether all have ended."""
        deadline = time.monotonic() + seconds
        for thread in tuple(self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in tuple(self._threads))

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        thread = threading.Thread(target=self._run, args=(job, run_times), name=job.id, daemon=True)
        self._threads = {known for known in self._threads if known.is_alive()} | {thread}
        thread.start()

    def _run(self, job: Any, run_times: list[datetime]) -> None:
        try:
            events = run_job(job, job._jobstore_alias, run_times, self._logger.name)  # noqa: SLF001 - how its own executors do it
        except BaseException as error:  # noqa: BLE001 - as its own executors do: an unreported end blocks the job
            self._run_job_error(job.id, error, sys.exc_info()[2])
        else:
            self._run_job_success(job.id, events)
