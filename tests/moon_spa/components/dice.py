class Dice(Component):
    def setup(self, props):
        state = {"dice": [1, 1, 1, 1, 1], "held": [], "seed": 7, "points": 0, "best": ""}

        def roll():
            from random import Random

            random = Random(state["seed"])
            state["seed"] += 1
            state["dice"] = [
                value if i in state["held"] else random.randint(1, 6) for i, value in enumerate(state["dice"])
            ]

        def hold(index: int):
            if index in state["held"]:
                state["held"].remove(index)
            else:
                state["held"].append(index)
                state["held"].sort()

        def score():
            counts = [state["dice"].count(face) for face in range(1, 7)]
            most = max(counts)
            state["points"] = sum(state["dice"])
            state["best"] = f"{most} x {counts.index(most) + 1}"

        def reset():
            state["dice"] = [1] * 5
            state["held"] = []

        return {"state": state, "actions": {"roll": roll, "hold": hold, "score": score, "reset": reset}}


SERVER = ["roll"]
CALLS = [
    ("hold", (0,)),
    ("roll", ()),
    ("hold", (1,)),
    ("hold", (0,)),
    ("roll", ()),
    ("score", ()),
    ("reset", ()),
]
