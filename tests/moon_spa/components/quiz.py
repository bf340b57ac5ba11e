class Quiz(Component):
    def setup(self, props):
        questions = [
            {"text": "2 + 2", "options": ["3", "4", "5"], "answer": 1},
            {"text": "3 * 3", "options": ["6", "8", "9"], "answer": 2},
            {"text": "10 // 3", "options": ["3", "3.3", "4"], "answer": 0},
        ]
        state = {"order": [0, 1, 2], "at": 0, "score": 0, "chosen": [], "done": False, "share": 0.0}

        def choose(option: int):
            if state["done"]:
                return
            question = questions[state["order"][state["at"]]]
            right = question["answer"] == option
            state["chosen"].append({"text": question["options"][option], "right": right})
            if right:
                state["score"] += 1
            state["at"] += 1
            state["done"] = state["at"] >= len(questions)
            state["share"] = 100 * state["score"] / len(state["chosen"])

        def restart():
            state["at"] = state["score"] = 0
            state["chosen"] = []
            state["done"] = False

        def shuffle():
            from random import Random

            Random(3).shuffle(state["order"])
            state["at"] = 0
            state["done"] = False

        return {"state": state, "actions": {"choose": choose, "restart": restart, "shuffle": shuffle}}


SERVER = ["shuffle"]
CALLS = [
    ("choose", (1,)),
    ("choose", (0,)),
    ("choose", (2,)),
    ("choose", (1,)),
    ("restart", ()),
    ("shuffle", ()),
    ("choose", (1,)),
]
