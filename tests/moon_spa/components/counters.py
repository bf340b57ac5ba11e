class Counters(Component):
    def setup(self, props):
        start = props.get("start", 1)
        step = props.get("step", 2)
        state = {"values": [start, start], "count": start, "total": 0, "half": 0}

        def bump(index: int):
            state["values"][index] += step
            state["count"] += step

        def add():
            state["values"].append(start)

        def remove(index: int):
            state["values"].pop(index)

        def reset():
            state["values"] = [start for _ in state["values"]]
            state["count"] = start

        def total():
            state["total"] = sum(state["values"])

        def half():
            state["half"] += 0.5

        return {
            "state": state,
            "actions": {
                "bump": bump,
                "add": add,
                "remove": remove,
                "reset": reset,
                "total": total,
                "half": half,
            },
        }


SERVER = []
CALLS = [
    ("bump", (0,)),
    ("bump", (1,)),
    ("bump", (0,)),
    ("add", ()),
    ("remove", (0,)),
    ("bump", (0,)),
    ("reset", ()),
    ("total", ()),
    ("half", ()),
]
