package io.doorbuster.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.doorbuster.intake.ShopEvent.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventFileTest {
    private static final String UCI =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    private IntakeReport report = new IntakeReport();

    @TempDir
    Path directory;

    private List<ShopEvent> read(byte[] bytes, RowFormat format) throws IOException {
        final Path file = Files.write(directory.resolve("file"), bytes);
        final List<ShopEvent> events = new ArrayList<>();
        report = new IntakeReport();
        try (EventFile rows = EventFile.open(file, format, report)) {
            ShopEvent event = rows.next();
            while (event != null) {
                events.add(event);
                event = rows.next();
            }
        }
        assertThat(report.read()).isEqualTo(report.accepted() + report.rejected());
        assertThat(report.accepted()).isEqualTo(events.size());
        return events;
    }

    private List<ShopEvent> read(String text, RowFormat format) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8), format);
    }

    @Test
    void invoicesShouldBecomePurchasesReturnsAndWriteOffs() throws IOException {
        final List<ShopEvent> events = read(
                UCI + "536365,85123A,WHITE HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
                        + "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom\n"
                        + "536544,21773,DECORATIVE ROSE,1,2010-12-01 14:32:00,2.51,,United Kingdom\n"
                        + "C536391,22556,PLASTERS,-12,2010-12-01 10:24:00,1.65,17548.0,United Kingdom\n"
                        + "537000,22139,damaged,-3,2010-12-01 11:52:00,0.0,,United Kingdom\n"
                        + "536370,POST,POSTAGE,3,2010-12-01 08:45:00,18.0,12583.0,France\n",
                new UciOnlineRetailFormat());
        assertThat(events)
                .extracting(ShopEvent::kind)
                .containsExactly(
                        Kind.PURCHASED, Kind.STOCK_ADJUSTED, Kind.PURCHASED, Kind.STOCK_ADJUSTED, Kind.STOCK_ADJUSTED);
        assertThat(events).extracting(ShopEvent::quantity).containsExactly(6, 56, 1, 12, -3);
        assertThat(events.getFirst().priceMinor()).isEqualTo(255);
        assertThat(events.getFirst().timeNs()).isEqualTo(1_291_191_960_000_000_000L);
        assertThat(events.get(2).shopper()).isEqualTo("guest-536544");
        assertThat(report.rejectedByReason())
                .containsExactly(
                        Map.entry("no article (postage, fee, manual line)", new IntakeReport.Rejections(1, 6)));
    }

    @Test
    void brokenRowsShouldBeNamedAndTheOthersTaken() throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write((UCI + "1,85123A,a,6,2010-12-01 08:26:00,2.55,1,UK\n" // Row 1 is good.
                        + "1,85123A,a,six,2010-12-01 08:26:00,2.55,1,UK\n"
                        + "1,85123A,a,6,yesterday,2.55,1,UK\n"
                        + "1,85123A,a,6,2010-12-01 08:26:00,-2.55,1,UK\n"
                        + "1,85123A,a,0,2010-12-01 08:26:00,2.55,1,UK\n"
                        + "1,,a,6,2010-12-01 08:26:00,2.55,1,UK\n"
                        + "1,85123A,a,6\n"
                        + "1,85123A,a,6,2010-12-01 08:26:00,2.55,1,UK,more\n"
                        + "1,85123A,\"a, with \"\"quotes\"\"\",6,2010-12-01 08:26:00,2.55,1,UK\n") // Row 9 is good.
                .getBytes(StandardCharsets.UTF_8));
        bytes.write("1,85123A,caf".getBytes(StandardCharsets.UTF_8));
        bytes.write(0xE9); // Latin-1.
        bytes.write(",6,2010-12-01 08:26:00,2.55,1,UK\n".getBytes(StandardCharsets.UTF_8));
        bytes.write(
                ("1,85123A,a,6,2010-12-01 08:26:00,2.55,1,UK\n" // Row 11 is good.
                                + "1,85123A,\"never closed,6,2010-12-01 08:26:00,2.55,1,UK\n"
                                + "1,85123A,a,6,2010-12-01 08:26:00,2.55,1,UK\n")
                        .getBytes(StandardCharsets.UTF_8));
        final List<ShopEvent> events = read(bytes.toByteArray(), new UciOnlineRetailFormat());
        assertThat(events).extracting(ShopEvent::row).containsExactly(1L, 9L, 11L, 13L);
        assertThat(events.get(1).title()).isEqualTo("a, with \"quotes\"");
        assertThat(report.read()).isEqualTo(13);
        assertThat(report.rejectedByReason().keySet())
                .containsExactly(
                        "Quantity is no whole number",
                        "InvoiceDate is no time",
                        "negative price",
                        "zero quantity",
                        "no item id",
                        "wrong number of columns (a quote may be missing, or one too many)",
                        "not UTF-8",
                        "a quote is not closed");
        assertThat(report.rejected()).isEqualTo(9);
    }

    @Test
    void strayQuoteShouldCostOneRowAndATextOfManyLinesNone() throws IOException {
        final StringBuilder text = new StringBuilder("item,title,price\n");
        for (int i = 0; i < 500; i++) {
            final String title = switch (i) {
                case 17, 25, 400 -> "\"stray";
                case 130 -> "5\" pipe";
                case 140 -> "\"two\nlines, \"\"quoted\"\"\"";
                default -> "plain";
            };
            text.append(i + 1).append(',').append(title).append(",1\n");
            text.append(i % 50 == 0 ? "\n \n" : ""); // Blank lines are no rows.
        }
        final List<ShopEvent> events =
                read(text.toString(), new MappedFormat(Map.of("title", "title", "price", "price"), "item", false));
        assertThat(events).hasSize(497);
        assertThat(events.get(128).title()).isEqualTo("5\" pipe");
        assertThat(events.get(138).title()).isEqualTo("two\nlines, \"quoted\"");
        assertThat(report.read()).isEqualTo(500);
        assertThat(report.rejectedByReason().keySet()).containsExactly("a quote is not closed");
    }

    @Test
    void filesThatAreNotOfTheFormatShouldBeExplained() {
        assertThatThrownBy(() -> read("InvoiceNo,StockCode\n1,2\n", new UciOnlineRetailFormat()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has no column Description, Quantity")
                .hasMessageContaining("it has InvoiceNo, StockCode");
        assertThatThrownBy(() -> read(UCI.getBytes(StandardCharsets.UTF_16), new UciOnlineRetailFormat()))
                .hasMessageContaining("is it UTF-8");
        assertThatThrownBy(() -> read("", new UciOnlineRetailFormat())).hasMessageContaining("is empty");
        assertThatThrownBy(() -> EventFile.open(directory.resolve("gone"), new TmallFormat(), report))
                .hasMessageContaining("check the path");
    }

    @Test
    void gzipShouldBeTheSameAsPlain() throws IOException {
        final String text = "day_index,month_day,user_id,brand_id,type\n0,04-15,1,2,0\n1,04-16,1,2,1\n1,04-16,1,2,7\n";
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        final List<ShopEvent> plain = read(text, new TmallFormat());
        assertThat(plain).extracting(ShopEvent::kind).containsExactly(Kind.VIEWED, Kind.PURCHASED);
        final byte[] whole = packed.toByteArray();
        assertThat(read(whole, new TmallFormat())).isEqualTo(plain);
        final byte[] cut = Arrays.copyOf(whole, whole.length - 10);
        assertThatThrownBy(() -> read(cut, new TmallFormat())).isInstanceOf(IOException.class);
    }

    /** Bytes that do not pack end in the middle of a known line; a file of which only the head is there, in its first. */
    @Test
    void cutOffGzipShouldSayInWhichLine() throws IOException {
        final StringBuilder text = new StringBuilder();
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 3_000; i++) {
            text.append("{\"type\":\"view\",\"user\":\"")
                    .append(random.nextLong())
                    .append("\",\"item\":\"A\"}\n");
        }
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(text.toString().getBytes(StandardCharsets.UTF_8));
        }
        final byte[] whole = packed.toByteArray();
        final byte[] half = Arrays.copyOf(whole, whole.length / 2);
        long line = 1;
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(half))) {
            for (int c = in.read(); c >= 0; c = in.read()) {
                line += c == '\n' ? 1 : 0;
            }
        } catch (EOFException e) {
            assertThat(line).isBetween(1_000L, 2_000L);
        }
        final RowFormat rows = new MappedFormat(Map.of("shopper", "user"), "", true);
        assertThatThrownBy(() -> read(half, rows))
                .isInstanceOf(IOException.class)
                .hasMessage(directory.resolve("file") + " is cut off in line " + line + ": bring it again, whole");
        assertThatThrownBy(() -> read(Arrays.copyOf(whole, 5), rows)).hasMessageContaining(" is cut off in line 1: ");
        final byte[] damaged = whole.clone();
        Arrays.fill(damaged, 10, 40, (byte) 0xFF);
        assertThatThrownBy(() -> read(damaged, rows))
                .hasMessageContaining(" is damaged (")
                .hasMessageContaining("in line 1");
    }

    @Test
    void columnsShouldBeMapped() throws IOException {
        final RowFormat items = new MappedFormat(Map.of("item", "sku", "price", "eur"), "item", false);
        final List<ShopEvent> catalogue = read("\uFEFFsku,eur,brand\nA-1,19.99,acme\n", items);
        assertThat(catalogue.getFirst().priceMinor()).isEqualTo(1999);
        assertThat(catalogue.getFirst().brand()).isEqualTo("acme");
        final RowFormat log = new MappedFormat(Map.of("shopper", "user"), "", true);
        final List<ShopEvent> events = read("""
                        {"type": "view", "user": "u1", "item": "A-1", "time": "2026-11-24T10:00:00Z"}
                        {"type": "purchase", "user": "u1", "item": "A-1", "time": 1764000000, "quantity": 2}
                        """, log);
        assertThat(events).extracting(ShopEvent::kind).containsExactly(Kind.VIEWED, Kind.PURCHASED);
        assertThat(events.get(1).quantity()).isEqualTo(2);
        assertThat(read("{\"type\": \"view\"}\nnot json\n[1]\n{\"type\":\"dance\",\"item\":\"x\"}\n", log))
                .isEmpty();
        assertThat(read("{\"type\":\"view\",\"user\":\"u\",\"item\":\"x\",\"time\":\"2199-01-01\"}\n", log))
                .isEmpty();
        assertThat(report.rejectedByReason().keySet()).containsExactly("time is before 1970 or in the future");
        assertThatThrownBy(() -> new MappedFormat(Map.of("colour", "c"), "", false))
                .hasMessageContaining("no field 'colour'");
    }

    @ParameterizedTest
    @CsvSource({
        "uci_online_retail/online_retail.csv.gz, 451127, 2584",
        "tmall2014/events_by_day.csv.gz, 130334, 0",
        "rees46_tiny/2019-Oct-sample.csv, 1000, 0"
    })
    void realLogsShouldLoseNoRow(String name, long rows, long rejected) throws IOException {
        final Path file = Path.of(System.getProperty("doorbuster.root"), "../shared/data", name);
        assumeTrue(Files.exists(file), () -> file + " is not there");
        final RowFormat format = name.startsWith("uci")
                ? new UciOnlineRetailFormat()
                : name.startsWith("tmall") ? new TmallFormat() : new Rees46Format();
        try (EventFile events = EventFile.open(file, format, report)) {
            long accepted = 0;
            while (events.next() != null) {
                accepted++;
            }
            assertThat(report.read()).isEqualTo(rows);
            assertThat(report.rejected()).isEqualTo(rejected);
            assertThat(accepted).isEqualTo(rows - rejected);
        }
    }
}
