"""The document engine: Markdown text to documents, programs and runs."""
