"""What the Nu Html Checker says of pages, without what is meant to be so in a mail."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

_LAYOUT = "align|bgcolor|border|cellpadding|cellspacing|width"
MEANT = {
    rf"^The “(?:{_LAYOUT})” attribute on the “(?:table|td)” element is obsolete": (
        "Outlook on Windows lays tables out by attributes"
    ),
}
"""Messages that are left out, and why what they speak of is wanted."""


def judge(pages: Mapping[str, str], jar: Path) -> dict[str, list[str]]:
    """Return the messages on each page, in one run; `java` must be there."""
    java = shutil.which("java")
    if java is None:
        raise FileNotFoundError("java")
    with tempfile.TemporaryDirectory() as folder:
        for name, page in pages.items():
            Path(folder, f"{name}.html").write_text(page, encoding="utf-8")
        done = subprocess.run(
            [
                java,
                "-Xshare:auto",
                "-jar",
                str(jar),
                "--format",
                "json",
                "--stdout",
                "--exit-zero-always",
                folder,
            ],
            capture_output=True,
            check=True,
        )
    said = json.loads(done.stdout)["messages"]
    found: dict[str, list[str]] = {name: [] for name in pages}
    for message in said:
        if not any(re.search(pattern, message["message"]) for pattern in MEANT):
            found[Path(message["url"]).stem].append(f"{message['type']}: {message['message']}")
    return found
