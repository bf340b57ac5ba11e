"""The subcommands of `moonleap`, one file each."""
