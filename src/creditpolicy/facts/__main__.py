"""`python -m creditpolicy.facts [--language en]` prints the catalogue of derived facts as Markdown."""

from __future__ import annotations

import argparse
import sys

from creditpolicy.facts.catalogue import catalogue_markdown


def main() -> None:
    """Print the catalogue in Chinese, or in English where asked."""
    parser = argparse.ArgumentParser(prog="python -m creditpolicy.facts", description=__doc__)
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    sys.stdout.write(catalogue_markdown(parser.parse_args().language))


if __name__ == "__main__":
    main()
