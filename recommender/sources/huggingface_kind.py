"""Hugging Face in the configuration."""

from dataclasses import dataclass

from recommender.ports import Clock
from recommender.ports.options import SourceOptions, WebUrl
from recommender.sources.huggingface import HuggingFaceSource
from recommender.sources.kinds import Client, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingFaceTable(SourceOptions):
    """The daily papers of Hugging Face, with their upvotes."""

    base_url: WebUrl = "https://huggingface.co"
    """Server of the API."""


def _build(table: HuggingFaceTable, client: Client, clock: Clock) -> HuggingFaceSource:
    return HuggingFaceSource(table.name, client, clock=clock, base_url=table.base_url)


KIND = SourceKind("huggingface", HuggingFaceTable, _build)
