package io.doorbuster.intake;

import io.doorbuster.intake.ShopEvent.Kind;
import java.util.List;

/**
 * UCI "Online Retail" (Chen, Sain, Guo 2012): one line of an invoice each.
 *
 * <p>A line with a positive quantity is a purchase, by the customer or, where there is none, by a guest named after the
 * invoice. A cancellation (an invoice that begins with C) puts its units back. A negative quantity otherwise is the shop's
 * own write-off, and a line without customer and price is one with the other sign. Postage, fees and manual lines are no
 * articles and are rejected.
 */
public record UciOnlineRetailFormat() implements RowFormat {
    private static final int ARTICLE_DIGITS = 5;

    @Override
    public List<String> columns() {
        return List.of(
                "InvoiceNo",
                "StockCode",
                "Description",
                "Quantity",
                "InvoiceDate",
                "UnitPrice",
                "CustomerID",
                "Country");
    }

    @Override
    public boolean isJsonLines() {
        return false;
    }

    @Override
    public ShopEvent read(Row row) throws RejectedRowException {
        final String item = row.item("StockCode");
        if (!isArticle(item)) {
            throw new RejectedRowException("no article (postage, fee, manual line)");
        }
        final String invoice = row.text("InvoiceNo");
        final int quantity = row.whole("Quantity");
        if (quantity == 0) {
            throw new RejectedRowException("zero quantity");
        }
        final String customer = row.text("CustomerID");
        final long price = row.priceMinor("UnitPrice");
        final boolean byShop = customer.isEmpty() && price == 0;
        final Kind kind = quantity < 0 || byShop ? Kind.STOCK_ADJUSTED : Kind.PURCHASED;
        final boolean cancelled = invoice.startsWith("C");
        return new ShopEvent(
                kind,
                row.number(),
                row.timeNs("InvoiceDate"),
                kind == Kind.STOCK_ADJUSTED ? "" : customer.isEmpty() ? "guest-" + invoice : row.shopper("CustomerID"),
                item,
                cancelled ? -quantity : quantity,
                price,
                "",
                "",
                row.title("Description"));
    }

    private static boolean isArticle(String code) {
        if (code.startsWith("DCGS")) {
            return true;
        }
        for (int i = 0; i < ARTICLE_DIGITS; i++) {
            if (i >= code.length() || !Character.isDigit(code.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
