"""The bridge: what an action does comes back as a patch; what a client sends wrong is refused."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import math
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import moon_spa
from moon_spa import bridge, wire
from moon_spa.printing import MAX_PRINTED
from tests.moon_spa.recursive import recursive
from tests.moon_spa.test_wire import CYCLE, nested, same, scalars

SOURCE = """
import asyncio
import sys
import threading
import time

opened = []
over = threading.Event()
MUTABLE = [1, 2]


def change(mapping, name, value):
    mapping[name] = value  # the compiler does not follow this, so the fields keep the types of their defaults


class Shop(Component):
    def setup(self, props):
        state = {
            "count": 0,
            "name": "moon",
            "price": 1.0,
            "rows": [1],
            "found": None,
            "shared": MUTABLE,
            "qty": StateField(from_prop="qty", default=1, cast="int"),
        }
        data = {"limit": 10, "table": [], "odd": (1, 2)}

        def save():
            opened.append(1)
            state["count"] += 1

        @server
        def work(amount: int = 1, factor: float = 1.0):
            print("working", amount)
            change(state, "count", state["count"] + amount)
            change(state, "price", state["price"] * factor)
            state["rows"].append(state["count"])
            self.state.shared.append(3)
            data["limit"] = 11

        @server
        def fail():
            print("before")
            state["count"] = 99
            data["limit"] = 0
            raise ValueError("no <b>stock</b>")

        @server
        async def fetch():
            await asyncio.sleep(0.01)
            print(await asyncio.to_thread(lambda: print("in a thread") or "awaited"))
            state["found"] = None
            self.add("count", 5)

        @server
        def give(what):
            return {
                "all": {"state": {"count": 7}, "data": {"limit": 3}, "props": {"qty": 2}},
                "text": "text",
                "key": {"oops": {}},
                "inner": {"state": 3},
                "state": {"state": {"nope": 3}},
                "data": {"data": {"nope": 3}},
                "generator": (one for one in ()),
                "props": {"props": {1: 2}},
                "empty": {},
            }[what]

        @server
        def store(what):
            value = {
                "str": "text", "float": 1.5, "bool": True, "tuple": (1, 2), "set": {1}, "object": object(),
                "huge": 2**53, "deep": None,
            }[what]
            if what == "deep":
                value = []
                value.append(value)
            if what in ("tuple", "set", "object", "deep"):
                data["table"] = value
            else:
                change(state, "count", value)

        @server
        def odd_text():
            print("half \\ud800")
            raise ValueError("half \\ud800")

        @server
        def flood():
            return {"props": {f"p{i}": "x" * 5_000_000 for i in range(3)}}

        @server
        def odd_name():
            return {"props": {"\\ud800": 1}}

        @server
        def undeclared():
            state["nope"] = 1

        @server
        def remove():
            del data["limit"]

        @server
        def forever():
            while True:
                pass

        @server
        def stubborn():
            while not over.is_set():
                try:
                    while not over.is_set():
                        pass
                except BaseException:
                    pass

        @server
        def asleep():
            time.sleep(1.2)
            state["count"] = 1

        @server
        async def waiting():
            await asyncio.sleep(60)

        @server
        def leave():
            sys.exit(3)

        @server
        def recurse():
            recurse()

        @server
        def chatty():
            for _ in range(3000):
                print("x" * 100)

        @server
        def unprintable():
            class Odd(Exception):
                def __str__(self):
                    raise RuntimeError

            raise Odd

        @server
        async def own_timeout():
            raise TimeoutError("mine")

        @server
        def collect(*numbers: int):
            state["rows"] = list(numbers)

        def mounted():
            state["name"] = "mounted"

        return {
            "props": {**props},
            "state": state,
            "data": data,
            "actions": {
                "save": save,
                "work": work,
                "fail": fail,
                "fetch": fetch,
                "give": give,
                "store": store,
                "odd_text": odd_text,
                "flood": flood,
                "odd_name": odd_name,
                "undeclared": undeclared,
                "remove": remove,
                "forever": forever,
                "stubborn": stubborn,
                "asleep": asleep,
                "waiting": waiting,
                "leave": leave,
                "recurse": recurse,
                "chatty": chatty,
                "unprintable": unprintable,
                "own_timeout": own_timeout,
                "collect": collect,
                "reset": {"op": "set", "state": "count", "value": 0},
            },
            "lifecycle": {"mounted": mounted},
        }
