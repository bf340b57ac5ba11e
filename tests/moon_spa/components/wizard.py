class Wizard(Component):
    def setup(self, props):
        steps = ["colour", "animal", "city"]
        state = {"step": 0, "answers": {}, "result": None}

        def answer(value: str):
            state["answers"][steps[state["step"]]] = value

        def next():
            if steps[state["step"]] in state["answers"]:
                state["step"] = min(state["step"] + 1, len(steps) - 1)

        def back():
            state["step"] = max(0, state["step"] - 1)

        def finish():
            from datetime import date

            state["result"] = {"answers": dict(state["answers"]), "year": date(2024, 1, 2).year}

        return {"state": state, "actions": {"answer": answer, "next": next, "back": back, "finish": finish}}


SERVER = ["finish"]
CALLS = [
    ("next", ()),
    ("answer", ("red",)),
    ("next", ()),
    ("answer", ("blue",)),
    ("next", ()),
    ("next", ()),
    ("back", ()),
    ("back", ()),
    ("finish", ()),
]
