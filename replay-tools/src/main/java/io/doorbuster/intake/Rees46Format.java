package io.doorbuster.intake;

import io.doorbuster.intake.ShopEvent.Kind;
import java.util.List;

/** REES46 "eCommerce behavior data from multi category store": view, cart and purchase, one unit each. */
public record Rees46Format() implements RowFormat {
    @Override
    public List<String> columns() {
        return List.of(
                "event_time", "event_type", "product_id", "category_id", "category_code", "brand", "price", "user_id");
    }

    @Override
    public boolean isJsonLines() {
        return false;
    }

    @Override
    public ShopEvent read(Row row) throws RejectedRowException {
        final Kind kind = switch (row.text("event_type")) {
            case "view" -> Kind.VIEWED;
            case "cart" -> Kind.CARTED;
            case "purchase" -> Kind.PURCHASED;
            default -> throw new RejectedRowException("event_type is not view, cart or purchase");
        };
        return new ShopEvent(
                kind,
                row.number(),
                row.timeNs("event_time"),
                row.shopper("user_id"),
                row.item("product_id"),
                1,
                row.priceMinor("price"),
                row.text("brand"),
                row.text("category_id"),
                row.text("category_code"));
    }
}
