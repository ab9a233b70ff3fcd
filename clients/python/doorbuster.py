"""A client of Doorbuster in plain Python 3.9 or later; it knows nothing but PROTOCOL.md.

    with doorbuster.Client("127.0.0.1", 4025, token, source=77) as shop:
        shop.viewed("ann", item_id("85123A"))
        slate = shop.recommend("ann", slate_size=20)

Client: one call, one answer. Client.pipeline(): many in flight. One thread; a connection for each thread, each with a source
of its own. A method that returns has been answered; Rejected was not recorded; ConnectionLost has an unknown outcome, which
Client.reconnect() resolves: it sends what is unanswered again under the same numbers, so that each counts once.
"""

import collections
import enum
import re
import select
import socket
import struct
import time

SCHEMA_ID = 4025
SCHEMA_VERSION = 3
PROTOCOL_VERSION = 1
FRAMING = struct.Struct(">IH")  # frame length, all of it; what follows is SBE 1.0, little-endian
ENCODING = 0xEB50
HEADER = struct.Struct("<HHHH")  # block length, template id, schema id, schema version
BODY_OFFSET = FRAMING.size + HEADER.size
GROUP = struct.Struct("<HH")  # bytes of an entry's block, entries
DATA = struct.Struct("<H")  # bytes


def _enum(name, values):
    return enum.IntEnum(name, values, start=0)


Scenario = _enum("Scenario", "FEED ITEM_PAGE CART SESSION")
Rung = _enum("Rung", "NETWORK LOG_LINEAR NEIGHBOURS POPULARITY")
Retrieved = _enum(
    "Retrieved", "GIVEN NEIGHBOUR NEAREST TRENDING SEEN_AGAIN EMBEDDING CO_BOUGHT SAME_CATEGORY COLD_START")
Outcome = _enum(
    "Outcome", """ACCEPTED OVERCOMMITTED UNKNOWN_ITEM ITEM_STORE_FULL ITEM_ID_COLLISION SEQUENCE_GAP SEQUENCE_STALE
    INSUFFICIENT_STOCK UNKNOWN_RESERVATION RESERVATION_EXPIRED RESERVATION_EXISTS RESERVATIONS_FULL RESERVATION_MISMATCH
    UNKNOWN_SHOPPER INVALID_VECTOR CONFIGURATION_REFUSED NOT_SUPPORTED ITEM_RETIRED SOURCES_FULL MODEL_REFUSED""")
AckLevel = _enum("AckLevel", "DEFAULT PROCESS DISK")
ModelRole = _enum("ModelRole", "ACTIVE SHADOW ROLLBACK")
RejectCode = _enum(
    "RejectCode", """MALFORMED UNSUPPORTED_VERSION UNKNOWN_MESSAGE UNAUTHENTICATED OVERSIZED INVALID_VALUE EXPIRED
    OVERLOADED STORAGE_FULL SHUTTING_DOWN MODEL_REFUSED""")
ENUMS = {kind.__name__: kind for kind in (Scenario, Rung, Retrieved, Outcome, AckLevel, ModelRole, RejectCode)}

FORMATS = {
    "uint8": "B", "uint16": "H", "uint32": "I", "uint64": "Q", "int32": "i", "int64": "q", "float": "f",
    "Hash256": "32s", "Setting": "H", **{name: "B" for name in ENUMS}}


def snake(name):
    return re.sub("([A-Z])", lambda found: "_" + found.group(1).lower(), name)


