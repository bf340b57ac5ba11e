class Todo(Component):
    def setup(self, props):
        state = {"items": [], "text": "", "filter": "all", "next_id": 1}

        def set_text(value: str):
            state["text"] = value

        def add():
            text = state["text"].strip()
            if not text:
                return
            state["items"].append({"id": state["next_id"], "text": text, "done": False})
            state["next_id"] += 1
            state["text"] = ""

        def toggle(id: int):
            for item in state["items"]:
                if item["id"] == id:
                    item["done"] = not item["done"]

        def clear():
            state["items"] = [item for item in state["items"] if not item["done"]]

        def show(name: str):
            state["filter"] = name

        def count_done():
            done = sum(1 for item in state["items"] if item["done"])
            state["text"] = f"{done} of {len(state['items'])}"

        def fetch():
            import json

            state["text"] = json.dumps(state["items"])

        return {
            "state": state,
            "actions": {
                "set_text": set_text,
                "add": add,
                "toggle": toggle,
                "clear": clear,
                "show": show,
                "count_done": count_done,
                "fetch": fetch,
            },
        }


SERVER = ["fetch"]
CALLS = [
    ("add", ()),
    ("set_text", ("milk",)),
    ("add", ()),
    ("set_text", ("  tea ",)),
    ("add", ()),
    ("toggle", (1,)),
    ("toggle", (9,)),
    ("show", ("done",)),
    ("count_done", ()),
    ("fetch", ()),
    ("toggle", (2,)),
    ("clear", ()),
]
