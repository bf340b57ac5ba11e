class TicTacToe(Component):
    def setup(self, props):
        lines = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]
        state = {"board": [""] * 9, "turn": "X", "winner": None, "moves": []}

        def winner_of(board):
            for a, b, c in lines:
                if board[a] and board[a] == board[b] == board[c]:
                    return board[a]
            return None if "" in board else "draw"

        def play(cell: int):
            if state["winner"] is not None or state["board"][cell]:
                return
            state["board"][cell] = state["turn"]
            state["moves"].append(cell)
            state["winner"] = winner_of(state["board"])
            state["turn"] = "O" if state["turn"] == "X" else "X"

        def undo():
            if state["moves"]:
                cell = state["moves"].pop()
                state["turn"] = state["board"][cell]
                state["board"][cell] = ""
                state["winner"] = None

        def restart():
            state["board"] = [""] * 9
            state["turn"] = "X"
            state["winner"] = None
            state["moves"] = []

        return {"state": state, "actions": {"play": play, "undo": undo, "restart": restart}}


SERVER = []
CALLS = [
    ("play", (0,)),
    ("play", (4,)),
    ("play", (0,)),
    ("play", (1,)),
    ("play", (8,)),
    ("play", (2,)),
    ("play", (7,)),
    ("play", (5,)),
    ("restart", ()),
    ("play", (3,)),
    ("undo", ()),
]
