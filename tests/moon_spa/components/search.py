class Search(Component):
    def setup(self, props):
        products = [
            {"name": "banana", "kind": "fruit"},
            {"name": "fig", "kind": "fruit"},
            {"name": "pan", "kind": "tool"},
            {"name": "Anvil", "kind": "tool"},
        ]
        state = {"query": "", "kinds": [], "results": [], "picked": [], "count": 0}

        def refresh():
            words = state["query"].lower().split()
            state["results"] = [
                one["name"]
                for one in products
                if all(word in one["name"].lower() for word in words)
                and (not state["kinds"] or one["kind"] in state["kinds"])
            ]
            state["count"] = len(state["results"])

        def type(query: str):
            state["query"] = query
            refresh()

        def toggle(kind: str):
            if kind in state["kinds"]:
                state["kinds"].remove(kind)
            else:
                state["kinds"].append(kind)
            refresh()

        def pick(name: str):
            if name not in state["picked"]:
                state["picked"] = [*state["picked"], name]

        def unpick(name: str):
            state["picked"] = [one for one in state["picked"] if one != name]

        return {"state": state, "actions": {"type": type, "toggle": toggle, "pick": pick, "unpick": unpick}}


SERVER = []
CALLS = [
    ("type", ("an",)),
    ("toggle", ("fruit",)),
    ("type", ("",)),
    ("toggle", ("fruit",)),
    ("pick", ("fig",)),
    ("pick", ("fig",)),
    ("unpick", ("fig",)),
]
