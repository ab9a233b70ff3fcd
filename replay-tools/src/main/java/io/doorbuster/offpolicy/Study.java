package io.doorbuster.offpolicy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A log, and the policies that are asked about.
 *
 * @param log what it is, for people.
 * @param reward what is counted, for people.
 * @param notes what else there is to say.
 * @param decisions of the policy that made it.
 * @param strata names, by {@link Decision#stratum}; one = nothing is reported apart.
 * @param targets policies asked about.
 */
public record Study(
        String log,
        String reward,
        List<String> notes,
        List<Decision> decisions,
        List<String> strata,
        List<Target> targets) {
    private static final int ALL = -1;

    /**
     * A policy asked about.
     *
     * @param choices one for each decision.
     * @param ownDecisions decisions of its own in a log that it made itself, to compare with; or null.
     */
    record Target(
            String name,
            List<TargetChoice> choices,
            @Nullable List<Decision> ownDecisions) {}

    /**
     * Estimates every target, over all strata and in each.
     *
     * @param clip see {@link Estimator}.
     */
    public OffPolicyRun run(double clip, long seed, LongConsumer progress) {
        final Estimator estimator = new Estimator(new RewardModel(decisions), clip, seed);
        final List<OffPolicyRun.Result> results = new ArrayList<>();
        for (final Target target : targets) {
            results.add(result(target, ALL, estimator));
            for (int stratum = 0; strata.size() > 1 && stratum < strata.size(); stratum++) {
                results.add(result(target, stratum, estimator));
                progress.accept(results.size());
            }
        }
        return new OffPolicyRun(
                log,
                reward,
                notes,
                decisions.size(),
                Double.isInfinite(clip) ? null : clip,
                seed,
                estimator.mean(decisions),
                List.copyOf(results));
    }

    private OffPolicyRun.Result result(Target target, int stratum, Estimator estimator) {
        final List<Decision> some = new ArrayList<>();
        final List<TargetChoice> choices = new ArrayList<>();
        for (int i = 0; i < decisions.size(); i++) {
            if (stratum == ALL || decisions.get(i).stratum() == stratum) {
                some.add(decisions.get(i));
                choices.add(target.choices.get(i));
            }
        }
        final List<Decision> own = target.ownDecisions == null
                ? null
                : target.ownDecisions.stream()
                        .filter(decision -> stratum == ALL || decision.stratum() == stratum)
                        .toList();
        final Figure onPolicy = own == null || own.isEmpty() ? null : estimator.mean(own);
        final Estimate estimate = estimator.estimate(some, choices);
        return new OffPolicyRun.Result(
                target.name,
                stratum == ALL ? "all" : strata.get(stratum),
                onPolicy,
                estimate,
                covers(estimate.ips(), onPolicy),
                covers(estimate.snips(), onPolicy),
                covers(estimate.dr(), onPolicy));
    }

    private static @Nullable Boolean covers(@Nullable Figure figure, @Nullable Figure onPolicy) {
        return figure == null || onPolicy == null ? null : Boolean.valueOf(figure.covers(onPolicy.value()));
    }
}