"""


@pytest.fixture(scope="module")
def shop() -> Iterator[moon_spa.CompiledComponent]:
    found = moon_spa.compile(SOURCE, name="Shop", path="shop.py")
    yield found
    setup: Any = vars(found.spec.cls)["setup"]
    setup.__globals__["over"].set()  # ends what no exception ends


def request(name: Any = "work", args: Any = (), **more: Any) -> dict[str, Any]:
    """A request that is right but for what is given."""
    found = {"component": "Shop", "instance": "one", "seq": 4, "kind": "action", "name": name}
    return {**found, "args": list(args) if isinstance(args, tuple) else args, **more}


def ask(shop: Any, name: str, *args: Any, **more: Any) -> dict[str, Any]:
    deadline = more.pop("deadline", 5.0)
    return bridge.call(shop, request(name, args, **more), deadline)


def error_of(reply: dict[str, Any]) -> tuple[str, str]:
    """Code and message of a reply that has the shape of a failure."""
    assert set(reply) == {"seq", "ok", "patch", "error", "stdout"}
    assert (reply["ok"], reply["patch"]) == (False, {"state": {}, "props": {}})
    assert set(reply["error"]) == {"code", "type", "message", "line", "path", "traceback"}
    return reply["error"]["code"], reply["error"]["message"]


def line_of(text: str) -> int:
    return SOURCE[: SOURCE.index(text)].count("\n") + 1


def test_a_reply_holds_what_changed_and_what_was_printed(shop: Any) -> None:
    state = {"count": 4, "price": 3, "rows": [9], "name": "x"}
    before = copy.deepcopy(state)
    reply = ask(shop, "work", 2, 2, state=state)
    assert same(
        reply,
        {
            "seq": 4,
            "ok": True,
            "patch": {
                "state": {"count": 6, "price": 6.0, "rows": [9, 6], "shared": [1, 2, 3]},
                "props": {"limit": 11},
            },
            "error": None,
            "stdout": "working 2\n",
        },
    )
    assert state == before


def test_calls_share_nothing_that_setup_has_made(shop: Any) -> None:
    first, second = ask(shop, "work"), ask(shop, "work")
    assert first == second
    assert second["patch"]["state"]["shared"] == [1, 2, 3]


def test_data_of_other_props_can_be_asked_for(shop: Any) -> None:
    source = "class Card(Component):\n  def setup(self, props):\n    data = {'big': props.get('n', 0) * 2.0}"
    card = moon_spa.compile(source, path="card.py")
    reply = bridge.call(card, request("", component="Card", kind="data", props={"n": 4, "no": 1}))
    assert (reply["ok"], reply["patch"]) == (True, {"state": {}, "props": {"big": 8.0}})
    assert error_of(ask(shop, "", kind="data"))[0] == "not-sendable"


def test_data_of_the_client_is_laid_over_setup_and_only_declared_keys_are_taken(shop: Any) -> None:
    assert "limit" not in ask(shop, "work", props={"limit": 11, "nope": 5, "__class__": 1})["patch"]["props"]
    assert ask(shop, "remove", props={"nope": 5})["error"]["code"] == "undeclared"


def test_a_prop_is_cast_and_what_is_refused_becomes_the_default(shop: Any) -> None:
    for qty, expected in (("7", 7), ("7.9", 1), (None, 1), ([1], 1)):
        assert shop.render_context({"qty": qty})["state"]["qty"] == expected
        assert ask(shop, "save", props={"qty": qty})["ok"]


def test_an_error_drops_all_changes_and_names_its_line(shop: Any) -> None:
    reply = ask(shop, "fail")
    assert error_of(reply) == ("action-failed", "no <b>stock</b>")
    error = reply["error"]
    assert (error["type"], error["path"], error["line"]) == (
        "ValueError",
        "shop.py",
        line_of("raise ValueError"),
    )
    assert reply["stdout"] == "before\n"
    assert "moon_spa" not in error["traceback"]
    assert error["traceback"].count("File ") == 1


def test_async_actions_are_awaited_and_their_threads_print_here(shop: Any) -> None:
    reply = ask(shop, "fetch")
    assert reply["patch"]["state"] == {"count": 5}
    assert reply["stdout"] == "in a thread\nawaited\n"


def test_a_running_loop_goes_on_while_actions_run(shop: Any) -> None:
    async def main() -> tuple[Any, Any, int]:
        ticks = 0
        task = asyncio.ensure_future(bridge.call_async(shop, request("asleep"), 5.0))
        while not task.done():
            await asyncio.sleep(0.05)
            ticks += 1
        return await task, ask(shop, "fetch"), ticks

    slow, inside, ticks = asyncio.run(main())
    assert slow["patch"]["state"] == {"count": 1}
    assert inside["ok"]
    assert ticks > 5


def test_declared_operations_and_hooks_run_here_too(shop: Any) -> None:
    assert ask(shop, "reset", state={"count": 5})["patch"]["state"] == {"count": 0}
    assert ask(shop, "mounted", kind="lifecycle")["patch"]["state"] == {"name": "mounted"}


def test_an_action_may_return_a_patch(shop: Any) -> None:
    assert ask(shop, "give", "all")["patch"] == {"state": {"count": 7}, "props": {"limit": 3, "qty": 2}}
    assert ask(shop, "give", "empty")["ok"]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        *(
            ("text", "bad-result"),
            ("key", "bad-result"),
            ("inner", "bad-result"),
            ("generator", "bad-result"),
        ),
        *(("state", "undeclared"), ("data", "undeclared"), ("props", "undeclared")),
    ],
)
def test_what_else_an_action_returns_is_an_error(shop: Any, what: str, code: str) -> None:
    assert error_of(ask(shop, "give", what))[0] == code


@pytest.mark.parametrize(
    ("what", "code", "message"),
    [
        *(
            ("str", "wrong-type", "not int"),
            ("float", "wrong-type", "not int: write its first value as a float"),
            ("bool", "wrong-type", "not int"),
        ),
        *(("tuple", "not-sendable", "a tuple"), ("set", "not-sendable", "a set")),
        *(
            ("object", "not-sendable", "an object"),
            ("huge", "overflow", "2**53"),
            ("deep", "action-failed", ""),
        ),
    ],
)
def test_what_an_action_stores_is_checked(shop: Any, what: str, code: str, message: str) -> None:
    found = error_of(ask(shop, "store", what))
    assert found[0] == code
    assert message in found[1]


@pytest.mark.parametrize(
    ("name", "code", "kind"),
    [
        ("undeclared", "undeclared", "ValueError"),
        ("leave", "action-failed", "SystemExit"),
        ("recurse", "action-failed", "RecursionError"),
        ("unprintable", "action-failed", "Odd"),
        ("own_timeout", "action-failed", "TimeoutError"),
    ],
)
def test_actions_that_go_wrong_are_errors_of_the_action(shop: Any, name: str, code: str, kind: str) -> None:
    reply = ask(shop, name)
    assert error_of(reply)[0] == code
    assert reply["error"]["type"] == kind
    assert len(reply["error"]["traceback"]) <= 20_000


@pytest.mark.parametrize(
    ("name", "standing"),
    [
        ("forever", {"while True:", "pass"}),
        ("stubborn", {"while not over.is_set():", "pass"}),
        ("asleep", {"time.sleep(1.2)"}),
        ("waiting", {"async def waiting():"}),
    ],
)
def test_after_the_deadline_the_server_goes_on(shop: Any, name: str, standing: set[str]) -> None:
    start = time.monotonic()
    reply = ask(shop, name, deadline=0.2)
    assert time.monotonic() - start < 1.5
    assert error_of(reply)[0] == "too-slow"
    assert shop.spec.block.splitlines()[reply["error"]["line"] - 1].strip() in standing
    assert ask(shop, "work")["ok"]


def test_a_flood_of_text_is_cut(shop: Any) -> None:
    text = ask(shop, "chatty")["stdout"]
    assert MAX_PRINTED < len(text) < MAX_PRINTED + 100
    assert text.endswith("… 203000 more characters\n")


LOUD = """
import logging, sys, warnings

