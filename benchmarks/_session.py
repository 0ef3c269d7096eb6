"""A reader without a browser: a real session over Streamlit's websocket.

    async with Session(address, "jazz") as reader:
        await reader.set("epochs", 20)
        await reader.press("jazz_run:train")
        await reader.until(lambda: "loss" in reader.text())
        print(reader.errors(), [rerun.seconds for rerun in reader.reruns])

It speaks the protocol of Streamlit 1.67 as its own front end does: messages are named by hash
and not sent twice, fragments that ask to be run again are run again, what a run did not draw is
gone, uploads go over HTTP with the XSRF token. Everything is asyncio, so that a few hundred fit
in one process. Widgets are named by their ``key``, or by their label where they have none.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import requests
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

XSRF_COOKIE = "_streamlit_xsrf"
PATIENCE = 120.0  # seconds; what takes longer counts as hung
OVER = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass(frozen=True)
class Rerun:
    """One request and how long the page took to be complete again.

    Attributes
    ----------
    kind : "load", "page", "fragment" or "auto"
        Opening a page, the whole page, one fragment, and one fragment by the clock.
    sent : float
        ``time.perf_counter`` when it left.
    seconds : float
        Until ``script_finished`` arrived, all that was drawn before it included.
    """

    kind: str
    sent: float
    seconds: float


@dataclass
class Node:
    """A place of the page: an element, or a block (``element`` is then empty)."""

    kind: str
    element: Any
    fragment: str
    run: str


@dataclass
class _Request:
    kind: str
    fragment: str
    sent: float
    started: bool = False
    drawn: bool = False  # by a run whose end was told together with the next one's
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Session:
    """One reader of one server.

    Parameters
    ----------
    address : str
        ``http://host:port``.
    page : str
        As in the URL; empty for home.
    query : str
        What stands after the question mark.
    """

    def __init__(self, address: str, page: str = "", query: str = "") -> None:
        self.address = address.rstrip("/")
        self.page = page
        self.params: dict[str, list[str]] = parse_qs(query, keep_blank_values=True)
        self.reruns: list[Rerun] = []
        self.id = ""
        self.navigation: dict[str, str] = {}  # url path -> page script hash
        self.closed = ""
        self.received = 0  # bytes
        self._tree: dict[tuple[int, ...], Node] = {}
        self._values: dict[str, WidgetState] = {}
        self._cache: dict[str, tuple[ForwardMsg, int, str]] = {}
        self._cache_runs, self._cache_age = 0, 2
        self._page_hash = self._run = ""
        self._run_fragments: list[str] = []
        self._requests: list[_Request] = []
        self._clocks: dict[str, tuple[float, asyncio.Task]] = {}
        self._asked: dict[str, asyncio.Future] = {}
        self._files: dict[str, str] = {}
        self._moved = asyncio.Event()
        self._http = requests.Session()

    # Coming and going.

    async def __aenter__(self) -> Session:
        await self.connect()
        await self._ask("load")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def connect(self) -> None:
        """Take the XSRF cookie and open the websocket; nothing is run yet."""
        answer = await asyncio.to_thread(
            self._http.get, f"{self.address}/_stcore/health", timeout=PATIENCE
        )
        answer.raise_for_status()
        token = self._http.cookies.get(XSRF_COOKIE, "")
        self._socket = await connect(
            self.address.replace("http", "ws", 1) + "/_stcore/stream",
            origin=self.address,
            subprotocols=["streamlit", token or "PLACEHOLDER_AUTH_TOKEN"],
            additional_headers={"Cookie": f"{XSRF_COOKIE}={token}"},
            max_size=None,
            open_timeout=PATIENCE,
        )
        self._reading = asyncio.create_task(self._read())

    async def close(self) -> None:
        """Leave as a closed tab leaves."""
        self._stop_clocks()
        await self._socket.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._http.close()

    # Acting. Each returns when the page is complete again.

    async def open(self, page: str) -> None:
        """Another page, by its link in the navigation."""
        self.page = page
        await self._ask("load", page_hash=self.navigation[page])

    async def rerun(self) -> None:
        """The whole page once more."""
        await self._ask("page")

    async def press(self, name: str) -> None:
        """A button."""
        await self._send_widget(name, trigger_value=True, once=True)

    async def set(self, name: str, value: Any) -> None:
        """Set a slider, number, text, toggle, select, radio or pills.

        Choices are given by what the widget shows. A list for those that take several.
        """
        node = self.widget(name)
        shown = node.element
        if shown.disabled:
            raise ValueError(f"{name} is disabled")
        if (node.kind == "slider" and shown.type == Slider.SELECT_SLIDER) or node.kind in SEVERAL:
            values = [value] if isinstance(value, str) else list(value)
            await self._send_widget(name, string_array_value=values)
        elif node.kind == "slider":
            values = list(value) if isinstance(value, list | tuple) else [value]
            await self._send_widget(name, double_array_value=values)
        else:
            await self._send_widget(name, **{PLAIN[node.kind]: value})

    async def upload(self, name: str, file_name: str, data: bytes) -> None:
        """Put a file into an uploader that takes one, in place of what it holds.

        Raises ``requests.HTTPError`` if the server refuses it.
        """
        shown = self.widget(name).element
        asked = BackMsg()
        asked.file_urls_request.file_names.append(file_name)
        asked.file_urls_request.session_id = self.id
        urls = (await self._answer(asked, asked.file_urls_request)).file_urls[0]
        if before := self._files.pop(shown.id, None):
            await self._request("DELETE", before)
        answer = await self._request("PUT", urls.upload_url, files={file_name: (file_name, data)})
        answer.raise_for_status()
        self._files[shown.id] = urls.delete_url
        state = WidgetState(id=shown.id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = file_name, len(data), urls.file_id
        info.file_urls.CopyFrom(urls)
        await self._send_state(name, state)

    async def download(self, name: str) -> bytes:
        """What a download button gives that makes its file when it is pressed.

        Raises ``ValueError`` where the server could not make it.
        """
        asked = BackMsg()
        operation = asked.backend_operation_request
        operation.session_id = self.id
        operation.deferred_file.file_id = self.widget(name).element.deferred_file_id
        answer = await self._answer(asked, operation)
        if answer.error_msg:
            raise ValueError(answer.error_msg)
        return (await self.get(answer.deferred_file.url)).content

    async def get(self, path: str) -> requests.Response:
        """What a link or a download button leads to."""
        return await self._request("GET", path)

    async def until(self, holds: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """Wait, clocks running, until ``holds()`` is true of the page; what it returned.

        Raises ``TimeoutError`` after ``seconds``.
        """
        async with asyncio.timeout(seconds):
            while not (found := holds()):
                self._moved.clear()
                await self._moved.wait()
                self._check()
        return found

    # Seeing.

    def nodes(self, *kinds: str) -> Iterator[Node]:
        """Elements of these kinds (all if none is named), in reading order."""
        for path in sorted(self._tree):
            node = self._tree[path]
            if node.element is not None and (not kinds or node.kind in kinds):
                yield node

    def elements(self, *kinds: str) -> list[Any]:
        """Their protocol buffers."""
        return [node.element for node in self.nodes(*kinds)]

    def widget(self, name: str) -> Node:
        """The widget with this key, else with this label. ``KeyError`` if there is none."""
        nodes = [node for node in self.nodes() if getattr(node.element, "id", "")]
        for mark in (key_of, lambda element: getattr(element, "label", None)):
            for node in nodes:
                if mark(node.element) == name:
                    return node
        raise KeyError(f"no widget {name!r} on /{self.page}; there are {sorted(self.widgets())}")

    def widgets(self) -> set[str]:
        """The keys of all widgets on the page."""
        return {
            key for node in self.nodes() if (key := key_of(node.element)) and node.kind in WIDGETS
        }

    def has(self, name: str) -> bool:
        try:
            self.widget(name)
        except KeyError:
            return False
        return True

    def text(self) -> str:
        """All Markdown, headings, captions, alerts and plain text of the page."""
        return "\n".join(
            getattr(element, "body", "") for element in self.elements(*TEXTS) if element is not None
        )

    def errors(self) -> list[str]:
        """What the page says is wrong, in ``st.error``."""
        return [alert.body for alert in self.elements("alert") if alert.format == alert.ERROR]

    def exceptions(self) -> list[str]:
        """Uncaught exceptions the page shows. There should be none, ever."""
        return [f"{one.type}: {one.message}" for one in self.elements("exception")]

    def seconds(self, *kinds: str) -> list[float]:
        """How long the reruns of these kinds took; all if none is named."""
        return [one.seconds for one in self.reruns if not kinds or one.kind in kinds]

    # Sending.

    async def _send_widget(self, name: str, *, once: bool = False, **value: Any) -> None:
        shown = self.widget(name).element
        if getattr(shown, "disabled", False):
            raise ValueError(f"{name} is disabled")
        state = WidgetState(id=shown.id)
        ((where, given),) = value.items()
        if where.endswith("_array_value"):
            getattr(state, where).SetInParent()
            getattr(state, where).data.extend(given)
        else:
            setattr(state, where, given)
        if bound := getattr(shown, "query_param_key", ""):
            several = given if isinstance(given, list) else [given]
            self.params[bound] = [_in_url(one) for one in several]
        await self._send_state(name, state, once=once)

    async def _send_state(self, name: str, state: WidgetState, *, once: bool = False) -> None:
        fragment = self.widget(name).fragment
        # A run that the clock asked for and that is on its way cannot be told from ours.
        for request in list(self._requests):
            if fragment and request.fragment == fragment:
                await self._over(request)
        self._values[state.id] = state
        try:
            await self._ask("fragment" if fragment else "page", fragment=fragment)
        finally:
            if once:
                self._values.pop(state.id, None)

    async def _ask(self, kind: str, *, fragment: str = "", page_hash: str = "") -> None:
        await self._over(await self._post(kind, fragment=fragment, page_hash=page_hash))

    async def _post(self, kind: str, *, fragment: str = "", page_hash: str = "") -> _Request:
        state = ClientState(
            query_string=urlencode(self.params, doseq=True),
            page_script_hash=page_hash or self._page_hash,
            page_name="" if page_hash or self._page_hash else self.page,
            fragment_id=fragment,
            is_auto_rerun=kind == "auto",
            cached_message_hashes=list(self._cache),
        )
        state.widget_states.widgets.extend(self._values.values())
        state.context_info.timezone = "UTC"
        state.context_info.locale = "en-US"
        state.context_info.url = f"{self.address}/{quote(self.page)}"
        message = BackMsg(rerun_script=state)
        request = _Request(kind, fragment, time.perf_counter())
        self._requests.append(request)
        await self._socket.send(message.SerializeToString())
        return request

    async def _over(self, request: _Request) -> None:
        try:
            await asyncio.wait_for(request.done.wait(), PATIENCE)
        except TimeoutError:
            raise TimeoutError(f"/{self.page} was not complete in {PATIENCE:g} s") from None
        self._check()

    async def _answer(self, message: BackMsg, request: Any) -> Any:
        """What the server answers to ``request``, a part of ``message``."""
        request.request_id = uuid.uuid4().hex
        answered = self._asked[request.request_id] = asyncio.get_running_loop().create_future()
        await self._socket.send(message.SerializeToString())
        return await asyncio.wait_for(answered, PATIENCE)

    def _check(self) -> None:
        if self.closed:
            raise ConnectionError(self.closed)

    async def _request(self, method: str, path: str, **more: Any) -> requests.Response:
        return await asyncio.to_thread(
            self._http.request,
            method,
            path if urlsplit(path).scheme else self.address + "/" + path.lstrip("/"),
            headers={"X-Xsrftoken": self._http.cookies.get(XSRF_COOKIE, "")},
            timeout=PATIENCE,
            **more,
        )

    # Receiving.

    async def _read(self) -> None:
        try:
            async for data in self._socket:
                self.received += len(data)
                message = ForwardMsg.FromString(data)
                self._take(self._from_cache(message))
            self.closed = "the server closed the connection"
        except ConnectionClosed as reason:
            self.closed = str(reason)
        finally:
            self._stop_clocks()
            for request in self._requests:
                request.done.set()
            self._moved.set()

    def _from_cache(self, message: ForwardMsg) -> ForwardMsg:
        """The message a hash stands for; remembers what may be sent as a hash next time."""
        if message.WhichOneof("type") == "ref_hash":
            known, _, fragment = self._cache[message.ref_hash]
            self._cache[message.ref_hash] = known, self._cache_runs, fragment
            whole = ForwardMsg()
            whole.CopyFrom(known)
            whole.metadata.CopyFrom(message.metadata)
            return whole
        if message.metadata.cacheable and message.hash not in self._cache:
            self._cache[message.hash] = message, self._cache_runs, message.delta.fragment_id
        return message

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._delta(message)
        elif kind == "new_session":
            self._started(message)
        elif kind == "script_finished":
            self._finished(message)
        elif kind == "navigation":
            pages = message.navigation.app_pages
            self.navigation = {
                "" if one.is_default else one.url_pathname: one.page_script_hash for one in pages
            }
            self._page_hash = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self._start_clock(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop_clock(fragment)
        elif kind == "page_info_changed":
            self.params = parse_qs(message.page_info_changed.query_string, keep_blank_values=True)
        elif kind in ("file_urls_response", "backend_operation_response"):
            response = getattr(message, kind)
            name = "response_id" if kind == "file_urls_response" else "request_id"
            answered = self._asked.pop(getattr(response, name), None)
            if answered and not answered.done():
                answered.set_result(response)

    def _started(self, message: ForwardMsg) -> None:
        new, run = message.new_session, message.metadata.run
        self.id = new.initialize.session_id
        self._cache_age = new.config.max_cached_message_age
        self._run, self._run_fragments = run.script_run_id, list(run.fragment_ids)
        if not self._run_fragments:
            self._stop_clocks()
            if self._page_hash != new.page_script_hash:
                self._tree.clear()
            self._page_hash = new.page_script_hash
        for request in self._requests:
            if not self._run_fragments or request.fragment in self._run_fragments:
                request.started = True

    def _finished(self, message: ForwardMsg) -> None:
        run = message.metadata.run
        fragments = list(run.fragment_ids)
        if message.script_finished not in OVER:
            # So Streamlit calls a fragment's run too that was whole when another began.
            for request in self._requests:
                request.drawn |= request.started and request.fragment in fragments
            return
        self._forget_what_was_not_drawn(run.script_run_id, fragments)
        self._forget_old_messages(fragments)
        now = time.perf_counter()
        for request in list(self._requests):
            theirs = request.started and (not fragments or request.fragment in fragments)
            if theirs or request.drawn:
                self._requests.remove(request)
                self.reruns.append(Rerun(request.kind, request.sent, now - request.sent))
                request.done.set()
        self._moved.set()

    def _delta(self, message: ForwardMsg) -> None:
        path, delta = tuple(message.metadata.delta_path), message.delta
        what = delta.WhichOneof("type")
        if what == "new_transient":  # spinners; gone before the page is complete
            return
        if what == "add_block":
            kind = delta.add_block.WhichOneof("type") or "block"
            before = self._tree.get(path)
            if before is None or before.kind != kind or before.element is not None:
                self._drop_below(path)
            self._tree[path] = Node(kind, None, delta.fragment_id, self._run)
        else:
            kind = delta.new_element.WhichOneof("type")
            element = getattr(delta.new_element, kind)
            self._drop_below(path)
            self._tree[path] = Node(kind, element, delta.fragment_id, self._run)
            if getattr(element, "set_value", False):
                self._values.pop(element.id, None)  # the server knows better now

    def _drop_below(self, path: tuple[int, ...]) -> None:
        for other in [
            one for one in self._tree if len(one) > len(path) and one[: len(path)] == path
        ]:
            del self._tree[other]

    def _forget_what_was_not_drawn(self, run: str, fragments: list[str]) -> None:
        kept: dict[tuple[int, ...], Node] = {}
        ours: list[tuple[int, ...]] = []  # blocks of the fragments that ran
        for path in sorted(self._tree):
            node = self._tree[path]
            inside = not fragments or any(path[: len(one)] == one for one in ours)
            if inside and node.run != run:
                continue
            if any(path[:n] not in kept and path[:n] in self._tree for n in range(1, len(path))):
                continue
            kept[path] = node
            if node.element is None and node.run == run and node.fragment in fragments:
                ours.append(path)
        self._tree = kept
        there = {getattr(node.element, "id", "") for node in kept.values()}
        self._values = {name: state for name, state in self._values.items() if name in there}

    def _forget_old_messages(self, fragments: list[str]) -> None:
        self._cache_runs += 1
        for name, (_, used, fragment) in list(self._cache.items()):
            if fragments and fragment not in fragments:
                continue
            if self._cache_runs - used > self._cache_age:
                del self._cache[name]

    # Fragments that ask to be run again and again.

    def _start_clock(self, fragment: str, interval: float) -> None:
        if fragment in self._clocks and self._clocks[fragment][0] == interval:
            return
        self._stop_clock(fragment)

        async def tick() -> None:
            while True:
                await asyncio.sleep(interval)
                await self._post("auto", fragment=fragment)

        self._clocks[fragment] = interval, asyncio.create_task(tick())

    def _stop_clock(self, fragment: str) -> None:
        if fragment in self._clocks:
            self._clocks.pop(fragment)[1].cancel()
            for request in [one for one in self._requests if one.kind == "auto"]:
                if request.fragment == fragment and not request.started:
                    self._requests.remove(request)
                    request.done.set()

    def _stop_clocks(self) -> None:
        for fragment in list(self._clocks):
            self._stop_clock(fragment)


# Where a widget's value travels.
PLAIN = {
    "checkbox": "bool_value",
    "selectbox": "string_value",
    "radio": "string_value",
    "text_input": "string_value",
    "text_area": "string_value",
    "number_input": "double_value",
    "color_picker": "string_value",
    "plotly_chart": "string_value",
    "dataframe": "string_value",
    "bidi_component": "json_value",
}
SEVERAL = ("multiselect", "button_group")
WIDGETS = {*PLAIN, *SEVERAL, "slider", "button", "download_button", "file_uploader"}
TEXTS = ("markdown", "heading", "alert", "text", "code", "html")


def key_of(element: Message) -> str | None:
    """The ``key`` a widget was given in the page's code, from its id."""
    parts = getattr(element, "id", "").split("-", 2)
    return parts[2] if len(parts) == 3 and parts[0] == "$$ID" and parts[2] != "None" else None


def _in_url(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


async def many(
    address: str, page: str, count: int, seconds: float, query: str = ""
) -> list[Session]:
    """``count`` sessions opened at even steps within ``seconds``, each with its page complete."""

    async def one(number: int) -> Session:
        await asyncio.sleep(number * seconds / count)
        session = Session(address, page, query)
        await session.__aenter__()
        return session

    return list(await asyncio.gather(*(one(number) for number in range(count))))
