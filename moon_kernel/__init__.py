"""The Jupyter kernel: runs the blocks of a document under their Markdown lines."""
