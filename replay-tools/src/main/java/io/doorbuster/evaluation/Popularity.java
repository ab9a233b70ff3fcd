package io.doorbuster.evaluation;

import java.util.Arrays;

/** Baseline: the same items for everyone, those with the most events, counted whole or by how long ago they were. */
final class Popularity implements Recommender {
    private final String name;
    private final int[] ranked;
    private final ItemMarks excluded;

    /** Events of the target kind in the whole log. */
    static Popularity ofAll(Task task) {
        return new Popularity("popular", task, 0);
    }

    /** The same, each worth half after the half-life. */
    static Popularity ofRecent(Task task) {
        return new Popularity("recent popular", task, task.recentHalfLifeNs());
    }

    private Popularity(String name, Task task, long halfLifeNs) {
        this.name = name;
        final int itemCount = task.catalogue().size();
        final EventLog log = task.log();
        final ItemScores scores = new ItemScores(itemCount);
        for (int event = 0; event < log.size(); event++) {
            if (task.target() == null || log.kind(event) == task.target()) {
                final double age = halfLifeNs == 0 ? 0 : (double) (task.timeNs() - log.timeNs(event)) / halfLifeNs;
                scores.add(log.item(event), Math.max(Math.pow(2, -age), Float.MIN_NORMAL));
            }
        }
        excluded = new ItemMarks(itemCount);
        final int[] all = new int[itemCount];
        final int count = scores.takeBest(excluded, all);
        ranked = Arrays.copyOf(all, count);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int recommend(Cases cases, int number, int[] slate) {
        excluded.only(cases, cases.excluded(number));
        int size = 0;
        for (int rank = 0; rank < ranked.length && size < slate.length; rank++) {
            if (!excluded.has(ranked[rank])) {
                slate[size++] = ranked[rank];
            }
        }
        return size;
    }
}
