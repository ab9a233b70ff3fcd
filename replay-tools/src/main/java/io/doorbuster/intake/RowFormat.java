package io.doorbuster.intake;

import java.util.List;

/** What the rows of a file mean. Immutable. */
public sealed interface RowFormat permits MappedFormat, Rees46Format, TmallFormat, UciOnlineRetailFormat {
    /** Columns that the file must have. */
    List<String> columns();

    /** Whether lines are JSON objects; otherwise the file is CSV with a header. */
    boolean isJsonLines();

    /** One row. */
    ShopEvent read(Row row) throws RejectedRowException;
}
