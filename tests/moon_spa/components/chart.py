class Chart(Component):
    def setup(self, props):
        data_points = [(0.0, 1.5), (1.0, 2.5), (2.0, 0.5), (3.5, 4.0)]
        state = {
            "points": [{"x": x, "y": y} for x, y in data_points],
            "low": 0.0,
            "high": 3.5,
            "selected": None,
            "path": "",
            "mean": 0.0,
        }

        def draw():
            shown = [p for p in state["points"] if state["low"] <= p["x"] <= state["high"]]
            state["path"] = " ".join(f"{p['x']:.1f},{p['y']:.1f}" for p in shown)
            state["mean"] = sum(p["y"] for p in shown) / len(shown) if shown else 0.0

        def zoom(low: float, high: float):
            if low > high:
                low, high = high, low
            state["low"], state["high"] = low, high
            draw()

        def reset():
            state["low"] = min(p["x"] for p in state["points"])
            state["high"] = max(p["x"] for p in state["points"])
            draw()

        def select(index: int):
            state["selected"] = state["points"][index]

        def scale(factor: int):
            for p in state["points"]:
                p["y"] *= factor
            draw()

        def smooth():
            ys = [p["y"] for p in state["points"]]
            for i in range(1, len(ys) - 1):
                state["points"][i]["y"] = (ys[i - 1] + ys[i] + ys[i + 1]) / 3

        def load():
            import math

            state["points"] = [{"x": float(i), "y": math.sin(i)} for i in range(6)]

        return {
            "state": state,
            "actions": {
                "zoom": zoom,
                "reset": reset,
                "select": select,
                "scale": scale,
                "smooth": smooth,
                "load": load,
            },
        }


SERVER = ["load"]
CALLS = [
    (
        "zoom",
        (
            1.0,
            3.0,
        ),
    ),
    ("reset", ()),
    ("select", (2,)),
    ("load", ()),
    ("scale", (2,)),
    ("smooth", ()),
    (
        "zoom",
        (
            0.0,
            0.5,
        ),
    ),
    (
        "zoom",
        (
            2.5,
            1.0,
        ),
    ),
]