class Loud(Component):
    def setup(self, props):
        state = {"n": 0}
        rows = []
        @server
        def act(number: int):
            print("one", number)
            print("two", number, file=sys.stderr)
            warnings.warn("three")
            logging.getLogger("loud").warning("four %s", number)
            print("five", number)
        @server
        def lost():
            rows.append(1)
        print("setting up", file=sys.stderr)
"""


@pytest.mark.filterwarnings("always:three")
def test_stderr_is_the_clients_in_order_where_that_is_asked_for_and_else_the_processs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loud = moon_spa.compile(LOUD, path="loud.py")
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: print(message, file=sys.stderr))
    handler = logging.StreamHandler()  # made before any call, as `logging.basicConfig` does it
    monkeypatch.setattr(logging.root, "handlers", [handler])
    capsys.readouterr()
    before = sys.stdout, sys.stderr, handler.stream
    asked = {"component": "Loud", "props": {}, "state": {"n": 0}}
    both = [bridge.call(loud, request("act", (7,), **asked), stderr=stderr) for stderr in (True, False)]
    assert both[0]["stdout"] == "setting up\none 7\ntwo 7\nthree\nfour 7\nfive 7\n"
    assert both[1]["stdout"] == "one 7\nfive 7\n"
    assert capsys.readouterr() == ("", "setting up\ntwo 7\nthree\nfour 7\n")
    refused = bridge.call(loud, request("lost", **asked))
    assert error_of(refused)[0] == "lost-change"
    assert capsys.readouterr() == ("", "setting up\n")
    assert before == (sys.stdout, sys.stderr, handler.stream)


def test_text_of_calls_at_once_is_kept_apart(shop: Any, capsys: pytest.CaptureFixture[str]) -> None:
    out = sys.stdout
    replies: list[dict[str, Any]] = []
    threads = [threading.Thread(target=lambda n=n: replies.append(ask(shop, "work", n))) for n in range(1, 9)]
    for thread in threads:
        thread.start()
        print("mine")
    for thread in threads:
        thread.join()
    assert sorted(reply["stdout"] for reply in replies) == [f"working {n}\n" for n in range(1, 9)]
    assert capsys.readouterr().out == "mine\n" * 8
    assert sys.stdout is out


def wrong(code: str, key: str, *given: Any) -> list[tuple[Any, str]]:
    """Requests that are wrong in one key, with the code of their refusal."""
    return [(request(**{key: value}), code) for value in given]


def field(name: str, *given: Any) -> list[tuple[Any, str]]:
    """Requests with a state field of a wrong type."""
    return wrong("wrong-type", "state", *({name: value} for value in given))


NO_REQUESTS: list[Any] = [None, 1, "x", [], (), [request()], b"{}", True, math.nan, {}]
WRONG: list[tuple[Any, str]] = [
    *[(value, "bad-request") for value in NO_REQUESTS],
    *wrong("bad-request", "seq", None, -1, "1", 1.0, True, 2**53, [], {}),
    *wrong("bad-request", "instance", None, 1.5, [], "x" * 201, True, -1),
    *wrong("unknown-component", "component", None, "shop", "", 1, [], {}, "Shop "),
    *wrong("bad-request", "kind", None, "hook", 1, [], {}, "Action", "setup"),
    *wrong("unknown-action", "name", None, "", 1, [], {}, "setup", "__init__", "mounted", "__class__"),
    *wrong("unknown-action", "name", "save.__globals__", "_operate", "add", "self", "state"),
    (request("save", kind="lifecycle"), "unknown-hook"),
    (request("created", kind="lifecycle"), "unknown-hook"),
    (request("save", kind="data"), "bad-request"),
    (request("", (1,), kind="data"), "bad-request"),
    (request("", kind="data", state={"count": 1}), "bad-request"),
    *wrong("bad-request", "args", None, "ab", 1, {"a": 1}, {1}),
    *wrong("wrong-arguments", "args", ("x",), (1.5,), (True,), (1, "2"), (1, 2, 3), (None,)),
    (request("save", (1,)), "wrong-arguments"),
    (request("collect", (1, "2")), "wrong-arguments"),
    (request("give"), "wrong-arguments"),
    *wrong("bad-request", "props", None, [], "x", 1, {1: 1}, {None: 1}, {"x" * 201: 1}),
    *wrong("bad-request", "state", None, [], "x", 1, {1: 1}, {None: 1}, {"x" * 201: 1}),
    *wrong(
        "unknown-state", "state", *({name: 1} for name in ("nope", "__class__", "limit", "__proto__", ""))
    ),
    *field("count", "1", 1.5, None, True, [], {}),
    *field("name", 1, None, ["x"]),
    *field("price", "1", None, True, [1.0]),
    *field("rows", "1", ["x"], [1.5], {"0": 1}, [[1]]),
    *wrong("not-sendable", "props", {"x": (1,)}, {"x": {1}}, {"x": b""}, {"x": CYCLE}),
    *wrong("not-sendable", "state", {"rows": (1,)}, {"rows": {1}}, {"rows": CYCLE}),
    *wrong("not-sendable", "args", ((1,),), ({1},), (b"x",), (object(),), ("\ud800",), (CYCLE,), (len,)),
    *wrong("too-deep", "args", (nested(100),)),
    *wrong("too-deep", "props", {"x": nested(5000)}),
    *wrong("too-large", "args", ([0] * 300_000,)),
    *wrong("too-large", "props", {"x": "x" * 9_000_000}),
    *wrong("bad-request", "extra", 1),
    ({**request(), 1: 2}, "bad-request"),
    ({**request(), None: 2}, "bad-request"),
]


@pytest.mark.parametrize(("sent", "code"), WRONG, ids=[code for _, code in WRONG])
def test_a_wrong_request_is_refused_with_its_code(shop: Any, sent: Any, code: str) -> None:
    opened = shop.spec.cls.setup.__globals__["opened"]
    opened.clear()
    reply = bridge.call(shop, sent)
    found, message = error_of(reply)
    assert found == code, message
    assert len(message) < 300
    assert reply["error"]["traceback"] == ""
    assert not opened
    wire.dumps(reply)


json_like = recursive(
    scalars | st.binary(max_size=3) | st.just(object()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
names = (
    st.sampled_from(["work", "collect", "give", "reset", "fetch", "mounted", "setup", "__class__"])
    | json_like
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "component": st.just("Shop") | json_like,
        "instance": st.just("one") | json_like,
        "seq": st.integers(0, 9) | json_like,
        "kind": st.sampled_from(["action", "lifecycle"]) | json_like,
        "name": names,
        "args": st.lists(json_like, max_size=3) | json_like,
        "props": st.dictionaries(st.sampled_from(["qty", "limit", "table", "x"]), json_like, max_size=3)
        | json_like,
        "state": st.dictionaries(st.sampled_from(["count", "name", "price", "rows"]), json_like, max_size=3),
    },
)
nearly_right = st.builds(lambda given: {**request(), **given}, requests)


@given(nearly_right | requests | json_like)
def test_every_request_has_a_reply_with_a_stable_code(shop: Any, sent: Any) -> None:
    reply = bridge.call(shop, sent)
    assert set(reply) == {"seq", "ok", "patch", "error", "stdout"}
    if reply["ok"]:
        assert reply["error"] is None
    else:
        assert error_of(reply)[0] in bridge.CODES
    wire.dumps(reply)


def test_what_cannot_travel_as_text_is_no_reason_for_silence(shop: Any) -> None:
    replies = {
        name: json.loads(bridge.call_text(shop, wire.dumps(request(name))))
        for name in ("odd_text", "flood", "odd_name")
    }
    assert replies["odd_text"]["stdout"] == "half \\ud800\n"
    assert replies["odd_text"]["error"]["message"] == "half \\ud800"
    assert replies["odd_name"]["error"]["code"] == "not-sendable"
    assert replies["flood"]["error"]["code"] == "too-large"
    assert [reply["seq"] for reply in replies.values()] == [4, 4, 4]


def test_a_transport_of_text_gets_text_whatever_it_sends(shop: Any) -> None:
    sent = wire.dumps(request("work", (1, 2.0), state={"price": 3.0}))
    reply = json.loads(bridge.call_text(shop, sent))
    assert reply["patch"]["state"]["price"] == 6.0
    for text in ("", "{", "[" * 100_000, '{"$moon": 1}', "null", '"\\ud800"'):
        assert json.loads(bridge.call_text(shop, text))["error"]["code"] in bridge.CODES


MIXED = """
class Mixed(Component):
    def setup(self, props):
        state = {"x": 0, "text": ""}

        def half():
            state["x"] += 0.5

        def show():
            import json
            state["text"] = str(state["x"])
"""


def test_a_number_that_is_int_or_float_reaches_the_server_as_what_it_is() -> None:
    mixed = moon_spa.compile(MIXED)
    assert mixed.placement == {"half": "client", "show": "server"}
    for value in (1, 1.0, 1.5):
        sent = wire.dumps(request("show", component="Mixed", state={"x": value, "text": ""}))
        assert json.loads(bridge.call_text(mixed, sent))["patch"]["state"] == {"text": str(value)}
