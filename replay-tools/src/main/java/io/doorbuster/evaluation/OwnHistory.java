package io.doorbuster.evaluation;

/**
 * Baseline: what the shopper had before, most often first, then what is popular. With a half-life events count by how long
 * ago they were; without, ties go to the item that is more popular (S-POP of the session papers).
 */
final class OwnHistory implements Recommender {
    private final Task task;
    private final ItemScores scores;
    private final ItemMarks excluded;
    private final double[] popularity;
    private final EventLog.ByShopper byShopper;
    private final Popularity popular;
    private final int[] filling = new int[2 * Metrics.PLACES];

    OwnHistory(Task task) {
        this.task = task;
        final int itemCount = task.catalogue().size();
        scores = new ItemScores(itemCount);
        excluded = new ItemMarks(itemCount);
        byShopper = task.log().byShopper();
        popular = Popularity.ofAll(task);
        popularity = new double[itemCount];
        final int[] counts = task.log().countsByItem(itemCount);
        for (int item = 0; item < itemCount; item++) {
            popularity[item] = (double) counts[item] / (task.log().size() + 1);
        }
    }

    @Override
    public String name() {
        return "own history";
    }

    @Override
    public int recommend(Cases cases, int number, int[] slate) {
        if (task.ownHalfLifeNs() > 0) {
            addEvents(cases.shopper(number));
        } else {
            addContext(cases, cases.context(number));
        }
        excluded.only(cases, cases.excluded(number));
        return fill(cases, number, slate, scores.takeBest(excluded, slate));
    }

    private int fill(Cases cases, int number, int[] slate, int own) {
        int size = own;
        final int count = popular.recommend(cases, number, filling);
        for (int i = 0; i < count && size < slate.length; i++) {
            if (!has(slate, own, filling[i])) {
                slate[size++] = filling[i];
            }
        }
        return size;
    }

    private static boolean has(int[] slate, int size, int item) {
        for (int place = 0; place < size; place++) {
            if (slate[place] == item) {
                return true;
            }
        }
        return false;
    }

    private void addEvents(int shopper) {
        final EventLog log = task.log();
        for (int i = 0; i < byShopper.count(shopper); i++) {
            final int event = byShopper.event(shopper, i);
            final double age = (double) (task.timeNs() - log.timeNs(event)) / task.ownHalfLifeNs();
            scores.add(log.item(event), Math.max(Math.pow(2, -age), Float.MIN_NORMAL));
        }
    }

    private void addContext(Cases cases, Cases.Span context) {
        for (int place = context.from(); place < context.to(); place++) {
            final int item = cases.item(place);
            scores.add(item, scores.score(item) == 0 ? 1 + popularity[item] : 1);
        }
    }
}
