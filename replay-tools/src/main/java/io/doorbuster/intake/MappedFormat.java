package io.doorbuster.intake;

import io.doorbuster.intake.ShopEvent.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * CSV or JSON lines with the columns that the user names.
 *
 * @param columnOf column for each field of {@link #FIELDS}; a field that is not in it is in the column of its own name.
 * @param type what every row means; empty = the field {@code type} says it.
 * @param isJsonLines whether lines are JSON objects.
 */
public record MappedFormat(Map<String, String> columnOf, String type, boolean isJsonLines) implements RowFormat {
    /** What can be mapped. */
    public static final List<String> FIELDS =
            List.of("type", "time", "shopper", "item", "quantity", "price", "brand", "category", "title");

    /** What a row can mean. */
    public static final List<String> TYPES =
            List.of("item", "stock", "adjust", "return", "view", "click", "cart", "purchase");

    public MappedFormat {
        for (final String field : columnOf.keySet()) {
            if (!FIELDS.contains(field)) {
                throw new IllegalArgumentException("no field '" + field + "' to map; fields are " + FIELDS);
            }
        }
        if (!type.isEmpty() && !TYPES.contains(type)) {
            throw new IllegalArgumentException("no type '" + type + "'; types are " + TYPES);
        }
        columnOf =
                Collections.unmodifiableMap(new TreeMap<>(columnOf)); // In an order: it names the source of an import.
    }

    private String column(String field) {
        return columnOf.getOrDefault(field, field);
    }

    @Override
    public List<String> columns() {
        final List<String> columns = new ArrayList<>(columnOf.values());
        columns.add(column("item"));
        if (type.isEmpty()) {
            columns.add(column("type"));
        }
        return columns.stream().distinct().sorted().toList();
    }

    @Override
    public ShopEvent read(Row row) throws RejectedRowException {
        final String said = type.isEmpty() ? row.text(column("type")).toLowerCase(Locale.ROOT) : type;
        final Kind kind = switch (said) {
            case "item" -> Kind.ITEM;
            case "stock" -> Kind.STOCK_SET;
            case "adjust", "return" -> Kind.STOCK_ADJUSTED;
            case "view" -> Kind.VIEWED;
            case "click" -> Kind.CLICKED;
            case "cart" -> Kind.CARTED;
            case "purchase" -> Kind.PURCHASED;
            default -> throw new RejectedRowException("unknown type");
        };
        final boolean hasQuantity = !row.text(column("quantity")).isEmpty();
        final boolean isStock = kind == Kind.STOCK_SET || kind == Kind.STOCK_ADJUSTED;
        if (isStock && !hasQuantity) {
            throw new RejectedRowException("no quantity");
        }
        final int quantity = hasQuantity ? row.whole(column("quantity")) : 1;
        if (quantity < 0 && !"adjust".equals(said) || quantity == 0 && !isStock) {
            throw new RejectedRowException("quantity out of range");
        }
        return new ShopEvent(
                kind,
                row.number(),
                row.text(column("time")).isEmpty() ? 0 : row.timeNs(column("time")),
                kind.isBehaviour() ? row.shopper(column("shopper")) : "",
                row.item(column("item")),
                quantity,
                row.priceMinor(column("price")),
                row.text(column("brand")),
                row.text(column("category")),
                row.title(column("title")));
    }
}
