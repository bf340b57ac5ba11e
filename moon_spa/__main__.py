"""`python -m moon_spa` is the command `moon_spa`."""

from moon_spa.cli import main

main()
