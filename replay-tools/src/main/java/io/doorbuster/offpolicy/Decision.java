package io.doorbuster.offpolicy;

/**
 * One choice of the policy that made the log.
 *
 * @param stratum what is reported apart: a place of a slate.
 * @param context what rewards are taken to depend on besides the action.
 * @param action chosen.
 * @param reward that came of it.
 * @param propensity probability with which the policy chose this action here, in (0, 1].
 * @param group decisions that belong together, such as a shopper's: intervals draw whole groups.
 */
record Decision(int stratum, int context, int action, double reward, double propensity, int group) {}
