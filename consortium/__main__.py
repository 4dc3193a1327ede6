"""`python -m consortium` is `consortium`."""

from consortium.cli import main

if __name__ == "__main__":
    main()
