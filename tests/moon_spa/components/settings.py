class Settings(Component):
    def setup(self, props):
        defaults = {"dark": False, "sound": True}
        state = {
            "flags": {"dark": False, "sound": True},
            "size": 12,
            "language": "en",
            "text": "",
            "changed": 0,
        }

        def toggle(name: str):
            if name not in state["flags"]:
                raise KeyError(name)
            state["flags"][name] = not state["flags"][name]
            state["changed"] += 1

        def resize(by: int):
            size = state["size"] + by
            state["size"] = 8 if size < 8 else 40 if size > 40 else size

        def language(code: str):
            assert code in ("en", "de", "fr"), "unknown"
            state["language"] = code

        def reset():
            state["flags"] = dict(defaults)
            state["size"] = 12

        def export():
            flags = [f"{name}={int(on)}" for name, on in sorted(state["flags"].items())]
            state["text"] = ";".join([*flags, f"size={state['size']}"])

        def import_text(text: str):
            for part in text.split(";"):
                name, _, value = part.partition("=")
                if name == "size" and value.isdigit():
                    state["size"] = int(value)
                elif name in state["flags"]:
                    state["flags"][name] = value == "1"

        return {
            "state": state,
            "actions": {
                "toggle": toggle,
                "resize": resize,
                "language": language,
                "reset": reset,
                "export": export,
                "import_text": import_text,
            },
        }


SERVER = []
CALLS = [
    ("toggle", ("dark",)),
    ("resize", (2,)),
    ("resize", (-30,)),
    ("language", ("de",)),
    ("language", ("xx",)),
    ("reset", ()),
    ("export", ()),
    ("import_text", ("dark=1;size=15",)),
    ("import_text", ("dark",)),
]
