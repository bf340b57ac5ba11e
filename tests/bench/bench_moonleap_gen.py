"""Moonleap's second run: a spec of 1000 resources with a file each, generated again after one line changed.

Run as a script, or by pytest with `-s`. Times are those of a process that has started: seconds on the clock
for the first run, which waits for the disk, and processor seconds for the others.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from moonleap import generate

ITEMS, REPEATS = 1000, 5
MAX_FIRST, MAX_AGAIN = 3.0, 0.6
"""Seconds; a machine that does nothing else needs half of it for the second one."""

SETTINGS = "packages_by_scope: {default: [bench_gen_rules]}\n"
RULES = """\
from pathlib import Path
from moonleap import Resource, StoreTemplateDirs, create, extend, rule
from moonleap.verbs import has
import moonleap.resource.props as P

class Item(Resource):
    def __init__(self, name):
        self.name, self.folder = name, "pkg" + name[-1]

@create("item")
def create_item(term, block):
    item = Item(term.data)
    item.add_template_dir(Path(__file__).parent / "templates")
    return item

@create("field")
def create_field(term, block): return Resource()

@rule("item", has, "field")
def item_has_field(item, field): ...

@extend(Item)
class ExtendItem(StoreTemplateDirs):
    fields = P.children(has, "field")
"""
TEMPLATE = "# {{ res.name }}\n{% for field in res.fields %}{{ field }}\n{% endfor %}" + "x = 1\n" * 40
NAME = "templates/{{ res.folder }}/{{ res.name }}.py.j2"
SECTION = "# The item{i}:item\n\n:It /has an a{i}:field{more}.\n"


def spec(more: str = "") -> str:
    """One section for each item; `more` stands in the middle one."""
    return "\n".join(SECTION.format(i=i, more=more if i == ITEMS // 2 else "") for i in range(ITEMS))


def run(folder: Path, text: str) -> tuple[float, str]:
    """Seconds of one run, and what it did."""
    (folder / "spec.md").write_text(text, encoding="utf-8")
    clock = time.process_time if (folder / "out").exists() else time.perf_counter
    start = clock()
    report = generate(str(folder)).write(folder / "out")
    taken = clock() - start
    assert not report.failed, report.diagnostics[0].format()
    return taken, report.summary()


def test_1000_files_again_after_one_line() -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as name:
        folder = Path(name)
        for path, text in (("settings.yml", SETTINGS), ("bench_gen_rules.py", RULES), (NAME, TEMPLATE)):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        first, done = run(folder, spec())
        print(f"first      {first:.3f} s  {done}")
        unchanged = min(run(folder, spec())[0] for _ in range(REPEATS))
        print(f"unchanged  {unchanged:.3f} s")
        times = []
        for count in range(REPEATS):
            taken, done = run(folder, spec(f" and a b{count}:field"))
            assert done == f"1 changed, {ITEMS - 1} unchanged"
            times.append(taken)
        print(f"one line   {min(times):.3f} s  {done}")
        assert first < MAX_FIRST
        assert max(unchanged, min(times)) < MAX_AGAIN


if __name__ == "__main__":
    test_1000_files_again_after_one_line()
