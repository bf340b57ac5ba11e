class Rating(Component):
    def setup(self, props):
        most = 5
        state = {"votes": [], "average": 0.0, "hovered": None, "stars": "", "counts": {}}

        def rate(stars: int):
            if not 1 <= stars <= most:
                raise ValueError("stars")
            state["votes"].append(stars)
            state["average"] = sum(state["votes"]) / len(state["votes"])
            state["counts"][str(stars)] = state["counts"].get(str(stars), 0) + 1

        def hover(stars: int):
            state["hovered"] = stars

        def leave():
            state["hovered"] = None

        def stars():
            full = round(state["average"])
            state["stars"] = "*" * full + "-" * (most - full)

        return {"state": state, "actions": {"rate": rate, "hover": hover, "leave": leave, "stars": stars}}


SERVER = []
CALLS = [
    ("rate", (4,)),
    ("rate", (5,)),
    ("rate", (9,)),
    ("hover", (3,)),
    ("leave", ()),
    ("rate", (2,)),
    ("stars", ()),
]
