"""Whether and how often mail comes, as the preference page changes it."""

from datetime import UTC, datetime

from recommender.domain.subscribers import Every, SubscriberState
from tests.web.browsing import form_with, forms
from tests.web.reader import Reader, said


def test_fewer_mails_goes_from_days_to_weekdays_to_weeks(reader: Reader) -> None:
    """One button; after the last step it is gone; each step has its undo."""
    page = reader.look()
    found = []
    while any("fewer" in form for form in forms(page)):
        page = reader.send(next(form for form in forms(page) if "fewer" in form))
        found.append(reader.site.who("ana@example.org").cadence.every)
        assert "From now on" in said(page)
    assert found == [Every.WEEKDAY, Every.WEEK]
    reader.undo(page)
    assert reader.site.who("ana@example.org").cadence.every is Every.WEEKDAY


def test_pressing_fewer_twice_is_once(reader: Reader) -> None:
    """An impatient hand does not get from every day to once a week."""
    form = next(form for form in forms(reader.look()) if "fewer" in form)
    reader.send(form)
    reader.send(form, 409)
    assert reader.site.who("ana@example.org").cadence.every is Every.WEEKDAY


def test_pausing_until_a_day_is_until_it_begins_where_the_reader_is(reader: Reader) -> None:
    """Berlin's midnight; the undo lets mail go out again."""
    form = form_with(reader.look(), mail="pause")
    page = reader.send(form, until="2026-02-10")
    stored = reader.site.who("ana@example.org")
    assert stored.state is SubscriberState.PAUSED
    assert stored.paused_until == datetime(2026, 2, 9, 23, 0, tzinfo=UTC)
    assert "All mail is paused until 10 Feb 2026." in said(page)
    assert "The next one is due Tuesday 10 February at 07:30 (Europe/Berlin time)." in said(page)
    reader.undo(page)
    assert reader.site.who("ana@example.org").mailable


def test_a_pause_can_be_prolonged_and_the_undo_has_the_day_of_before(reader: Reader) -> None:
    """From a week to a month and back; then resumed, and back again."""
    page = reader.send(form_with(reader.look(), mail="pause"), days="7")
    first = reader.site.who("ana@example.org").paused_until
    page = reader.send(form_with(page, mail="pause"), days="30")
    second = reader.site.who("ana@example.org").paused_until
    assert first is not None
    assert second is not None
    assert (second - first).days == 23
    page = reader.undo(page)
    assert reader.site.who("ana@example.org").paused_until == first
    page = reader.send({"mail": "resume"})
    assert reader.site.who("ana@example.org").mailable
    reader.undo(page)
    assert reader.site.who("ana@example.org").paused_until == first


def test_a_pause_needs_a_day_to_come(reader: Reader) -> None:
    """Within a year; what was typed is kept."""
    clean = form_with(reader.look(), mail="pause")
    for until in ("yesterday", "2026-01-30", "2025-02-01", "2027-03-01", "9999-12-31", "\x00"):
        page = reader.send(clean, 422, until=until)
        assert 'id="w-until"' in page, until
        assert form_with(page, mail="pause")["until"] == until
    assert reader.site.who("ana@example.org").mailable


def test_a_pause_that_is_over_counts_as_over(reader: Reader) -> None:
    """Before anybody noted it the page says so, and what comes next."""
    reader.send(form_with(reader.look(), mail="pause"), days="7")
    reader.site.clock.wait(days=8)
    page = reader.look()
    assert "goes out as planned" in page
    assert "Resume mail" not in page
