"""Sites: components with routes as pages for any static server, and from disk."""