class Layout:
    """A message or one entry of a group: a block of fixed fields, then groups, then texts, in the order of the schema."""

    def __init__(self, name, block="", groups=None, data=""):
        named = [field.split(":") for field in block.split()]
        self.fields = [(snake(field), kind) for field, kind in named]
        self.struct = struct.Struct("<" + "".join(FORMATS[kind] for _, kind in named))
        self.groups = {snake(group): Layout(group, *entry) for group, entry in (groups or {}).items()}
        self.data = [snake(text) for text in data.split()]
        self.tuple = collections.namedtuple(name, [field for field, _ in self.fields] + [*self.groups] + self.data)

    def encode(self, values):
        values = dict(values)  # What is not given is 0 or empty.
        block = [values.pop(field, b"" if kind == "Hash256" else 0) for field, kind in self.fields]
        out = bytearray(self.struct.pack(*block))
        for group, entry in self.groups.items():
            entries = values.pop(group, ())
            out += GROUP.pack(entry.struct.size, len(entries))
            for given in entries:
                out += entry.encode(given)
        for text in self.data:
            given = values.pop(text, b"")
            given = given.encode() if isinstance(given, str) else given
            out += DATA.pack(len(given)) + given
        if values:
            raise TypeError(f"{self.tuple.__name__} has no {', '.join(values)}")
        return out

    def decode(self, frame, at, block_length):
        """Goes by the sender's block length: a longer block is of a newer version, of a shorter one the rest is 0."""
        block = frame[at:at + min(block_length, self.struct.size)].ljust(self.struct.size, b"\0")
        values = [_named(value, kind) for value, (_, kind) in zip(self.struct.unpack(block), self.fields)]
        at += block_length
        for entry in self.groups.values():
            entry_length, count = GROUP.unpack_from(frame, at)
            at += GROUP.size
            entries = []
            for _ in range(count):
                value, at = entry.decode(frame, at, entry_length)
                entries.append(value)
            values.append(entries)
        for _ in self.data:
            (length,) = DATA.unpack_from(frame, at)
            at += DATA.size + length
            values.append(frame[at - length:at].decode())
        return self.tuple(*values), at


def _named(value, kind):
    known = ENUMS.get(kind)
    return known(value) if known and value in known.__members__.values() else value


_FACT = "correlationId:uint64 sourceSequence:uint64 occurredAtNs:int64 acknowledge:AckLevel "
_REQUEST = "correlationId:uint64 timeoutMicros:uint32 "
_REPLY = "correlationId:uint64 position:uint64 "
_FILTER = "category:uint32 categoryCap:uint16 slateSize:uint16 priceMinMinor:int64 priceMaxMinor:int64 "
_ITEMS = ("itemId:uint64",)

# Template id, block, groups {name: (block, no groups, texts)}, texts: the wire messages of doorbuster-schema.xml.
_TABLE = {
    "Hello": (1, "protocolVersion:uint16 source:uint64", {}, "token"),
    "Bye": (2,),
    "ItemUpserted": (10, _FACT + "itemId:uint64 priceMinor:int64 brand:uint32 category:uint32 ratingCenti:uint16"
                     " blocked:uint8 createOnly:uint8 initialOnHand:int32", {}, "externalId title"),
    "PriceChanged": (11, _FACT + "itemId:uint64 priceMinor:int64"),
    "StockSet": (12, _FACT + "itemId:uint64 onHand:int32"),
    "StockAdjusted": (13, _FACT + "itemId:uint64 delta:int32"),
    "Searched": (14, _FACT, {}, "shopper query"),
    "Viewed": (15, _FACT + "itemId:uint64 dwellMillis:uint32", {}, "shopper"),
    "Clicked": (16, _FACT + "itemId:uint64 slatePosition:uint16 requestPosition:uint64", {}, "shopper"),
    "Carted": (17, _FACT + "itemId:uint64 quantity:int32", {}, "shopper"),
    "Purchased": (18, _FACT + "itemId:uint64 quantity:int32 priceMinor:int64 reservationId:uint64", {}, "shopper"),
    "ImpressionShown": (19, _FACT + "requestPosition:uint64", {"items": _ITEMS}, "shopper"),
    "ShopperLinked": (20, _FACT, {}, "shopper linked"),
    "ShopperErased": (21, _FACT, {}, "shopper"),
    "CampaignUpserted": (22, _FACT + "campaignId:uint64 itemId:uint64 bidMinor:int64 budgetMinor:int64"
                         " startsAtNs:int64 endsAtNs:int64"),
    "PromotionUpserted": (23, _FACT + "promotionId:uint64 itemId:uint64 discountBasisPoints:uint16 couponsMax:int32"
                          " startsAtNs:int64 endsAtNs:int64"),
    "AnswerUpserted": (24, _FACT + "answerId:uint64", {}, "question text"),
    "ItemRetired": (25, _FACT + "itemId:uint64"),
    "ItemVectorSet": (26, _FACT + "itemId:uint64", {}, "vector"),
    "ModelReleased": (27, _FACT + "modelId:uint64 contentHash:Hash256 role:ModelRole", {}, "name"),
    "Configured": (29, _FACT, {"settings": ("setting:Setting value:int64",)}),
    "ReserveStock": (30, _FACT + "reservationId:uint64 itemId:uint64 quantity:int32 timeToLiveMillis:uint32"),
    "ConfirmReservation": (31, _FACT + "reservationId:uint64"),
    "ReleaseReservation": (32, _FACT + "reservationId:uint64"),
    "Checkpoint": (33, _FACT),
    "RewindFilter": (34, _FACT + "excludedSource:uint64 fromPosition:uint64 toPosition:uint64"),
    "Score": (40, _REQUEST, {"candidates": _ITEMS}, "shopper"),
    "Recommend": (41, _REQUEST + "scenario:Scenario " + _FILTER, {"context": _ITEMS, "blocklist": _ITEMS}, "shopper"),
    "Search": (42, _REQUEST + _FILTER, {}, "shopper query"),
    "Ads": (43, _REQUEST + _FILTER, {}, "shopper"),
    "Promote": (44, _REQUEST, {}, "shopper"),
    "Ask": (45, _REQUEST + "answersMax:uint16", {}, "shopper question"),
    "Restock": (46, _REQUEST + "itemId:uint64"),
    "Explain": (47, _REQUEST + "itemId:uint64", {}, "shopper"),
    "Welcome": (60, "protocolVersion:uint16 schemaVersion:uint16 frameMax:uint32 position:uint64 nextSequence:uint64"),
    "Acknowledged": (61, _REPLY + "outcome:Outcome detail:int64"),
    "Slate": (62, _REPLY + "rung:Rung", {"items": (
        "itemId:uint64 priceMinor:int64 score:float retrieved:Retrieved propensity:float", {}, "externalId")}),
    "Scores": (63, _REPLY, {"items": ("itemId:uint64 score:float outcome:Outcome",)}),
    "Explanation": (64, _REPLY + "itemId:uint64 score:float bias:float freeStock:int32 retired:uint8",
                    {"terms": ("shopperValue:float itemValue:float product:float",)}),
    "Rejected": (65, "correlationId:uint64 code:RejectCode retryAfterMicros:uint32", {}, "message"),
}
MESSAGES = {name: Layout(name, *rest) for name, (_, *rest) in _TABLE.items()}
TEMPLATE_IDS = {name: row[0] for name, row in _TABLE.items()}
_NAMES = {template_id: name for name, template_id in TEMPLATE_IDS.items()}


