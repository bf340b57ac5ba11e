class Cart(Component):
    def setup(self, props):
        rate = props.get("rate", 0.19)
        state = {"lines": [], "total": 0.0, "discount": 0, "label": ""}

        def refresh():
            total = 0
            for line in state["lines"]:
                total += line["price"] * line["count"]
            total = total * (100 - state["discount"]) / 100
            state["total"] = round(total, 2)
            state["label"] = f"{total:.2f} EUR, {len(state['lines'])} lines"

        def add(name: str, price: float):
            for line in state["lines"]:
                if line["name"] == name:
                    line["count"] += 1
                    break
            else:
                state["lines"].append({"name": name, "price": price, "count": 1})
            refresh()

        def change(index: int, count: int):
            if count < 0:
                raise ValueError("count")
            if count == 0:
                state["lines"].pop(index)
            else:
                state["lines"][index]["count"] = count
            refresh()

        def remove(name: str):
            state["lines"] = [line for line in state["lines"] if line["name"] != name]
            refresh()

        def discount(percent: int):
            state["discount"] = max(0, min(percent, 50))
            refresh()

        def total_label():
            prices = [line["price"] * line["count"] for line in state["lines"]]
            state["label"] = f"{sum(prices) * (1 + rate):,.2f} max {max(prices, default=0):.1f}"

        def load():
            import json

            state["lines"] = json.loads('[{"name": "pen", "price": 2.0, "count": 3}]')

        return {
            "state": state,
            "actions": {
                "add": add,
                "change": change,
                "remove": remove,
                "discount": discount,
                "total_label": total_label,
                "load": load,
            },
        }


SERVER = ["load"]
CALLS = [
    (
        "add",
        (
            "tea",
            3.5,
        ),
    ),
    (
        "add",
        (
            "cup",
            8.25,
        ),
    ),
    (
        "add",
        (
            "tea",
            3.5,
        ),
    ),
    (
        "change",
        (
            0,
            4,
        ),
    ),
    ("discount", (10,)),
    ("remove", ("cup",)),
    (
        "change",
        (
            0,
            0,
        ),
    ),
    ("load", ()),
    ("total_label", ()),
]
