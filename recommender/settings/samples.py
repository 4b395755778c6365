"""Configurations written for a person: the demo's, and the one that `try` makes of a sentence."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

_DEMO = """# The demo: everything stays in this folder, and papers may be three weeks old.

[store]
url = "sqlite:///paperroute.db"
artifacts = "artifacts"

[mail]
backend = "outbox"
outbox = "outbox"

[secrets]
file = "keys"

[ranking]
candidates_days = 21
"""

_TRY = """[store]
url = "sqlite:///paperroute.db"
artifacts = "artifacts"

[mail]
backend = "outbox"
outbox = "outbox"

[secrets]
file = "keys"

[ranking]
candidates_days = 30
"""

_SOURCES = """[[source]]
type = "arxiv"
categories = {categories}

[[source]]
type = "huggingface"
"""


def write_demo_config(folder: Path, subscribers: Path) -> Path:
    """Write `folder/config/` for the bundled sample and return its paperroute.toml."""
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(subscribers, config / "subscribers.toml")
    (config / "paperroute.toml").write_text(_DEMO, encoding="utf-8")
    return config / "paperroute.toml"


def write_try_config(folder: Path, sentence: str, categories: Sequence[str], library: Path | None) -> Path:
    """Write `folder/config/` for one reader with one interest and return its paperroute.toml."""
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    (config / "paperroute.toml").write_text(f"{_TRY}\n{source_blocks(categories)}", encoding="utf-8")
    block = try_block(sentence, library.absolute() if library else None)
    (config / "subscribers.toml").write_text(block, encoding="utf-8")
    return config / "paperroute.toml"


def source_blocks(categories: Sequence[str]) -> str:
    """Return the paperroute.toml tables that fetch what `try` fetched."""
    return _SOURCES.format(categories=json.dumps(list(categories)))


def try_block(sentence: str, library: Path | None) -> str:
    """Return the subscribers.toml block that would keep what was tried."""
    name = sentence.strip().split(".")[0]
    short = name if len(name) <= 60 else f"{name[:57].rsplit(' ', 1)[0]} …"
    seeds = f"\n  seeds_file = {_text(str(library))}" if library else ""
    return f"""[[subscriber]]
email = "you@example.org"
at = "07:30"

  [[subscriber.interest]]
  name = {_text(short[:1].upper() + short[1:])}
  about = {_text(" ".join(sentence.split()))}{seeds}
"""


def interest_block(name: str, seeds: Sequence[str]) -> str:
    """Return the subscribers.toml block that declares an interest by a name and the papers it starts from."""
    lines = "".join(f"    {_text(seed)},\n" for seed in seeds)
    return f"""
  [[subscriber.interest]]
  name = {_text(name[:1].upper() + name[1:])}
  seeds = [
{lines}  ]
"""


def _text(value: str) -> str:
    """Return a TOML basic string; JSON's escapes are valid in it."""
    return json.dumps(value, ensure_ascii=False).replace("\\x7f", "\\\\u007F")
