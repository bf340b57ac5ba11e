class Hangman(Component):
    def setup(self, props):
        state = {"word": "python", "guessed": [], "left": 6, "shown": "______", "over": False}

        def guess(letter: str):
            letter = letter.lower()
            if state["over"] or len(letter) != 1 or letter in state["guessed"]:
                return
            state["guessed"].append(letter)
            if letter not in state["word"]:
                state["left"] -= 1
            state["shown"] = "".join(c if c in state["guessed"] else "_" for c in state["word"])
            state["over"] = state["left"] == 0 or "_" not in state["shown"]

        def new_word():
            import random

            word = random.Random(5).choice(["banana", "kiwi", "mango"])
            state.update(word=word, guessed=[], left=6, shown="_" * len(word), over=False)

        return {"state": state, "actions": {"guess": guess, "new_word": new_word}}


SERVER = ["new_word"]
CALLS = [
    ("guess", ("p",)),
    ("guess", ("P",)),
    ("guess", ("x",)),
    ("guess", ("ab",)),
    ("guess", ("y",)),
    ("guess", ("t",)),
    ("guess", ("h",)),
    ("guess", ("o",)),
    ("guess", ("n",)),
    ("guess", ("z",)),
    ("new_word", ()),
    ("guess", ("a",)),
]
