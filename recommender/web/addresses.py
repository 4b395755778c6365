"""Mail addresses that people type."""

from pydantic_core import PydanticCustomError

from recommender.settings.fields import address
from recommender.web.preference_fields import fault_of

LONGEST_ADDRESS = 254


def checked_address(typed: str) -> str:
    """Return an address as mail can use it, checked as in the files; raises ValueError that says why."""
    if not typed.strip():
        raise ValueError("write a mail address, like name@example.org.")
    if len(typed) > LONGEST_ADDRESS:
        raise ValueError(f"an address has at most {LONGEST_ADDRESS} characters.")
    try:
        return address(typed)
    except PydanticCustomError as error:
        raise ValueError(fault_of(error)) from None
