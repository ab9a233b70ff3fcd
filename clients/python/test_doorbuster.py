"""Tests of doorbuster.py: the table against the schema, then every message and what can go wrong against a real server.

    python3 test_doorbuster.py PORT TOKEN_FILE

A server that is to be killed on the way is one of RestartTest; who starts this script does that when it prints "kill", and
answers with the port of the next one. Without arguments only the table is tested.
"""

import itertools
import pathlib
import socket
import sys
import unittest
import xml.etree.ElementTree as xml

import doorbuster
from doorbuster import AckLevel, Client, Outcome, RejectCode, Retrieved, Rung, Scenario

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "journal/src/main/resources/doorbuster-schema.xml"
PAGE = ROOT / "PROTOCOL.md"
FIRST_RECORD = 100
PRIMITIVES = {"uint8": 1, "uint16": 2, "uint32": 4, "uint64": 8, "int32": 4, "int64": 8, "float": 4}
COMMON = ("correlationId", "sourceSequence", "occurredAtNs", "acknowledge", "timeoutMicros")
PATIENCE_S = 20
LANTERN = doorbuster.item_id("85123A")


class Server:
    host = "127.0.0.1"
    port = 0
    token = ""


def connect(source, **more):
    return Client(Server.host, Server.port, Server.token, source, **more)


