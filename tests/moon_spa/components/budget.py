class Budget(Component):
    def setup(self, props):
        state = {"entries": [], "by_kind": {}, "limits": {"food": 50.0}, "report": [], "over": []}

        def recompute():
            totals = {}
            for entry in state["entries"]:
                totals[entry["kind"]] = totals.get(entry["kind"], 0) + entry["amount"]
            state["by_kind"] = totals
            state["over"] = [
                kind for kind, total in totals.items() if total > state["limits"].get(kind, 1000.0)
            ]

        def spend(kind: str, amount: float):
            state["entries"].append({"kind": kind, "amount": amount})
            recompute()

        def undo():
            if state["entries"]:
                state["entries"].pop()
                recompute()

        def limit(kind: str, amount: float):
            state["limits"][kind] = amount
            recompute()

        def report():
            pairs = sorted(state["by_kind"].items(), key=lambda pair: pair[1], reverse=True)
            state["report"] = [f"{kind:>8}: {total:8.2f}" for kind, total in pairs]

        return {"state": state, "actions": {"spend": spend, "undo": undo, "limit": limit, "report": report}}


SERVER = []
CALLS = [
    (
        "spend",
        (
            "food",
            12.5,
        ),
    ),
    (
        "spend",
        (
            "rent",
            800,
        ),
    ),
    (
        "spend",
        (
            "food",
            3,
        ),
    ),
    ("report", ()),
    (
        "limit",
        (
            "food",
            10,
        ),
    ),
    ("undo", ()),
]
