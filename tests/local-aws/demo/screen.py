"""What the demo shows: aligned, coloured lines on a terminal, plain ones in a pipe, no colour with NO_COLOR."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Callable

from rich.console import Console
from rich.text import Text

PIPE_WIDTH = 160
WIDEST = 160


class Screen:
    """The terminal, and the name of the step that is under way."""

    def __init__(self) -> None:
        self.step = ""
        self._console = Console(highlight=False)
        if not self._console.is_terminal:
            self._console = Console(highlight=False, width=PIPE_WIDTH)
        self._width = min(self._console.width, WIDEST)

    def begin(self, step: str) -> None:
        self.step = step

    def title(self, text: str, beneath: str) -> None:
        self._console.print(Text.assemble((text, "bold"), " ", (beneath, "dim")))
        self._console.print()

    @contextmanager
    def working(self, text: str) -> Iterator[Callable[[str], None]]:
        """Shows that something takes its time; gives a function that says what is going on just now."""
        if not self._console.is_terminal:
            self._console.print(f"… {text}")
            yield lambda line: None
            return
        with self._console.status(text) as status:
            yield lambda line: status.update(f"{text}  [dim]{line[:self._width - len(text) - 8]}[/]")

    def done(self, text: str, seconds: float | None = None) -> None:
        took = "" if seconds is None else f"  {seconds:.1f} s"
        self._console.print(Text.assemble(("✓ ", "green"), text, (took, "dim")))

    def event(self, label: str, colour: str, seconds: float | None, text: str | Text, *more: str | Text) -> None:
        """One step of the story: when, what, and details beneath."""
        when = "" if seconds is None else f"+{seconds:.1f} s"
        head = Text.assemble((f"{label:<9}", f"bold {colour}"), (f"{when:>8}  ", "dim"))
        for detail in (text, *more):
            whole = Text(detail) if isinstance(detail, str) else detail
            for line in whole.wrap(self._console, self._width - len(head)):
                line.rstrip()
                self._console.print(head + line, soft_wrap=True)
                head = Text(" " * len(head))

    def space(self) -> None:
        self._console.print()

    def end(self, text: str) -> None:
        self._console.print()
        self._console.print(Text.assemble(("✓ ", "bold green"), (text, "bold")), soft_wrap=True)

    def failure(self, text: str, beneath: str) -> None:
        self._console.print(Text.assemble(("✗ ", "bold red"), text), soft_wrap=True)
        self._console.print(Text(f"  {beneath}", "dim"), soft_wrap=True)


def parts(*pieces: str | tuple[str, str]) -> Text:
    """Joins pieces with spaces; a piece with a style is a pair."""
    line = Text()
    for index, piece in enumerate(pieces):
        line.append(" " if index else "")
        line.append(*piece) if isinstance(piece, tuple) else line.append(piece)
    return line
