class History(Component):
    def setup(self, props):
        state = {"text": "", "past": [], "future": [], "can_undo": False, "can_redo": False}

        def flags():
            state["can_undo"] = len(state["past"]) > 0
            state["can_redo"] = bool(state["future"])

        def write(text: str):
            state["past"].append(state["text"])
            state["past"] = state["past"][-50:]
            state["text"] = text
            state["future"] = []
            flags()

        def undo():
            if state["past"]:
                state["future"].insert(0, state["text"])
                state["text"] = state["past"].pop()
            flags()

        def redo():
            if state["future"]:
                state["past"].append(state["text"])
                state["text"] = state["future"].pop(0)
            flags()

        return {"state": state, "actions": {"write": write, "undo": undo, "redo": redo}}


SERVER = []
CALLS = [
    ("write", ("a",)),
    ("write", ("ab",)),
    ("undo", ()),
    ("undo", ()),
    ("undo", ()),
    ("redo", ()),
    ("write", ("x",)),
    ("redo", ()),
    ("undo", ()),
]
