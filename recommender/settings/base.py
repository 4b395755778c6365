"""What the models of all sections share."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from recommender.settings import fields


class Section(BaseModel):
    """Base of every table: strict types, no unknown keys, immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


def secret_line(secret: SecretStr) -> SecretStr:
    """Refuse line breaks and control characters in a secret."""
    fields.one_line(secret.get_secret_value())
    return secret


Secret = Annotated[SecretStr, AfterValidator(secret_line)]
"""One line that is never shown."""
