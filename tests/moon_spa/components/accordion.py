class Accordion(Component):
    def setup(self, props):
        state = {"open": {"a": False, "b": False, "c": True}, "count": 1}

        def toggle(name: str):
            state["open"][name] = not state["open"][name]
            state["count"] = sum(state["open"].values())

        def open_all():
            state["open"] = {name: True for name in state["open"]}
            state["count"] = len(state["open"])

        def close_all():
            for name in state["open"]:
                state["open"][name] = False
            state["count"] = 0

        def only(chosen: str):
            state["open"] = {name: name == chosen for name in state["open"]}

        return {
            "state": state,
            "actions": {"toggle": toggle, "open_all": open_all, "close_all": close_all, "only": only},
        }


SERVER = []
CALLS = [
    ("toggle", ("a",)),
    ("toggle", ("b",)),
    ("toggle", ("a",)),
    ("open_all", ()),
    ("close_all", ()),
    ("only", ("b",)),
]
