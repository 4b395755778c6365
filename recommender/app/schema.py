"""JSON Schemas of the configuration files. `python -m recommender.app.schema FOLDER` writes them."""

import sys
from pathlib import Path

from recommender.app.kinds import kinds
from recommender.settings.schema import write_schemas

if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]), kinds())
