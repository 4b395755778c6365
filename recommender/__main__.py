"""`python -m recommender` and the `paperroute` command."""

from recommender.cli.main import main

if __name__ == "__main__":
    main()
