class Units(Component):
    def setup(self, props):
        metres = {"m": 1.0, "km": 1000.0, "cm": 0.01, "mi": 1609.344}
        state = {"value": 0.0, "text": "", "error": ""}

        def length(amount: str, source: str, target: str):
            state["error"] = ""
            if source not in metres or target not in metres:
                state["error"] = f"unknown unit {source!r} or {target!r}"
                return
            try:
                state["value"] = float(amount) * metres[source] / metres[target]
                state["text"] = f"{state['value']:g} {target}"
            except ValueError:
                state["error"] = "no number"

        def temperature(celsius: float):
            fahrenheit = celsius * 9 / 5 + 32
            state["value"] = round(fahrenheit, 1)
            state["text"] = f"{celsius:.1f} C = {fahrenheit:.1f} F"

        return {"state": state, "actions": {"length": length, "temperature": temperature}}


SERVER = []
CALLS = [
    (
        "length",
        (
            "3",
            "km",
            "m",
        ),
    ),
    (
        "length",
        (
            "5",
            "mi",
            "km",
        ),
    ),
    ("temperature", (36.6,)),
    ("temperature", (-40.0,)),
    (
        "length",
        (
            "a",
            "m",
            "m",
        ),
    ),
    (
        "length",
        (
            "1",
            "x",
            "m",
        ),
    ),
]
