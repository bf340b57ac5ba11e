"""Templates of components: one language, rendered on the server and in the browser with the same result."""
