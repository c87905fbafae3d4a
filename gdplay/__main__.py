"""``python -m gdplay`` is the command ``gdplay``."""

from gdplay.cli import main

if __name__ == "__main__":
    main()
