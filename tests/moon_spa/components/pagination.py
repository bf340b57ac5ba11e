class Pagination(Component):
    def setup(self, props):
        rows = [f"row {i}" for i in range(23)]
        state = {"page": 1, "per_page": 5, "shown": rows[:5], "pages": 5}

        def show():
            state["pages"] = -(-len(rows) // state["per_page"])
            state["page"] = max(1, min(state["page"], state["pages"]))
            start = (state["page"] - 1) * state["per_page"]
            state["shown"] = rows[start : start + state["per_page"]]

        def go(page: int):
            state["page"] = page
            show()

        def next():
            go(state["page"] + 1)

        def prev():
            go(state["page"] - 1)

        def size(count: int):
            state["per_page"] = count
            show()

        def first():
            go(1)

        def last():
            go(state["pages"])

        return {
            "state": state,
            "actions": {"go": go, "next": next, "prev": prev, "size": size, "first": first, "last": last},
        }


SERVER = []
CALLS = [
    ("go", (3,)),
    ("next", ()),
    ("next", ()),
    ("size", (3,)),
    ("go", (99,)),
    ("prev", ()),
    ("first", ()),
    ("last", ()),
]
