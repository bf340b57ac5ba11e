class Table(Component):
    def setup(self, props):
        state = {
            "rows": [
                {"name": "Mary", "age": 31, "score": 1.5},
                {"name": "carl", "age": 25, "score": 3.0},
                {"name": "Arne", "age": 47, "score": 2.25},
            ],
            "column": "",
            "up": True,
            "query": "",
            "found": [],
            "text": "",
        }

        def sort(column: str):
            state["up"] = not state["up"] if state["column"] == column else True
            state["column"] = column
            if column == "name":
                state["rows"].sort(key=lambda row: row["name"].lower(), reverse=not state["up"])
            elif column == "age":
                state["rows"].sort(key=lambda row: row["age"], reverse=not state["up"])
            else:
                state["rows"] = sorted(state["rows"], key=lambda row: row["score"])

        def search(query: str):
            state["query"] = query
            query = query.lower()
            state["found"] = [row["name"] for row in state["rows"] if query in row["name"].lower()]

        def edit(index: int, name: str):
            state["rows"][index]["name"] = name

        def summary():
            ages = [row["age"] for row in state["rows"]]
            mean = sum(ages) / len(ages) if ages else 0.0
            best = max(state["rows"], key=lambda row: row["score"])
            state["text"] = f"{mean:.1f} {min(ages)}-{max(ages)} {best['name']}"

        def load():
            import csv
            import io

            text = "name,age,score\nTom,3,4.5\nIda,9,1"
            found = csv.DictReader(io.StringIO(text))
            state["rows"] = [
                {"name": row["name"], "age": int(row["age"]), "score": float(row["score"])} for row in found
            ]

        return {
            "state": state,
            "actions": {"sort": sort, "search": search, "edit": edit, "summary": summary, "load": load},
        }


SERVER = ["load"]
CALLS = [
    ("sort", ("age",)),
    ("sort", ("age",)),
    ("sort", ("name",)),
    ("search", ("ar",)),
    ("search", ("",)),
    (
        "edit",
        (
            1,
            "Zoe",
        ),
    ),
    ("load", ()),
    ("sort", ("name",)),
    ("summary", ()),
]
