"""moon_spa: a Python component compiled to JavaScript; what cannot be proven equal stays on the server."""