class DoorbusterError(Exception):
    pass


class Rejected(DoorbusterError):
    """The gateway refused a frame, and recorded nothing. code: a RejectCode; retry_after_micros: 0 = do not repeat it."""

    def __init__(self, reply):
        self.correlation_id, self.code, self.retry_after_micros, self.message = reply
        super().__init__(f"{getattr(self.code, 'name', self.code)}: {self.message}")


class ConnectionLost(DoorbusterError):
    """What was unanswered has an unknown outcome; see Client.reconnect."""


def frame(message, /, **fields):
    """The bytes of one whole frame."""
    layout = MESSAGES[message]
    try:
        body = layout.encode(fields)
    except struct.error as error:
        raise ValueError(f"{message}: {error}") from error
    header = HEADER.pack(layout.struct.size, TEMPLATE_IDS[message], SCHEMA_ID, SCHEMA_VERSION)
    return FRAMING.pack(BODY_OFFSET + len(body), ENCODING) + header + body


def decode(whole):
    """The message in one whole frame, as a named tuple."""
    block_length, template_id, _, _ = HEADER.unpack_from(whole, FRAMING.size)
    if template_id not in _NAMES:
        raise DoorbusterError(f"the server sent a message of unknown template id {template_id}; use a newer client")
    return MESSAGES[_NAMES[template_id]].decode(whole, BODY_OFFSET, block_length)[0]


def _fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def item_id(text):
    """Id of a shop's textual id, as `doorbuster import` and the Java client make it."""
    return int(text) if re.fullmatch("[1-9][0-9]{0,17}", text) else 1 << 63 | _fnv(text)


def code(name):
    """Code of a brand or category by its name; 0 for an empty one."""
    value = _fnv(name)
    return max(1, (value ^ value >> 32) & 0x7FFFFFFF) if name else 0


def _ids(item_ids):
    return [{"item_id": item} for item in item_ids]


