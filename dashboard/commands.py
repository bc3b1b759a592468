"""What the command lines of the dashboard have in common. Standard library only."""

import argparse
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """Options of one command. A wrong one is said in a sentence and ends with 2; no option can be shortened."""

    def __init__(self, prog: str, about: str | None = None, more: str | None = None, **others: Any) -> None:
        super().__init__(
            prog,
            description=about,
            epilog=more,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **others,  # what argparse hands to the parser of a subcommand
        )

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}. --help lists the options.\n")
