"""Starts the command line, or explains how to install what it needs."""

import sys

from .extras import missing_extra

WRONG_USAGE = 2


def main() -> None:
    """Run the command line and exit; without click, exit with 2."""
    try:
        from .cli import main as run
    except ModuleNotFoundError as exc:
        if exc.name != "click":
            raise
        print(f"payfeed: {missing_extra('the command line', 'cli')}", file=sys.stderr)
        sys.exit(WRONG_USAGE)
    run()


if __name__ == "__main__":
    main()