class TableTest(unittest.TestCase):
    """Template ids, order and types of fields, offsets, block lengths, groups, texts and enums are those of the schema."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        root = xml.parse(SCHEMA).getroot()
        cls.schema = root
        cls.types = {kind.get("name"): kind for kind in root.find("types")}

    def bytes_of(self, kind):
        declared = self.types.get(kind)
        if declared is None:
            return PRIMITIVES[kind]
        if declared.tag == "enum":
            return self.bytes_of(declared.get("encodingType"))
        return int(declared.get("length", 1)) * self.bytes_of(declared.get("primitiveType"))

    def block(self, element):
        """(name, type, offset) of each field, composites taken apart; and the length of the block."""
        found, offset = [], 0
        for field in element.findall("field"):
            declared = self.types.get(field.get("type"))
            parts = [(field.get("name"), field.get("type"))]
            if declared is not None and declared.tag == "composite":
                parts = [(part.get("name"), part.get("primitiveType")) for part in declared]
            for name, kind in parts:
                found.append((name, kind, offset))
                offset += self.bytes_of(kind)
        return found, offset

    def check(self, element, layout):
        name = element.get("name")
        fields, length = self.block(element)
        offsets, offset = [], 0
        for field, kind in layout.fields:
            offsets.append((field, kind, offset))
            offset += doorbuster.struct.calcsize("<" + doorbuster.FORMATS[kind])
        self.assertEqual(offsets, [(doorbuster.snake(field), kind, at) for field, kind, at in fields], name)
        self.assertEqual(layout.struct.size, length, name)
        groups = element.findall("group")
        self.assertEqual(list(layout.groups), [doorbuster.snake(group.get("name")) for group in groups], name)
        for group in groups:
            self.check(group, layout.groups[doorbuster.snake(group.get("name"))])
        texts = [doorbuster.snake(data.get("name")) for data in element.findall("data")]
        self.assertEqual(layout.data, texts, name)

    def wire(self):
        return [found for found in self.schema if found.get("id") and int(found.get("id")) < FIRST_RECORD]

    def said(self, element):
        fields, _ = self.block(element)
        return ", ".join(f"{at} `{field}` {kind}" for field, kind, at in fields if field not in COMMON)

    def row(self, message):
        """As the table of the page has it; what all facts and requests begin with is told above it."""
        behind = [
            f"group `{group.get('name')}` of {self.block(group)[1]}: {self.said(group)}"
            + "".join(f", text `{data.get('name')}`" for data in group.findall("data"))
            for group in message.findall("group")]
        behind += [f"text `{data.get('name')}`" for data in message.findall("data")]
        cells = [message.get("id"), message.get("name"), str(self.block(message)[1]), self.said(message), "; ".join(behind)]
        return "| " + " | ".join(cells) + " |"

    def test_page_tells_every_message_outcome_and_code(self):
        page = PAGE.read_text()
        for message in self.wire():
            self.assertIn(self.row(message), page)
        for kind in ("Outcome", "RejectCode", "AckLevel", "Scenario", "Rung", "Retrieved", "ModelRole"):
            for value in self.types[kind]:
                self.assertRegex(page, rf"\| {value.text} \| `{value.get('name')}` \||\b{value.text} `{value.get('name')}`")

    def test_every_wire_message_is_that_of_the_schema(self):
        wire = self.wire()
        self.assertEqual(
            {name: str(number) for name, number in doorbuster.TEMPLATE_IDS.items()},
            {message.get("name"): message.get("id") for message in wire})
        for message in wire:
            self.check(message, doorbuster.MESSAGES[message.get("name")])

    def test_every_enum_is_that_of_the_schema(self):
        declared = {
            name: {value.get("name"): int(value.text) for value in kind}
            for name, kind in self.types.items() if kind.tag == "enum" and name != "Setting"}  # Settings are numbers here.
        self.assertEqual(
            {name: {value.name: value.value for value in kind} for name, kind in doorbuster.ENUMS.items()}, declared)

    def test_schema_is_the_version_that_is_spoken(self):
        self.assertEqual(self.schema.get("id"), str(doorbuster.SCHEMA_ID))
        self.assertEqual(self.schema.get("version"), str(doorbuster.SCHEMA_VERSION))
        self.assertEqual(self.schema.get("byteOrder"), "littleEndian")

    def test_ids_are_those_of_the_page(self):
        self.assertEqual(LANTERN, 13583202812347104457)
        self.assertEqual(doorbuster.item_id("17"), 17)
        self.assertGreater(doorbuster.item_id("017"), 1 << 63)  # Not a number: it would come back as 17.
        self.assertEqual(doorbuster.code("lamps"), 149437300)
        self.assertEqual(doorbuster.code(""), 0)

    def test_reply_of_another_version_is_read_by_its_block_length(self):
        slate = doorbuster.frame("Slate", correlation_id=5, position=9, rung=Rung.POPULARITY)
        older = slate[:6] + bytes([16, 0]) + slate[8:14 + 16] + slate[14 + 17:]
        self.assertEqual(doorbuster.decode(older)[:3], (5, 9, Rung.NETWORK))
        newer = slate[:6] + bytes([18, 0]) + slate[8:14 + 17] + b"\x7f" + slate[14 + 17:]
        self.assertEqual(doorbuster.decode(newer)[:3], (5, 9, Rung.POPULARITY))


class ServedTest(unittest.TestCase):
    def setUp(self):
        self.assertTrue(Server.port, "no server: python3 test_doorbuster.py PORT TOKEN_FILE")

    def accepted(self, answer, outcome=Outcome.ACCEPTED):
        self.assertEqual(answer.outcome, outcome)
        return answer


class MessagesTest(ServedTest):
    def test_every_message(self):
        with connect(101) as shop:
            self.accepted(shop.item_upserted(LANTERN, "85123A", 295, category=7, brand=3, title="Lantern", rating_centi=450))
            self.accepted(shop.item_upserted(17, "17", 100, initial_on_hand=5))
            self.accepted(shop.item_upserted(18, "18", 100, initial_on_hand=5))
            self.accepted(shop.stock_set(LANTERN, 10))
            self.accepted(shop.stock_adjusted(LANTERN, -1))
            self.accepted(shop.price_changed(LANTERN, 290))
            self.accepted(shop.item_vector_set(LANTERN, [0.25] * 64))
            self.facts_of_shoppers(shop)
            self.requests(shop)
            self.commands(shop)
            self.accepted(shop.item_retired(17))
            self.accepted(shop.stock_set(404, 1), Outcome.UNKNOWN_ITEM)

    def facts_of_shoppers(self, shop):
        self.accepted(shop.searched("ann", "läntern"))
        for item in (17, LANTERN, 18, LANTERN):
            self.accepted(shop.viewed("ann", item, 4_000))
        self.accepted(shop.clicked("ann", LANTERN, 0, 1))
        self.accepted(shop.carted("ann", LANTERN))
        self.accepted(shop.impression_shown("ann", [LANTERN, 17]))
        self.accepted(shop.purchased("ann", 18, 1, 100))
        self.accepted(shop.shopper_linked("ann", "ann@home"))

    def requests(self, shop):
        slate = shop.recommend("ann@home", 3, Scenario.ITEM_PAGE, context=[17], timeout_micros=30_000_000)
        best = {item.item_id: item for item in slate.items}[LANTERN]
        self.assertEqual((slate.rung, best.price_minor, best.external_id), (Rung.NETWORK, 290, "85123A"))
        self.assertEqual(best.propensity, 1)
        self.assertIn(best.retrieved, list(Retrieved))
        self.assertNotIn(LANTERN, [item.item_id for item in shop.recommend("ann", 3, blocklist=[LANTERN]).items])
        self.assertEqual([item.item_id for item in shop.recommend("ann", 3, category=7).items], [LANTERN])
        self.assertEqual(shop.recommend(slate_size=3, price_min_minor=1_000_000).items, [])
        scores = shop.score("ann", [LANTERN, 404])
        self.assertEqual([item.outcome for item in scores.items], [Outcome.ACCEPTED, Outcome.UNKNOWN_ITEM])
        explanation = shop.explain("ann", LANTERN)
        self.assertEqual(explanation.score, scores.items[0].score)
        self.assertEqual((explanation.free_stock, explanation.retired), (9, 0))
        self.assertGreater(len(explanation.terms), 0)

    def commands(self, shop):
        self.assertEqual(self.accepted(shop.reserve_stock(7, LANTERN, 4, 60_000)).detail, 5)
        self.accepted(shop.reserve_stock(8, LANTERN, 6, 60_000), Outcome.INSUFFICIENT_STOCK)
        self.accepted(shop.confirm_reservation(7))
        self.accepted(shop.reserve_stock(8, LANTERN, 5, 60_000))
        self.accepted(shop.release_reservation(8))
        self.accepted(shop.reserve_stock(9, LANTERN, 2, 60_000))
        self.accepted(shop.purchased("ann", LANTERN, 2, 290, reservation_id=9))
        self.accepted(shop.shopper_erased("ann@home"))

    def test_messages_that_have_no_method(self):
        with connect(102) as shop:
            shop.item_upserted(17, "17", 100)
            more = {"starts_at_ns": 1, "ends_at_ns": 2, "item_id": 17}
            self.accepted(shop.call("CampaignUpserted", campaign_id=1, bid_minor=5, budget_minor=500, **more))
            self.accepted(shop.call("PromotionUpserted", promotion_id=1, discount_basis_points=500, **more))
            self.accepted(shop.call("AnswerUpserted", answer_id=1, question="Where is it?", text="On its way."))
            slate_max = 9
            self.accepted(shop.call("Configured", settings=[{"setting": slate_max, "value": 50}]))
            self.accepted(shop.call("ModelReleased", model_id=1, name="none", content_hash=bytes(32)))
            self.accepted(shop.call("Checkpoint"))
            unread = [
                shop.call("RewindFilter", excluded_source=1, from_position=1, to_position=2),
                shop.call("Search", shopper="ann", slate_size=3, query="lamp"),
                shop.call("Ads", shopper="ann", slate_size=3),
                shop.call("Promote", shopper="ann"),
                shop.call("Ask", shopper="ann", question="Where?", answers_max=3),
                shop.call("Restock", item_id=17)]
            self.assertEqual({answer.outcome for answer in unread}, {Outcome.NOT_SUPPORTED})


class NumbersTest(ServedTest):
    def test_duplicate_gets_its_first_answer_and_a_gap_the_number_expected(self):
        with connect(201) as shop:
            self.assertEqual(shop.welcome.next_sequence, 1)
            shop.item_upserted(1, "1", 100)
            first = self.accepted(shop.stock_set(1, 3))
            shop.next_sequence = 2
            again = shop.stock_set(1, 3)
            self.assertEqual((again.position, again.outcome), (first.position, first.outcome))
            shop.next_sequence = 9
            self.assertEqual(shop.stock_adjusted(1, 1)[2:], (Outcome.SEQUENCE_GAP, 3))
            shop.next_sequence = 3
            for _ in range(64):
                self.accepted(shop.viewed("bob", 1))
            shop.next_sequence = 2
            self.assertEqual(shop.stock_set(1, 3)[2:], (Outcome.SEQUENCE_STALE, 67))
        with connect(201) as shop:
            self.assertEqual(shop.welcome.next_sequence, 67)

    def test_refused_fact_gives_its_number_back(self):
        with connect(202) as shop:
            shop.item_upserted(1, "1", 100)
            with self.assertRaisesRegex(doorbuster.Rejected, "INVALID_VALUE: priceMinor=-1 is not in 0.."):
                shop.price_changed(1, -1)
            self.assertEqual(shop.next_sequence, 2)
            self.accepted(shop.price_changed(1, 1))

    def test_thousand_facts_in_flight_are_all_answered(self):
        with connect(203) as shop:
            shop.item_upserted(1, "1", 100)
            shop.stock_set(1, 0)
            shop.acknowledge = AckLevel.PROCESS
            pipeline = shop.pipeline()
            sent = [pipeline.stock_adjusted(1, 1) for _ in range(1_000)]
            slate = pipeline.recommend("bob", 1)
            answers = {answer.correlation_id: answer for answer in pipeline.replies()}
            self.assertEqual(set(answers), {*sent, slate})
            self.assertEqual({answers[one].outcome for one in sent}, {Outcome.ACCEPTED})
            positions = [answers[one].position for one in sent]
            self.assertEqual(positions, sorted(positions))
            self.assertEqual(shop.explain("bob", 1).free_stock, 1_000)

    def test_facts_behind_a_refused_one_are_gaps_and_count_when_sent_again(self):
        with connect(204) as shop:
            shop.item_upserted(1, "1", 100)
            shop.stock_set(1, 0)
            pipeline = shop.pipeline()
            for delta in (1, -1 << 31, 1, 1):
                pipeline.stock_adjusted(1, delta)
            answers = sorted(pipeline.replies(), key=lambda answer: answer.correlation_id)
            self.assertEqual(answers[0].outcome, Outcome.ACCEPTED)
            self.assertEqual(answers[1].code, RejectCode.INVALID_VALUE)
            self.assertEqual([answer[2:] for answer in answers[2:]], [(Outcome.SEQUENCE_GAP, 4)] * 2)
            self.assertEqual(shop.next_sequence, 4)
            for _ in range(2):
                self.accepted(shop.stock_adjusted(1, 1))
            self.assertEqual(shop.explain("", 1).free_stock, 3)

    def test_what_is_unanswered_is_sent_again_after_a_lost_connection_and_counts_once(self):
        with connect(205) as shop:
            shop.item_upserted(1, "1", 100)
            shop.stock_set(1, 0)
            pipeline = shop.pipeline()
            for _ in range(200):
                pipeline.stock_adjusted(1, 1)
            shop.flush()
            shop.reconnect()  # No answer has been read.
            answers = list(shop.replies())
            self.assertEqual(len(answers), 200)
            self.assertLessEqual({answer.outcome for answer in answers}, {Outcome.ACCEPTED, Outcome.SEQUENCE_STALE})
            self.assertEqual(answers[-1].outcome, Outcome.ACCEPTED)
            self.assertEqual(shop.explain("", 1).free_stock, 200)


class RefusedTest(ServedTest):
    def said(self, *sent, hello=True):
        """What the server says to these bytes until it closes."""
        frames = [doorbuster.frame("Hello", protocol_version=1, source=301, token=Server.token)] if hello else []
        with socket.create_connection((Server.host, Server.port), PATIENCE_S) as raw:
            raw.sendall(b"".join([*frames, *sent]))
            said = b""
            while read := raw.recv(4096):
                said += read
        answers = []
        while said:
            length, _ = doorbuster.FRAMING.unpack_from(said)
            answers.append(doorbuster.decode(said[:length]))
            said = said[length:]
        return answers

    def refused(self, code, *sent, hello=True):
        last = self.said(*sent, hello=hello)[-1]
        self.assertEqual((last.code, last.correlation_id, last.retry_after_micros), (code, 0, 0))
        return last.message

    def test_wrong_token(self):
        with self.assertRaisesRegex(doorbuster.Rejected, "UNAUTHENTICATED: wrong token"):
            Client(Server.host, Server.port, "guess", 301)

    def test_source_of_zero(self):
        with self.assertRaises(doorbuster.Rejected) as refused:
            connect(0)
        self.assertEqual(refused.exception.code, RejectCode.INVALID_VALUE)

    def test_frames_that_end_the_connection(self):
        bye = doorbuster.frame("Bye")
        self.refused(RejectCode.UNAUTHENTICATED, bye, hello=False)
        hello = doorbuster.frame("Hello", protocol_version=2, source=301, token=Server.token)
        self.refused(RejectCode.UNSUPPORTED_VERSION, hello, hello=False)
        self.refused(RejectCode.UNSUPPORTED_VERSION, bye[:12] + bytes([doorbuster.SCHEMA_VERSION + 1, 0]))
        self.refused(RejectCode.UNKNOWN_MESSAGE, doorbuster.frame("Welcome"))
        self.refused(RejectCode.UNKNOWN_MESSAGE, doorbuster.frame("Hello"))
        self.refused(RejectCode.MALFORMED, b"GET / HTTP/1.1\r\n\r\n")
        self.refused(RejectCode.MALFORMED, doorbuster.FRAMING.pack(13, doorbuster.ENCODING) + bytes(8))
        viewed = doorbuster.frame("Viewed", item_id=1, shopper="ann")
        cut = doorbuster.FRAMING.pack(len(viewed) - 1, doorbuster.ENCODING) + viewed[6:-1]
        self.refused(RejectCode.MALFORMED, cut)

    def test_oversized_frame(self):
        with connect(302) as shop:
            largest = shop.welcome.frame_max
            with self.assertRaisesRegex(ValueError, "the largest has 8198"):
                shop.call("AnswerUpserted", answer_id=1, question="q", text="t" * 9_000)
        header = doorbuster.FRAMING.pack(largest + 1, doorbuster.ENCODING)
        self.assertIn("8199", self.refused(RejectCode.OVERSIZED, header))

    def test_bye_is_answered_by_closing_behind_the_last_reply(self):
        viewed = doorbuster.frame("Viewed", correlation_id=7, source_sequence=1, item_id=404, shopper="ann")
        welcome, answer = self.said(viewed, doorbuster.frame("Bye"), viewed)
        self.assertEqual(welcome.protocol_version, 1)
        self.assertEqual((answer.correlation_id, answer.outcome), (7, Outcome.UNKNOWN_ITEM))

    def test_expired_request(self):
        with connect(303) as shop:
            pipeline = shop.pipeline()
            for _ in range(100):  # What is read at once waits for what was read before it.
                pipeline.recommend("ann", 3, timeout_micros=1)
            expired = [answer for answer in shop.replies() if isinstance(answer, doorbuster.Rejected)]
            self.assertEqual({answer.code for answer in expired}, {RejectCode.EXPIRED})
            self.assertRegex(str(expired[0]), "^EXPIRED: the timeout has run out$")

    def test_what_cannot_be_encoded_is_not_sent(self):
        with connect(304) as shop:
            for wrong in ({"item_id": -1}, {"item_id": "1"}):
                with self.assertRaises(ValueError):
                    shop.call("ItemRetired", **wrong)
            with self.assertRaisesRegex(TypeError, "ItemRetired has no colour"):
                shop.call("ItemRetired", colour=1)
            self.assertEqual(shop.next_sequence, 1)


class RestartTest(ServedTest):
    def test_killed_server_and_facts_in_flight_count_once(self):
        count = 3_000
        with connect(401) as shop:
            shop.item_upserted(41, "41", 100)
            shop.stock_set(41, 0)
            pipeline = shop.pipeline()
            for _ in range(count - 1):
                pipeline.stock_adjusted(41, 1)
            answered = list(itertools.islice(shop.replies(), 100))
            print("kill", flush=True)
            Server.port = int(sys.stdin.readline())
            pipeline.stock_adjusted(41, 1)
            with self.assertRaises(doorbuster.ConnectionLost):
                for answer in shop.replies():
                    answered.append(answer)
            shop.reconnect(port=Server.port)
            answered += shop.replies()
            self.assertEqual(len({answer.correlation_id for answer in answered}), count)
            self.assertLessEqual({answer.outcome for answer in answered}, {Outcome.ACCEPTED, Outcome.SEQUENCE_STALE})
            self.assertEqual(shop.explain("", 41).free_stock, count)


if __name__ == "__main__":
    cases = [TableTest]
    if len(sys.argv) > 2:
        Server.port = int(sys.argv[1])
        Server.token = pathlib.Path(sys.argv[2]).read_text().strip()
        cases += [MessagesTest, NumbersTest, RefusedTest, RestartTest]
    load = unittest.defaultTestLoader.loadTestsFromTestCase
    result = unittest.TextTestRunner(stream=sys.stderr).run(unittest.TestSuite(map(load, cases)))
    sys.exit(not result.wasSuccessful())
