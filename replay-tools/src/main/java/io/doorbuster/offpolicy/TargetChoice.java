package io.doorbuster.offpolicy;

/** How the policy that is asked about would choose at one decision. Immutable; arrays are not copied. */
final class TargetChoice {
    private final double before;
    private final int[] actions;
    private final double[] probabilities;
    private final double unsupported;

    /**
     * A choice.
     *
     * @param before how much likelier than the log's policy the target is to have come to this decision: 1, or in a slate the
     *     product of the weights of the places before.
     * @param actions that it may take and the log's policy may have taken, each once.
     * @param probabilities of these.
     * @param unsupported probability that it takes one that the log's policy never does.
     */
    TargetChoice(double before, int[] actions, double[] probabilities, double unsupported) {
        this.before = before;
        this.actions = actions;
        this.probabilities = probabilities;
        this.unsupported = unsupported;
    }

    double before() {
        return before;
    }

    double unsupported() {
        return unsupported;
    }

    double probability(int action) {
        for (int i = 0; i < actions.length; i++) {
            if (actions[i] == action) {
                return probabilities[i];
            }
        }
        return 0;
    }

    /** Reward that a model expects of it. */
    double expected(RewardModel model, Decision decision) {
        double sum = 0;
        for (int i = 0; i < actions.length; i++) {
            sum += probabilities[i] * model.expected(decision, actions[i]);
        }
        return sum;
    }
}
