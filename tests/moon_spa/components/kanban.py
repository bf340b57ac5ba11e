class Kanban(Component):
    def setup(self, props):
        state = {"columns": {"todo": [], "doing": [], "done": []}, "next": 1, "counts": "", "saved": 0}

        def add(title: str):
            state["columns"]["todo"].append({"id": state["next"], "title": title})
            state["next"] += 1

        def move(id: int, target: str):
            for name, cards in state["columns"].items():
                for card in cards:
                    if card["id"] == id and name != target:
                        state["columns"][name] = [one for one in cards if one["id"] != id]
                        state["columns"][target].append(card)
                        return

        def rename(id: int, title: str):
            for cards in state["columns"].values():
                for card in cards:
                    if card["id"] == id:
                        card["title"] = title

        def remove(id: int):
            for name in ["todo", "doing", "done"]:
                state["columns"][name] = [one for one in state["columns"][name] if one["id"] != id]

        def counts():
            state["counts"] = ", ".join(f"{name}: {len(cards)}" for name, cards in state["columns"].items())

        def save():
            import json

            state["saved"] = len(json.dumps(state["columns"]))

        return {
            "state": state,
            "actions": {
                "add": add,
                "move": move,
                "rename": rename,
                "remove": remove,
                "counts": counts,
                "save": save,
            },
        }


SERVER = ["save"]
CALLS = [
    ("add", ("write",)),
    ("add", ("test",)),
    (
        "move",
        (
            1,
            "doing",
        ),
    ),
    (
        "move",
        (
            2,
            "doing",
        ),
    ),
    (
        "move",
        (
            1,
            "done",
        ),
    ),
    (
        "move",
        (
            9,
            "done",
        ),
    ),
    (
        "rename",
        (
            2,
            "tests",
        ),
    ),
    ("remove", (2,)),
    ("counts", ()),
    ("save", ()),
]
