"""A game of words and places: commands, a map, what was said."""

import math
from collections import Counter, defaultdict
from typing import ClassVar, NamedTuple


class Place(NamedTuple):
    x: int
    y: int


START = Place(0, 2)


class Labyrinth(Component):
    WAYS: ClassVar[dict[str, list[int]]] = {
        "north": [0, -1],
        "south": [0, 1],
        "west": [-1, 0],
        "east": [1, 0],
    }
    WALLS: ClassVar[set[tuple[int, int]]] = {(1, 0), (1, 1), (3, 1), (3, 2)}

    def setup(self, props):
        state = {
            "at": [0, 2],
            "bag": ["lamp"],
            "said": "",
            "far": 0,
            "seen": [[0, 2]],
            "board": [["#", "."], [".", "#"], [".", "."]],
            "words": {"go": 1},
            "mean": 0.0,
            "log": [],
        }
        rooms = {"hall": lambda n: n + 1, "cellar": lambda n: -n, "tower": abs}

        def _step(way):
            dx, dy = self.WAYS[way]
            x, y = state["at"]
            if (x + dx, y + dy) in self.WALLS:
                raise ValueError("a wall")
            state["at"] = [x + dx, y + dy]
            if state["at"] not in state["seen"]:
                state["seen"].append([x + dx, y + dy])

        def tell(text: str):
            state["log"].append(text)
            match text.lower().split():
                case ["go", "back"]:
                    *earlier, _ = state["seen"]
                    state["seen"] = earlier or [[START.x, START.y]]
                    state["at"] = state["seen"][-1][:]
                case ["go", ("north" | "south" | "east" | "west") as way, *times] if len(times) < 2:
                    count = int(next(iter(times), "1"))
                    for _ in range(count):
                        _step(way)
                case ["take" | "drop" as verb, thing]:
                    have = thing in state["bag"]
                    if have == (verb == "take"):
                        state["said"] = f"you cannot {verb} the {thing}"
                    elif have:
                        state["bag"].remove(thing)
                    else:
                        state["bag"].append(thing)
                case []:
                    state["said"] = ""
                case [first, *_]:
                    state["said"] = f"{first.capitalize()}?"

        def reach(size: int):
            """How far it is to each place, by steps."""
            x, y = state["at"]
            far = {(x, y): 0}
            todo = [(x, y)]
            while todo:
                here = todo.pop(0)
                for dx, dy in self.WAYS.values():
                    near = (here[0] + dx, here[1] + dy)
                    if min(near) >= 0 and max(near) < size and near not in far and near not in self.WALLS:
                        far[near] = far[here] + 1
                        todo.append(near)
            state["far"] = max(far.values())
            state["mean"] = sum(far.values()) / len(far)

        def turn():
            state["board"] = [list(row) for row in zip(*state["board"][::-1], strict=True)]
            state["said"] = " ".join("".join(column) for column in zip(*state["board"], strict=False))

        def count():
            found = Counter(word for line in state["log"] for word in line.split())
            groups = defaultdict(list)
            for word, n in sorted(found.items()):
                groups[n].append(word)
            state["words"] = dict(found.most_common(3))
            state["said"] = "; ".join(f"{n}: {', '.join(words)}" for n, words in sorted(groups.items()))

        def room(name: str):
            state["far"] = rooms[name](state["far"]) if name in rooms else -1

        def crow():
            """As the crow flies, to the next whole number."""
            x, y = state["at"]
            state["far"] = math.isqrt((x - START.x) ** 2 + (y - START.y) ** 2) + math.ceil(state["mean"])

        actions = {
            "tell": tell,
            "reach": reach,
            "turn": turn,
            "count": count,
            "room": room,
            "crow": crow,
        }
        return {"state": state, "actions": actions}


SERVER = []
CALLS = [
    ("tell", ("go east",)),
    ("tell", ("go north 2",)),
    ("tell", ("go east",)),
    ("tell", ("Go EAST x",)),
    ("tell", ("go back",)),
    ("tell", ("take lamp",)),
    ("tell", ("take key",)),
    ("tell", ("drop lamp",)),
    ("tell", ("sing a song",)),
    ("tell", ("",)),
    ("reach", (4,)),
    ("reach", (0,)),
    ("turn", ()),
    ("turn", ()),
    ("count", ()),
    ("room", ("cellar",)),
    ("room", ("tower",)),
    ("room", ("attic",)),
    ("crow", ()),
]
