"""`python -m moonleap` is the command `moonleap`."""

from moonleap.cli import main

main()
