package io.doorbuster.intake;

import io.doorbuster.intake.ShopEvent.Kind;
import java.util.List;

/**
 * Tmall log of the Alibaba contest 2014, sorted by day with a {@code day_index} (0 = 15 April 2014): the item is a brand;
 * clicks are views of its page, favourites count as clicks. Within a day the order is the file's.
 */
public record TmallFormat() implements RowFormat {
    private static final long FIRST_DAY_S = 1_397_520_000L;
    private static final long DAY_S = 86_400;
    private static final int DAYS_MAX = 36_500;

    @Override
    public List<String> columns() {
        return List.of("day_index", "user_id", "brand_id", "type");
    }

    @Override
    public boolean isJsonLines() {
        return false;
    }

    @Override
    public ShopEvent read(Row row) throws RejectedRowException {
        final Kind kind = switch (row.text("type")) {
            case "0" -> Kind.VIEWED;
            case "1" -> Kind.PURCHASED;
            case "2" -> Kind.CLICKED;
            case "3" -> Kind.CARTED;
            default -> throw new RejectedRowException("type is not 0, 1, 2 or 3");
        };
        final int day = row.whole("day_index");
        if (day < 0 || day > DAYS_MAX) {
            throw new RejectedRowException("day_index is no day");
        }
        final String item = row.item("brand_id");
        final long timeNs = (FIRST_DAY_S + day * DAY_S) * 1_000_000_000L;
        return new ShopEvent(
                kind, row.number(), timeNs, row.shopper("user_id"), item, 1, ShopEvent.UNKNOWN_PRICE, item, "", "");
    }
}
