"""`python -m workforce_assets.cli`: the same as the console script."""

from workforce_assets.cli import main

main()
