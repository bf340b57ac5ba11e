"""``python -m moon_kernel -f connection.json`` starts the kernel."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # As ipykernel_launcher does: a `random.py` beside the document must not shadow what the kernel
    # imports. IPython puts the folder on the path again for the user's code.
    if sys.path[0] == "" or Path(sys.path[0]) == Path.cwd():
        del sys.path[0]

    from moon_kernel.kernel import main

    main()
