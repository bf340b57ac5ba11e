"""A document as one HTML page: prose, code, stored outputs."""