class Messages:
    """One method for each message; what has none goes by its name: call("Ads", shopper="ann", slate_size=3)."""

    def call(self, message, /, **fields):
        raise NotImplementedError

    def item_upserted(self, item_id, external_id, price_minor, **more):
        """more: brand, category, rating_centi, blocked, create_only, initial_on_hand, title."""
        return self.call("ItemUpserted", item_id=item_id, external_id=external_id, price_minor=price_minor, **more)

    def item_retired(self, item_id):
        return self.call("ItemRetired", item_id=item_id)

    def item_vector_set(self, item_id, vector):
        return self.call("ItemVectorSet", item_id=item_id, vector=struct.pack(f"<{len(vector)}f", *vector))

    def price_changed(self, item_id, price_minor):
        return self.call("PriceChanged", item_id=item_id, price_minor=price_minor)

    def stock_set(self, item_id, on_hand):
        return self.call("StockSet", item_id=item_id, on_hand=on_hand)

    def stock_adjusted(self, item_id, delta):
        return self.call("StockAdjusted", item_id=item_id, delta=delta)

    def searched(self, shopper, query):
        return self.call("Searched", shopper=shopper, query=query)

    def viewed(self, shopper, item_id, dwell_millis=0):
        return self.call("Viewed", shopper=shopper, item_id=item_id, dwell_millis=dwell_millis)

    def clicked(self, shopper, item_id, slate_position=65534, request_position=0):
        return self.call("Clicked", shopper=shopper, item_id=item_id, slate_position=slate_position,
                         request_position=request_position)

    def carted(self, shopper, item_id, quantity=1):
        return self.call("Carted", shopper=shopper, item_id=item_id, quantity=quantity)

    def purchased(self, shopper, item_id, quantity, price_minor, reservation_id=0):
        return self.call("Purchased", shopper=shopper, item_id=item_id, quantity=quantity, price_minor=price_minor,
                         reservation_id=reservation_id)

    def impression_shown(self, shopper, item_ids, request_position=0):
        return self.call("ImpressionShown", shopper=shopper, items=_ids(item_ids), request_position=request_position)

    def shopper_linked(self, shopper, linked):
        return self.call("ShopperLinked", shopper=shopper, linked=linked)

    def shopper_erased(self, shopper):
        return self.call("ShopperErased", shopper=shopper)

    def reserve_stock(self, reservation_id, item_id, quantity, time_to_live_millis):
        return self.call("ReserveStock", reservation_id=reservation_id, item_id=item_id, quantity=quantity,
                         time_to_live_millis=time_to_live_millis)

    def confirm_reservation(self, reservation_id):
        return self.call("ConfirmReservation", reservation_id=reservation_id)

    def release_reservation(self, reservation_id):
        return self.call("ReleaseReservation", reservation_id=reservation_id)

    def recommend(self, shopper="", slate_size=20, scenario=Scenario.FEED, context=(), blocklist=(), **more):
        """more: category, category_cap, price_min_minor, price_max_minor, timeout_micros. Empty shopper = nobody known."""
        return self.call("Recommend", shopper=shopper, slate_size=slate_size, scenario=scenario, context=_ids(context),
                         blocklist=_ids(blocklist), **more)

    def score(self, shopper, item_ids, timeout_micros=0):
        return self.call("Score", shopper=shopper, candidates=_ids(item_ids), timeout_micros=timeout_micros)

    def explain(self, shopper, item_id, timeout_micros=0):
        return self.call("Explain", shopper=shopper, item_id=item_id, timeout_micros=timeout_micros)


