class Form(Component):
    def setup(self, props):
        state = {"values": {"name": "", "email": "", "age": ""}, "errors": {}, "sent": False}

        def change(field: str, value: str):
            state["values"][field] = value
            if field in state["errors"]:
                del state["errors"][field]

        def submit():
            errors = {}
            values = state["values"]
            if not values["name"].strip():
                errors["name"] = "a name is needed"
            if "@" not in values["email"] or "." not in values["email"].split("@")[-1]:
                errors["email"] = "no address"
            try:
                age = int(values["age"])
                if not 0 < age < 130:
                    errors["age"] = f"{age} is no age"
            except ValueError:
                errors["age"] = "no number"
            state["errors"] = errors
            state["sent"] = not errors

        def reset():
            state["values"] = {"name": "", "email": "", "age": ""}
            state["errors"] = {}
            state["sent"] = False

        return {"state": state, "actions": {"change": change, "submit": submit, "reset": reset}}


SERVER = []
CALLS = [
    ("submit", ()),
    (
        "change",
        (
            "name",
            "Ada",
        ),
    ),
    (
        "change",
        (
            "email",
            "ada",
        ),
    ),
    ("submit", ()),
    (
        "change",
        (
            "email",
            "ada@x.org",
        ),
    ),
    (
        "change",
        (
            "age",
            "abc",
        ),
    ),
    ("submit", ()),
    (
        "change",
        (
            "age",
            "36",
        ),
    ),
    ("submit", ()),
    ("reset", ()),
]
