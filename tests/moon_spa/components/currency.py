class Currency(Component):
    def setup(self, props):
        state = {
            "rates": {"EUR": 1.0, "USD": 1.08, "GBP": 0.86},
            "from": "EUR",
            "to": "GBP",
            "amount": "",
            "result": "",
            "history": [],
        }

        def convert(amount: str):
            state["amount"] = amount
            try:
                value = float(amount)
            except ValueError:
                state["result"] = "no number"
                return
            rate = state["rates"].get(state["to"], 1.0) / state["rates"].get(state["from"], 1.0)
            state["result"] = f"{value * rate:,.2f} {state['to']}"
            state["history"].append(state["result"])

        def pick(code: str):
            if code in state["rates"]:
                state["to"] = code

        def swap():
            state["from"], state["to"] = state["to"], state["from"]

        def update():
            import json

            state["rates"] = json.loads('{"EUR": 1.0, "USD": 1.1, "JPY": 160.0}')

        return {"state": state, "actions": {"convert": convert, "pick": pick, "swap": swap, "update": update}}


SERVER = ["update"]
CALLS = [
    ("convert", ("10",)),
    ("pick", ("USD",)),
    ("convert", ("2.5",)),
    ("convert", ("x",)),
    ("swap", ()),
    ("convert", ("1e3",)),
    ("update", ()),
    ("pick", ("JPY",)),
    ("convert", ("7",)),
]
