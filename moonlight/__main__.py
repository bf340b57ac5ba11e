"""`python -m moonlight`, the same as the command `moonlight`."""

from moonlight.cli import main

main()
