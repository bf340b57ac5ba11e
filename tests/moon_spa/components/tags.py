class Tags(Component):
    def setup(self, props):
        limit = props.get("limit", 5)
        state = {"tags": [], "text": "", "message": ""}

        def type(text: str):
            state["text"] = text

        def add():
            for part in state["text"].replace(";", ",").split(","):
                tag = part.strip().lower()
                if not tag or tag in state["tags"]:
                    continue
                if len(state["tags"]) >= limit:
                    state["message"] = "too many"
                    break
                state["tags"].append(tag)
            state["text"] = ""

        def remove(tag: str):
            try:
                state["tags"].remove(tag)
            except ValueError:
                state["message"] = f"no {tag}"

        def sort():
            state["tags"] = sorted(set(state["tags"]), reverse=True)

        def backspace():
            if not state["text"] and state["tags"]:
                state["text"] = state["tags"].pop()

        def clear():
            state["tags"] = []

        return {
            "state": state,
            "actions": {
                "type": type,
                "add": add,
                "remove": remove,
                "backspace": backspace,
                "clear": clear,
                "sort": sort,
            },
        }


SERVER = []
CALLS = [
    ("type", ("py, Data",)),
    ("add", ()),
    ("type", ("PY;x",)),
    ("add", ()),
    ("remove", ("data",)),
    ("remove", ("zz",)),
    ("sort", ()),
    ("backspace", ()),
    ("clear", ()),
]
