class Unannotated(Component):
    def setup(self, props):
        state = {
            "board": [""] * 4,
            "moves": [],
            "todos": [{"id": 1, "text": "milk"}],
            "sizes": {"small": 1, "large": 9},
            "names": {1: "one", 2: "two"},
            "people": [{"name": "Cid", "age": 25}, {"name": "Ann", "age": 31}],
            "letter": "a",
            "total": 0,
        }

        def play(cell):
            if not state["board"][cell]:
                state["board"][cell] = "x"
                state["moves"].append(cell)

        def undo():
            if state["moves"]:
                state["board"][state["moves"].pop()] = ""

        def add(text):
            text = text.strip()
            if text and not text.lower().startswith("no "):
                state["todos"].append({"id": len(state["todos"]) + 1, "text": text.title()})

        def remove(id):
            state["todos"] = [one for one in state["todos"] if one["id"] != id]

        def drop(at):
            del state["todos"][at]

        def take(at):
            state["letter"] = state["todos"].pop(at)["text"][at]

        def measure(size, number):
            state["total"] = state["sizes"][size]
            state["letter"] = state["names"][number]

        def spell(word, other):
            state["letter"] = "-".join(word.split()) + other.replace(" ", "").upper()

        def count(times):
            for i in range(times):
                state["total"] += i

        def show(start, old):
            state["letter"] = "".join(state["board"][start : start + 2]).replace(old, "o")

        def rank(key):
            state["people"].sort(key=lambda one: one[key])
            state["letter"] = state["people"][0]["name"].upper()

        def shift(by):
            state["letter"] = chr(ord(state["letter"][0]) + by)

        actions = {
            "show": show,
            "rank": rank,
            "shift": shift,
            "play": play,
            "undo": undo,
            "add": add,
            "remove": remove,
            "drop": drop,
            "take": take,
        }
        actions |= {"measure": measure, "spell": spell, "count": count}
        return {"state": state, "actions": actions}


SERVER = []
CALLS = [
    ("play", (2,)),
    ("play", (-1,)),
    ("play", (4,)),
    ("undo", ()),
    ("undo", ()),
    ("add", ("  bread and butter ",)),
    ("add", ("No thanks",)),
    ("add", ("",)),
    ("remove", (1,)),
    ("remove", ("2",)),
    ("drop", (0,)),
    ("drop", (0,)),
    ("add", ("tea",)),
    ("take", (0,)),
    ("measure", ("large", 2)),
    ("measure", ("medium", 1)),
    ("measure", ("small", 3)),
    ("spell", ("a  b c", " d e ")),
    ("count", (5,)),
    ("count", (-2,)),
    ("show", (1, "x")),
    ("show", (-2, "")),
    ("rank", ("name",)),
    ("rank", ("age",)),
    ("shift", (2,)),
    ("shift", (2.5,)),
    ("rank", ("size",)),
    ("show", (1, None)),
    ("play", (True,)),
    ("play", ("1",)),
    ("add", (5,)),
]