class Client(Messages):
    """One connection. timeout: seconds without a byte of the server after which a call gives up."""

    def __init__(self, host, port, token, source, timeout=30.0):
        self.acknowledge = AckLevel.DEFAULT  # of the facts and commands that follow
        self.occurred_at_ns = 0  # of the facts that follow; 0 = when they arrive
        self.next_sequence = None
        self._hello = frame("Hello", protocol_version=PROTOCOL_VERSION, source=source, token=token)
        self._timeout = timeout
        self._correlation_id = 0
        self._unanswered = {}  # correlation id: (sequence, frame), in the order of sending; requests have no sequence
        self._kept = collections.deque()
        self._socket = None
        self._connect(host, port)

    def _connect(self, host, port):
        if self._socket:
            self._socket.close()
        self._address = host, port
        self._in = bytearray()
        self._out = bytearray(self._hello)
        self._socket = socket.create_connection(self._address, self._timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        try:
            self.welcome = self._receive()
        except BaseException:
            self._socket.close()
            raise

    def reconnect(self, host=None, port=None):
        """Connects again, and sends what is unanswered again under the same numbers: each counts once, and is answered
        with its first outcome, or, once 64 facts of the source are behind it, SEQUENCE_STALE: it has counted."""
        self._connect(host or self._address[0], port or self._address[1])
        first = min((sequence for sequence, _ in self._unanswered.values() if sequence), default=self.next_sequence)
        if self.welcome.next_sequence < first:
            raise DoorbusterError(f"the server has lost the facts {self.welcome.next_sequence} to {first - 1}, which it had"
                                  " acknowledged before they were on the disk; ask for AckLevel.DISK")
        for _, sent in self._unanswered.values():
            self._out += sent

    def send(self, message, /, **fields):
        """Sends without waiting for the answer; the correlation id. What cannot be encoded is a ValueError, and not sent."""
        sequence = 0
        if 10 <= TEMPLATE_IDS[message] < 40:
            sequence = self.next_sequence
            fields = {"occurred_at_ns": self.occurred_at_ns, "acknowledge": self.acknowledge, **fields,
                      "source_sequence": sequence}
        encoded = frame(message, correlation_id=self._correlation_id + 1, **fields)
        if len(encoded) > self.welcome.frame_max:
            raise ValueError(f"{message}: a frame of {len(encoded)} bytes; the largest has {self.welcome.frame_max}")
        self._correlation_id += 1
        self._unanswered[self._correlation_id] = sequence, encoded
        self._out += encoded
        if sequence:
            self.next_sequence += 1
        if len(self._out) > 1 << 16:
            self.flush()
        return self._correlation_id

    def call(self, message, /, **fields):
        wanted = self.send(message, **fields)
        while True:
            reply = self._receive()
            if reply.correlation_id != wanted:
                self._kept.append(reply)
            elif isinstance(reply, Rejected):
                raise reply
            else:
                return reply

    def pipeline(self):
        """The same messages, sent without waiting: each method gives its correlation id; replies() has the answers."""
        return Pipeline(self)

    def replies(self):
        """The answers to all that was sent, as they come, told apart by correlation_id; a Rejected is given, and raised only
        where it ends the connection."""
        while self._kept or self._unanswered:
            yield self._kept.popleft() if self._kept else self._receive()

    def flush(self):
        """Sends what is encoded; reads meanwhile, since a server whose replies are not read reads nothing either."""
        while self._out:
            self._exchange()

    def _exchange(self):
        readable, writable, _ = select.select(
            [self._socket], [self._socket] if self._out else [], [], self._timeout)
        if not readable and not writable:
            raise ConnectionLost(f"the server said nothing for {self._timeout} s; the outcome is unknown")
        try:
            if readable:
                read = self._socket.recv(1 << 16)
                if not read:
                    raise ConnectionLost("the server closed the connection; what is unanswered has an unknown outcome")
                self._in += read
            elif writable:
                del self._out[:self._socket.send(self._out)]
        except OSError as error:
            raise ConnectionLost(f"{error}; what is unanswered has an unknown outcome") from error

    def _receive(self):
        deadline = time.monotonic() + self._timeout
        while True:
            if len(self._in) >= BODY_OFFSET:
                length, encoding = FRAMING.unpack_from(self._in)
                if encoding != ENCODING or length < BODY_OFFSET:
                    raise DoorbusterError("the server sent no frame: is this the port of a doorbuster?")
                if len(self._in) >= length:
                    whole = bytes(self._in[:length])
                    del self._in[:length]
                    return self._take(decode(whole))
            if time.monotonic() > deadline:
                raise ConnectionLost(f"no answer within {self._timeout} s; the outcome is unknown")
            self._exchange()

    def _take(self, reply):
        if isinstance(reply, MESSAGES["Welcome"].tuple):
            self.next_sequence = self.next_sequence or reply.next_sequence
            return reply
        sequence, _ = self._unanswered.pop(reply.correlation_id, (0, b""))
        if not isinstance(reply, MESSAGES["Rejected"].tuple):
            return reply
        rejected = Rejected(reply)
        if sequence:  # It was not recorded: its number is free again.
            self.next_sequence = min(self.next_sequence, sequence)
        if reply.correlation_id == 0:  # The connection is about to end.
            raise rejected
        return rejected

    def close(self):
        try:
            if not self._unanswered:
                self._out += frame("Bye")
                self.flush()
        except DoorbusterError:
            pass  # The server went first.
        finally:
            self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Pipeline(Messages):
    def __init__(self, client):
        self._client = client

    def call(self, message, /, **fields):
        return self._client.send(message, **fields)

    def replies(self):
        return self._client.replies()
