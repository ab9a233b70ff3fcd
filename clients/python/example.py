"""A shop's evening in a few lines: python3 example.py PORT TOKEN_FILE"""

import pathlib
import sys

from doorbuster import Client, Outcome, Rejected, Scenario, code, item_id

port, token_file = sys.argv[1:]
token = pathlib.Path(token_file).read_text().strip()
lantern, candle, vase = (item_id(sku) for sku in ("85123A", "22112", "21730"))

with Client("127.0.0.1", int(port), token, source=78) as shop:
    print("next fact of source 78:", shop.welcome.next_sequence)
    for sku, price in (("85123A", 295), ("22112", 250), ("21730", 1_295)):
        shop.item_upserted(item_id(sku), sku, price, category=code("lights"))
        shop.stock_set(item_id(sku), 12)  # Answered once it is on the disk.

    pipeline = shop.pipeline()  # Many in flight: sent without waiting, answered as they come.
    for shopper in range(300):
        pipeline.viewed(f"shopper-{shopper}", lantern, 4_000)
        pipeline.viewed(f"shopper-{shopper}", (candle, vase)[shopper % 3 == 0])
    print("views taken:", sum(answer.outcome == Outcome.ACCEPTED for answer in pipeline.replies()))

    shop.viewed("ann", lantern)
    slate = shop.recommend("ann", 2, Scenario.ITEM_PAGE, context=[lantern], timeout_micros=50_000)
    print(f"beside the lantern, {slate.rung.name}:")
    for item in slate.items:
        print(f"  {item.external_id} at {item.price_minor / 100:.2f}, brought by {item.retrieved.name}")

    promised = shop.reserve_stock(1, lantern, 2, 60_000)  # For a minute.
    print("reserved:", promised.outcome.name, "units left free:", promised.detail)
    print("bought:", shop.purchased("ann", lantern, 2, 295, reservation_id=1).outcome.name)
    print("too many:", shop.reserve_stock(2, lantern, 11, 60_000).outcome.name)
    try:
        shop.price_changed(lantern, -1)
    except Rejected as rejected:
        print("refused:", rejected)
