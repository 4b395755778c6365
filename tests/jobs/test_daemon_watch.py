"""What the daemon watches: a reload may say something else than before."""

from pathlib import Path

from tests.jobs.test_daemon import _PATIENCE, Calls, _daemon, _replace, _running


def test_a_reload_may_say_what_to_watch_from_now_on(tmp_path: Path) -> None:
    """A change of what the new configuration names is noticed."""
    first, second = tmp_path / "paperroute.toml", tmp_path / "looks.html"
    for file in (first, second):
        file.write_text("one")
    ticks, reloads = Calls(), Calls()

    def reload() -> tuple[Path, ...]:
        reloads()
        return (first, second)

    with _running(_daemon(ticks, reload=reload, watched=(first,))):
        assert ticks.reached.wait(_PATIENCE)
        for number, file in enumerate((first, second), start=1):
            reloads.reached.clear()
            _replace(file, "two")
            assert reloads.reached.wait(_PATIENCE)
            ticks.wanted = ticks.count + 2
            ticks.reached.clear()
            assert ticks.reached.wait(_PATIENCE)
            assert reloads.count == number
