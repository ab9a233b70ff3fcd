package io.doorbuster.offpolicy;

import io.doorbuster.intake.RejectedRowException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * The log of Hillstrom's e-mail test: each customer got one of two mails, or none, by lot. Each arm is asked about as a
 * policy, and so is the mail of what a customer bought.
 */
public final class HillstromLog {
    private static final String VISIT = "visit";
    private static final List<String> COLUMNS = List.of("history_segment", "mens", "womens", "segment", VISIT);
    private static final List<String> ARMS = List.of("No E-Mail", "Womens E-Mail", "Mens E-Mail");
    private static final double PROPENSITY = 1.0 / ARMS.size();

    /** Standard deviations by which an arm's share may miss a third; beyond, no lot was drawn. */
    private static final double DEVIATIONS_MAX = 5;

    private HillstromLog() {}

    /** Reads the log. */
    public static Study study(Path log, LongConsumer progress) throws IOException {
        final List<Decision> decisions = new ArrayList<>();
        final List<Integer> byPurchase = new ArrayList<>();
        final Map<String, Integer> contexts = new HashMap<>();
        LogFile.read(log, COLUMNS, progress, row -> {
            final int arm = ARMS.indexOf(row.text("segment"));
            if (arm < 0) {
                throw new RejectedRowException("segment is none of " + String.join(", ", ARMS));
            }
            final boolean isMens = LogFile.binary(row, "mens") == 1;
            final boolean isWomens = LogFile.binary(row, "womens") == 1;
            final int context =
                    contexts.computeIfAbsent(row.text("history_segment") + isMens + isWomens, key -> contexts.size());
            final int number = decisions.size();
            decisions.add(new Decision(0, context, arm, LogFile.binary(row, VISIT), PROPENSITY, number));
            byPurchase.add(ARMS.indexOf(isWomens && !isMens ? "Womens E-Mail" : "Mens E-Mail"));
        });
        LogFile.requireBothRewards(log, VISIT, decisions);
        requireLot(log, decisions);
        final List<Study.Target> targets = new ArrayList<>();
        for (int arm = 0; arm < ARMS.size(); arm++) {
            final int chosen = arm;
            targets.add(target(
                    ARMS.get(arm),
                    decisions,
                    decisions.stream().map(d -> chosen).toList()));
        }
        targets.add(target("mail of what was bought", decisions, byPurchase));
        return new Study(
                log.toString(),
                "visits of customers",
                List.of(
                        "each arm by lot, propensity 1/3 by design; on-policy: those customers who got what the policy says"),
                decisions,
                List.of("all"),
                targets);
    }

    private static Study.Target target(String name, List<Decision> decisions, List<Integer> arms) {
        final List<TargetChoice> ofArm = new ArrayList<>();
        for (int arm = 0; arm < ARMS.size(); arm++) {
            ofArm.add(new TargetChoice(1, new int[] {arm}, new double[] {1}, 0));
        }
        final List<TargetChoice> choices = new ArrayList<>();
        final List<Decision> own = new ArrayList<>();
        for (int i = 0; i < decisions.size(); i++) {
            choices.add(ofArm.get(arms.get(i)));
            if (decisions.get(i).action() == arms.get(i)) {
                own.add(decisions.get(i));
            }
        }
        return new Study.Target(name, choices, own);
    }

    private static void requireLot(Path log, List<Decision> decisions) throws IOException {
        final double deviation = Math.sqrt(decisions.size() * PROPENSITY * (1 - PROPENSITY));
        for (int arm = 0; arm < ARMS.size(); arm++) {
            final int asked = arm;
            final long count =
                    decisions.stream().filter(d -> d.action() == asked).count();
            if (Math.abs(count - decisions.size() * PROPENSITY) > DEVIATIONS_MAX * deviation) {
                throw new IOException(String.format(
                        "%s: %,d of %,d customers got %s, which is not one in three: rows are missing, or it was no lot",
                        log, count, decisions.size(), ARMS.get(arm)));
            }
        }
    }
}
