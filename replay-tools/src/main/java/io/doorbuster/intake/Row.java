package io.doorbuster.intake;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;

/** One row of a file by the names of its columns, and the checks that every format shares. */
public final class Row {
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_MS = 1_000_000L;
    private static final long EPOCH_MILLIS_FROM = 100_000_000_000L;
    private static final int ID_MAX = 64;
    private static final int ITEM_ID_MAX = 40;
    private static final int TITLE_MAX = 256;
    private static final BigDecimal PRICE_MAX = new BigDecimal("1000000000000");

    private final Map<String, String> values;
    private final long number;

    Row(Map<String, String> values, long number) {
        this.values = values;
        this.number = number;
    }

    public long number() {
        return number;
    }

    /** Text of a column, stripped; empty when the column is absent. */
    public String text(String column) {
        final String value = values.get(column);
        return value == null ? "" : value.strip();
    }

    /** Id of an item, 1 to 40 bytes. */
    public String item(String column) throws RejectedRowException {
        final String item = text(column);
        if (item.isEmpty()) {
            throw new RejectedRowException("no item id");
        }
        if (bytesOf(item) > ITEM_ID_MAX) {
            throw new RejectedRowException("item id longer than 40 bytes");
        }
        return item;
    }

    /** Raw id of a shopper, 1 to 64 bytes. */
    String shopper(String column) throws RejectedRowException {
        final String shopper = text(column);
        if (shopper.isEmpty()) {
            throw new RejectedRowException("no shopper id");
        }
        if (bytesOf(shopper) > ID_MAX) {
            throw new RejectedRowException("shopper id longer than 64 bytes");
        }
        return shopper;
    }

    /** Title, cut to 256 bytes. */
    String title(String column) {
        String title = text(column);
        while (bytesOf(title) > TITLE_MAX) {
            title = title.substring(0, title.offsetByCodePoints(title.length(), -1));
        }
        return title;
    }

    private static int bytesOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** A whole number; 17 and 17.0 are the same. */
    public int whole(String column) throws RejectedRowException {
        try {
            return new BigDecimal(text(column)).intValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new RejectedRowException(column + " is no whole number");
        }
    }

    /** A number that is finite. */
    public double real(String column) throws RejectedRowException {
        try {
            final double value = Double.parseDouble(text(column));
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) { // Said below.
        }
        throw new RejectedRowException(column + " is no number");
    }

    /** Major units with a decimal point, as minor units; unknown when empty. */
    long priceMinor(String column) throws RejectedRowException {
        final String text = text(column);
        if (text.isEmpty()) {
            return ShopEvent.UNKNOWN_PRICE;
        }
        final BigDecimal price;
        try {
            price = new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new RejectedRowException(column + " is no price");
        }
        if (price.signum() < 0) {
            throw new RejectedRowException("negative price");
        }
        if (price.compareTo(PRICE_MAX) > 0) {
            throw new RejectedRowException("price out of range");
        }
        return price.movePointRight(2).setScale(0, RoundingMode.HALF_UP).longValueExact();
    }

    /** Seconds or milliseconds since 1970, or ISO 8601 with a T or a space; without an offset it is UTC. */
    long timeNs(String column) throws RejectedRowException {
        final long timeNs = anyTimeNs(column);
        if (timeNs <= 0 || timeNs > System.currentTimeMillis() * NS_PER_MS) {
            throw new RejectedRowException(column + " is before 1970 or in the future");
        }
        return timeNs;
    }

    private long anyTimeNs(String column) throws RejectedRowException {
        final String text = text(column);
        try {
            if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                final long number = Long.parseLong(text);
                return number >= EPOCH_MILLIS_FROM
                        ? Math.multiplyExact(number, NS_PER_MS)
                        : Math.multiplyExact(number, NS_PER_S);
            }
            return instantOf(text.replace(" UTC", "Z").replace(' ', 'T'));
        } catch (ArithmeticException | DateTimeException | NumberFormatException e) {
            throw new RejectedRowException(column + " is no time");
        }
    }

    private static long instantOf(String iso) {
        final int time = iso.indexOf('T');
        final boolean hasOffset =
                iso.endsWith("Z") || time > 0 && (iso.indexOf('+', time) > 0 || iso.indexOf('-', time) > 0);
        final Instant instant;
        if (time < 0) {
            instant = LocalDateTime.parse(iso + "T00:00:00").toInstant(ZoneOffset.UTC);
        } else if (hasOffset) {
            instant = OffsetDateTime.parse(iso).toInstant();
        } else {
            instant = LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
        }
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), NS_PER_S), instant.getNano());
    }
}
