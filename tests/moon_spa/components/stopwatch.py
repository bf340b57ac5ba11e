class Stopwatch(Component):
    def setup(self, props):
        state = {"running": False, "seconds": 0.0, "laps": [], "text": "0:00.0", "best": None}

        def show():
            minutes, seconds = divmod(state["seconds"], 60)
            state["text"] = f"{int(minutes)}:{seconds:04.1f}"

        def start():
            state["running"] = True

        def stop():
            state["running"] = False

        def tick(passed: float):
            if state["running"]:
                state["seconds"] += passed
                show()

        def lap():
            last = state["laps"][-1]["at"] if state["laps"] else 0.0
            state["laps"].append({"at": state["seconds"], "time": state["seconds"] - last})

        def best():
            if state["laps"]:
                state["best"] = min(one["time"] for one in state["laps"])

        def reset():
            state["seconds"] = 0.0
            state["laps"].clear()
            state["best"] = None
            state["running"] = False
            show()

        return {
            "state": state,
            "actions": {"start": start, "stop": stop, "tick": tick, "lap": lap, "best": best, "reset": reset},
        }


SERVER = []
CALLS = [
    ("tick", (1.5,)),
    ("start", ()),
    ("tick", (2.0,)),
    ("lap", ()),
    ("tick", (0.25,)),
    ("lap", ()),
    ("stop", ()),
    ("tick", (9.0,)),
    ("best", ()),
    ("reset", ()),
]
