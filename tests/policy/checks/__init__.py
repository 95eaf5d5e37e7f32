"""What is looked for in a template. Each check yields findings about one thing by its logical id."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """What is wrong with a parameter or resource; `issue` is the word by which exceptions name it."""

    subject: str
    issue: str
    message: str
    path: list[Any]
