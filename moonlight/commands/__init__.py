"""Commands of the engine, one module each; `moonlight.cli` knows them by name."""
