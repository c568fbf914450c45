"""``python -m precode``, and the program ``precode``."""

from __future__ import annotations

import sys

from precode import INTERRUPTED


def main() -> None:
    """Run the command line. Ctrl-C may come while it is still being imported, which takes a while on
    a cold disk: that too is one line and exit 130.
    """
    try:
        from precode.cli.main import main as run

        run()
    except KeyboardInterrupt:
        if sys.stderr is not None:
            print(INTERRUPTED, file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
