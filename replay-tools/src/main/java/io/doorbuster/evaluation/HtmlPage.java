package io.doorbuster.evaluation;

import java.util.List;
import java.util.Locale;

/** A report as one file that needs nothing else: headings, notes, tables and bars. Well-formed XML too. */
public final class HtmlPage {
    private static final int WIDTH = 760;
    private static final int LEFT = 250;
    private static final int ROW = 24;
    private static final String STRONG = "#2457c5";
    private static final String WEAK = "#9aa4b5";
    private static final String STYLE = """
            body{font:15px/1.45 system-ui,sans-serif;max-width:1080px;margin:2rem auto;padding:0 1rem;color:#1c2330;background:#fff}
            h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
            table{border-collapse:collapse;width:100%;font-size:.87rem}
            td,th{padding:.3rem .6rem;border-bottom:1px solid #dde2ea;text-align:left}
            td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
            svg{width:100%;height:auto;font:12px system-ui,sans-serif}
            .scroll{overflow-x:auto}p.note,li{color:#566072;font-size:.87rem}
            """;

    private final StringBuilder html = new StringBuilder();

    /** A bar of a value of 0 or more, and the whisker of its interval, which is the value itself where none is known. */
    public record Bar(String label, double value, Interval interval, boolean isStrong) {}

    /** Begins a page. */
    public HtmlPage(String title, String heading) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
                .append("<title>")
                .append(escaped(title))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body><h1>")
                .append(escaped(heading))
                .append("</h1>");
    }

    /** The page; nothing may follow. */
    public String end() {
        return html.append("</body></html>\n").toString();
    }

    public void heading(String text) {
        html.append("<h2>").append(escaped(text)).append("</h2>");
    }

    public void note(String text) {
        html.append("<p class=\"note\">").append(escaped(text)).append("</p>");
    }

    public void list(List<String> lines) {
        html.append("<ul>");
        lines.forEach(line -> html.append("<li>").append(escaped(line)).append("</li>"));
        html.append("</ul>");
    }

    /**
     * A table.
     *
     * @param textColumns the first columns, which hold text; the others hold numbers.
     */
    public void table(int textColumns, List<String> head, List<List<String>> rows) {
        html.append("<div class=\"scroll\"><table>");
        row("th", textColumns, head);
        rows.forEach(cells -> row("td", textColumns, cells));
        html.append("</table></div>");
    }

    private void row(String tag, int textColumns, List<String> cells) {
        html.append("<tr>");
        for (int column = 0; column < cells.size(); column++) {
            html.append('<')
                    .append(tag)
                    .append(column < textColumns ? ">" : " class=\"n\">")
                    .append(escaped(cells.get(column)))
                    .append("</")
                    .append(tag)
                    .append('>');
        }
        html.append("</tr>");
    }

    /** Bars of shares, in %. */
    public void bars(String title, List<Bar> bars) {
        final double top =
                bars.stream().mapToDouble(bar -> bar.interval().high()).max().orElse(0);
        final double scale = (WIDTH - LEFT - 90) / Math.max(1e-9, top);
        html.append(String.format(
                Locale.ROOT,
                "<div class=\"scroll\"><svg viewBox=\"0 0 %d %d\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">"
                        + "<title>%s</title>",
                WIDTH,
                bars.size() * ROW + 4,
                escaped(title)));
        for (int i = 0; i < bars.size(); i++) {
            final Bar bar = bars.get(i);
            final int y = i * ROW;
            html.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#1c2330\">%s</text>"
                            + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"14\" fill=\"%s\"/>"
                            + "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#1c2330\" stroke-width=\"2\"/>"
                            + "<text x=\"%.1f\" y=\"%d\" fill=\"#566072\">%s</text>",
                    LEFT - 10,
                    y + 16,
                    escaped(bar.label()),
                    LEFT,
                    y + 5,
                    bar.value() * scale,
                    bar.isStrong() ? STRONG : WEAK,
                    LEFT + bar.interval().low() * scale,
                    LEFT + bar.interval().high() * scale,
                    y + 12,
                    y + 12,
                    LEFT + bar.interval().high() * scale + 8,
                    y + 16,
                    escaped(percent(bar.value()) + " %")));
        }
        html.append("</svg></div>");
    }

    /** A share as a number in %. */
    public static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f", 100 * share);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
