"""What any spec may use: `default: [default_pkg]` in the settings; no package of that name is installed.

It has filters for names, mergers for files that several resources share, and, to be named in `transforms` of
other packages, `default_pkg.clean_up_py_imports.transform`.
"""

from . import clean_up_py_imports, naming, sharing

modules = (naming, sharing, clean_up_py_imports)
