"""`python -m finops_guard`."""

from finops_guard.cli.main import main

if __name__ == "__main__":
    main()
