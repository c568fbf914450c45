"""``python -m precode``."""

from precode.cli.main import main

if __name__ == "__main__":
    main()
