package io.doorbuster.cli;

import io.doorbuster.intake.MappedFormat;
import io.doorbuster.intake.Rees46Format;
import io.doorbuster.intake.RowFormat;
import io.doorbuster.intake.TmallFormat;
import io.doorbuster.intake.UciOnlineRetailFormat;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** How the rows of a file are to be read. */
final class FormatOption {
    @Option(
            names = "--format",
            paramLabel = "NAME",
            description = "uci-online-retail, rees46, tmall2014, csv or jsonl. Files may be gzip or plain.")
    private String name = "";

    @Option(
            names = "--map",
            paramLabel = "FIELD=COLUMN",
            description =
                    "csv and jsonl: which column holds a field. Fields: type, time, shopper, item, quantity, price,"
                            + " brand, category, title. A field that is not mapped is in the column of its own name.")
    private Map<String, String> columns = new LinkedHashMap<>();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description =
                    "csv and jsonl: what every row is, instead of a column type: item, stock, adjust, return, view,"
                            + " click, cart or purchase.")
    private String type = "";

    boolean isGiven() {
        return !name.isEmpty();
    }

    RowFormat format() {
        return format(name);
    }

    /** The format asked for, or else the one that a known file name stands for. */
    RowFormat formatOf(Path file) {
        if (!name.isEmpty()) {
            return format(name);
        }
        final String path = file.toAbsolutePath().toString().toLowerCase(Locale.ROOT);
        if (path.contains("online_retail")) {
            return format("uci-online-retail");
        }
        if (path.contains("tmall2014")) {
            return format("tmall2014");
        }
        if (path.contains("rees46")) {
            return format("rees46");
        }
        return format("");
    }

    private RowFormat format(String asked) {
        return switch (asked) {
            case "uci-online-retail" -> new UciOnlineRetailFormat();
            case "rees46" -> new Rees46Format();
            case "tmall2014" -> new TmallFormat();
            case "csv" -> new MappedFormat(columns, type, false);
            case "jsonl" -> new MappedFormat(columns, type, true);
            case "" -> throw new IllegalArgumentException("say how to read the file: --format NAME");
            default ->
                throw new IllegalArgumentException(
                        "no format '" + asked + "'; formats are uci-online-retail, rees46, tmall2014, csv, jsonl");
        };
    }
}
