class Notes(Component):
    def setup(self, props):
        state = {"notes": [], "at": None, "words": 0, "found": [], "html": ""}

        def new():
            state["notes"].append({"title": "untitled", "text": "", "tags": []})
            state["at"] = len(state["notes"]) - 1

        def open(index: int):
            if 0 <= index < len(state["notes"]):
                state["at"] = index

        def write(text: str):
            if state["at"] is None:
                return
            note = state["notes"][state["at"]]
            note["text"] = text
            first = text.splitlines()[0] if text else ""
            note["title"] = first.lstrip("# ") or "untitled"
            note["tags"] = [word[1:] for word in text.split() if word.startswith("#") and len(word) > 1]
            state["words"] = len(text.split())

        def delete(index: int):
            del state["notes"][index]
            state["at"] = None if not state["notes"] else 0

        def find(query: str):
            state["found"] = [i for i, note in enumerate(state["notes"]) if query in note["text"]]

        def render():
            import html

            if state["at"] is not None:
                state["html"] = html.escape(state["notes"][state["at"]]["text"])

        return {
            "state": state,
            "actions": {
                "new": new,
                "open": open,
                "write": write,
                "delete": delete,
                "find": find,
                "render": render,
            },
        }


SERVER = ["render"]
CALLS = [
    ("new", ()),
    ("open", (0,)),
    ("write", ("# One\nsome *text* here",)),
    ("new", ()),
    ("write", ("plain",)),
    ("delete", (0,)),
    ("open", (5,)),
    ("find", ("pl",)),
    ("render", ()),
]
