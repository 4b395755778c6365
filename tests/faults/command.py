"""One run of the `paperroute` command in a forked process: its own folder, signals as in a shell."""

import os
import signal
import traceback
from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The words of a command and the folder it is run in; what it says goes to the file `log`."""

    words: tuple[str, ...]
    folder: str
    log: str


def warm() -> None:
    """Import what every command imports, once, in the process that forks."""
    import jobs.daemon  # noqa: F401, PLC0415 heavy, and wanted by some of the tests alone
    import recommender.app  # noqa: PLC0415 see above
    import recommender.cli.main  # noqa: PLC0415 see above
    import recommender.web.app  # noqa: PLC0415 see above
    import recommender.web.server  # noqa: F401, PLC0415 see above


def obey(command: Command) -> NoReturn:
    """Become the command; leave with its exit code, or die of a signal as it would."""
    os.chdir(command.folder)
    for name in [name for name in os.environ if name.startswith("PAPERROUTE_")]:
        del os.environ[name]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    log = os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os._exit(_code(command))


def _code(command: Command) -> int:
    """Run it to its end and return the code that the interpreter would leave with."""
    from recommender.cli.main import main  # noqa: PLC0415 see `warm`

    try:
        main(command.words)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BaseException:  # noqa: BLE001 - the traceback is what there is to see
        os.write(2, traceback.format_exc().encode())
        return 1
    return 0
