class Bmi(Component):
    def setup(self, props):
        state = {"weight": None, "height": None, "bmi": None, "group": ""}

        def number(text):
            text = text.replace(",", ".").strip()
            return float(text) if text else None

        def set_weight(text: str):
            state["weight"] = number(text)

        def set_height(text: str):
            state["height"] = number(text)

        def compute():
            weight, height = state["weight"], state["height"]
            if weight is None or height is None:
                state["bmi"] = None
                state["group"] = "values are missing"
                return
            bmi = weight / height**2
            state["bmi"] = round(bmi, 1)
            if bmi < 18.5:
                state["group"] = "under"
            elif bmi < 25:
                state["group"] = "normal"
            else:
                state["group"] = "over"

        return {
            "state": state,
            "actions": {"set_weight": set_weight, "set_height": set_height, "compute": compute},
        }


SERVER = []
CALLS = [
    ("set_weight", ("70",)),
    ("compute", ()),
    ("set_height", ("1.75",)),
    ("compute", ()),
    ("set_height", ("0",)),
    ("compute", ()),
    ("set_weight", ("",)),
    ("compute", ()),
]
