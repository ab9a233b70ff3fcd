package io.doorbuster.evaluation;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What slates are beside right or wrong, each in [0, 1]:
 *
 * <pre>
 *   coverage@20   items that stand in any slate / items in the catalogue
 *   novelty@20    mean over places of log(events / events of the item) / log(events): 1 = an item without events
 *   diversity@20  mean over slates of the share of its pairs whose categories differ; of items with a known category
 * </pre>
 */
final class SlateQualities {
    private final Catalogue catalogue;
    private final int[] counts;
    private final long events;
    private final int itemsThere;

    SlateQualities(Task task, int itemsThere) {
        catalogue = task.catalogue();
        counts = task.log().countsByItem(catalogue.size());
        events = task.log().size();
        this.itemsThere = itemsThere;
    }

    Map<String, Double> of(Slates slates, int caseCount) {
        final BitSet shown = new BitSet(catalogue.size());
        double novelty = 0;
        long places = 0;
        double diversity = 0;
        long diverseSlates = 0;
        for (int number = 0; number < caseCount; number++) {
            for (int place = 0; place < Metrics.PLACES && slates.item(number, place) >= 0; place++) {
                final int item = slates.item(number, place);
                shown.set(item);
                novelty += novelty(item);
                places++;
            }
            final double differing = diversity(slates, number);
            if (!Double.isNaN(differing)) {
                diversity += differing;
                diverseSlates++;
            }
        }
        final Map<String, Double> qualities = new LinkedHashMap<>();
        qualities.put("coverage@" + Metrics.PLACES, (double) shown.cardinality() / itemsThere);
        if (places > 0) {
            qualities.put("novelty@" + Metrics.PLACES, novelty / places);
        }
        if (diverseSlates > 0) {
            qualities.put("diversity@" + Metrics.PLACES, diversity / diverseSlates);
        }
        return qualities;
    }

    private double novelty(int item) {
        return events < 2 ? 0 : 1 - Math.log(Math.max(1, counts[item])) / Math.log((double) events);
    }

    /** Not a number for a slate without two items of known category. */
    private double diversity(Slates slates, int number) {
        int pairs = 0;
        int differing = 0;
        for (int i = 0; i < Metrics.PLACES && slates.item(number, i) >= 0; i++) {
            final long one = catalogue.item(slates.item(number, i)).category();
            for (int j = 0; j < i; j++) {
                final long other = catalogue.item(slates.item(number, j)).category();
                if (one != 0 && other != 0) {
                    pairs++;
                    differing += one == other ? 0 : 1;
                }
            }
        }
        return (double) differing / pairs;
    }
}
