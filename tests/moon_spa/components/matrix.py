class Matrix(Component):
    def setup(self, props):
        state = {"rows": [[1, 0], [0, 1]], "total": 0, "trace": 0, "error": ""}

        def fill(height: int, width: int):
            state["rows"] = [[0] * width for _ in range(height)]

        def set(row: int, column: int, value: int):
            state["rows"][row][column] = value

        def transpose():
            rows = state["rows"]
            state["rows"] = [[row[i] for row in rows] for i in range(len(rows[0]))]

        def add_row():
            state["rows"].append([0 for _ in state["rows"][0]])

        def total():
            state["total"] = sum(sum(row) for row in state["rows"])
            state["trace"] = sum(row[i] for i, row in enumerate(state["rows"]) if i < len(row))

        def double():
            for row in state["rows"]:
                for i, value in enumerate(row):
                    row[i] = value * 2

        def identity(size: int):
            state["rows"] = [[1 if i == j else 0 for j in range(size)] for i in range(size)]

        def parse(text: str):
            try:
                state["rows"] = [[int(cell) for cell in line.split()] for line in text.split(";")]
                state["error"] = ""
            except ValueError as error:
                state["error"] = str(error)

        return {
            "state": state,
            "actions": {
                "fill": fill,
                "set": set,
                "transpose": transpose,
                "add_row": add_row,
                "total": total,
                "double": double,
                "identity": identity,
                "parse": parse,
            },
        }


SERVER = []
CALLS = [
    (
        "fill",
        (
            2,
            3,
        ),
    ),
    (
        "set",
        (
            0,
            1,
            5,
        ),
    ),
    (
        "set",
        (
            1,
            2,
            -4,
        ),
    ),
    (
        "set",
        (
            7,
            7,
            1,
        ),
    ),
    ("transpose", ()),
    ("add_row", ()),
    ("total", ()),
    ("double", ()),
    ("identity", (3,)),
    ("parse", ("1 2; 3 x",)),
    ("parse", ("1 2; 3 4",)),
]
