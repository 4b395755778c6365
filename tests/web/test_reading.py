"""The reading list in the browser."""

import json
import re

import pytest

from tests.web.browsing import hidden_fields, own_path, save
from tests.web.site import PAPERS, Site


def test_reading_list_marks_and_drops(site: Site) -> None:
    """Ticked papers are marked as read or taken off; taking off can be undone."""
    save(site, 1, 2)
    client, path = site.client(), own_path(site, "reading")
    page = client.get(path).text
    first = re.findall(r'name="(drop-[0-9a-f]+)"', page)[0]
    second = re.findall(r'name="(read-[0-9a-f]+)"', page)[1]
    done = client.post(path, data={first: "yes", second: "yes"})
    assert site.saved() == [(PAPERS[0].id, True)]
    client.post(path, data=hidden_fields(done.text))
    assert dict(site.saved()) == {PAPERS[0].id: False, PAPERS[1].id: False}


def test_reading_list_takes_only_the_readers_own_papers(site: Site) -> None:
    """A made-up or foreign paper key is passed over."""
    answer = site.client().post(
        own_path(site, "reading"), data={"save-0123456789abcdef": "yes", "read-": "yes"}
    )
    assert answer.status_code == 200
    assert site.saved() == []


@pytest.mark.parametrize(
    "end, media_type, sign",
    [
        ("bib", "application/x-bibtex", "@misc{"),
        ("ris", "application/x-research-info-systems", "TY  - "),
        ("json", "application/json", '"paper"'),
    ],
)
def test_reading_list_leaves_the_building(site: Site, end: str, media_type: str, sign: str) -> None:
    """The list is a download in three formats, linked from the page."""
    save(site, 1, 2)
    client, path = site.client(), own_path(site, "reading")
    assert f'href="/route{path}.{end}"' in client.get(path).text
    answer = client.get(f"{path}.{end}")
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.text.count(sign) == 2
    assert f"reading-list.{end}" in answer.headers["content-disposition"]


def test_json_export_is_for_programs(site: Site) -> None:
    """The JSON file is a list of flat objects."""
    save(site, 1)
    (row,) = json.loads(site.client().get(own_path(site, "reading") + ".json").text)
    assert row["paper"] == PAPERS[0].id
