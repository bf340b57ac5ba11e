"""The commands of `moon-spa`, one module each."""
