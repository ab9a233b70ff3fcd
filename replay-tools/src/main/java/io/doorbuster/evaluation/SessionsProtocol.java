package io.doorbuster.evaluation;

import io.doorbuster.codec.Scenario;
import io.doorbuster.evaluation.Cases.Span;
import io.doorbuster.evaluation.Task.Input;
import io.doorbuster.intake.IntakeReport;
import io.doorbuster.intake.RejectedRowException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** See {@link Protocol#SESSIONS}. A validation trains on the first nine tenths of the sessions and asks for the rest. */
final class SessionsProtocol {
    /** Without times, what is recent is the last twentieth of the sessions. */
    private static final int RECENT_SHARE = 20;

    private final Catalogue catalogue = new Catalogue();
    private final Sequences sessions = new Sequences();
    private final EventLog log = new EventLog();
    private final Cases cases = new Cases();
    private final List<Input> inputs = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private int group = -1;
    private int[] groupPrefix = new int[0];

    private SessionsProtocol() {}

    static Task read(EvaluationInput input) throws IOException {
        return new SessionsProtocol().task(input);
    }

    private Task task(EvaluationInput input) throws IOException {
        final Path test = input.test();
        if (test == null && !input.isValidation()) {
            throw new IllegalArgumentException("--protocol sessions needs --test FILE, or --validate");
        }
        final IntakeReport lines = new IntakeReport();
        LineFile.read(input.train(), lines, (line, number) -> {
            final List<String> ids = LineFile.ids(line);
            ids.forEach(id -> sessions.item(catalogue.obtain(id)));
            sessions.end();
        });
        inputs.add(new Input(input.train(), lines));
        final int trained = sessions.size() - (input.isValidation() ? Math.max(1, sessions.size() / 10) : 0);
        for (int session = 0; session < trained; session++) {
            sessions.view(session, sessions.length(session), session, log);
        }
        if (test == null || input.isValidation()) {
            validate(trained);
        } else {
            final IntakeReport testLines = new IntakeReport();
            LineFile.read(test, testLines, (line, number) -> onTestLine(line));
            inputs.add(new Input(test, testLines));
        }
        return new Task(
                Protocol.SESSIONS,
                catalogue,
                List.of(),
                log,
                new EventLog(),
                cases,
                null,
                "sessions",
                Sequences.afterNs(log),
                Scenario.SESSION,
                true,
                null,
                log.size() == 0 ? 0 : Math.max(1, (log.timeNs(log.size() - 1) - log.timeNs(0)) / RECENT_SHARE),
                0,
                0,
                inputs,
                notes);
    }

    private void validate(int trained) {
        final int[] counts = log.countsByItem(catalogue.size());
        long dropped = 0;
        for (int session = trained; session < sessions.size(); session++) {
            final int[] known = Arrays.stream(sessions.items(session))
                    .filter(item -> counts[item] > 0)
                    .toArray();
            dropped += sessions.length(session) - known.length;
            everyPrefix(known);
        }
        notes.add(String.format(
                "validation: the last %,d sessions of the training file; %,d clicks of items that the ones before do not"
                        + " hold are left out",
                sessions.size() - trained, dropped));
    }

    private void everyPrefix(int[] session) {
        group++;
        groupPrefix = new int[0];
        final Span all = cases.pool(session);
        for (int target = 1; target < session.length; target++) {
            final int at = all.from() + target;
            cases.add(-1, group, new Span(all.from(), at), new Span(at, at + 1), Span.EMPTY);
        }
    }

    private void onTestLine(String line) throws RejectedRowException {
        final String[] parts = line.split("\t", -1);
        if (parts.length == 1) {
            final int[] session = numbers(parts[0]);
            if (session.length < 2) {
                throw new RejectedRowException("a session of one item leaves nothing to ask");
            }
            everyPrefix(session);
            return;
        }
        final int[] prefix = numbers(parts[0]);
        final int[] target = numbers(parts[1]);
        if (parts.length != 2 || prefix.length == 0 || target.length != 1) {
            throw new RejectedRowException("not the items of a prefix, one tab and one target");
        }
        if (!isWithin(prefix, target[0])) {
            group++;
        }
        groupPrefix = prefix;
        cases.add(-1, group, cases.pool(prefix), cases.pool(target), Span.EMPTY);
    }

    /** Prefixes of one session stand below each other, the longest first, each without the target of its own. */
    private boolean isWithin(int[] prefix, int target) {
        return groupPrefix.length == prefix.length + 1
                && Arrays.mismatch(groupPrefix, prefix) == prefix.length
                && groupPrefix[prefix.length] == target;
    }

    private int[] numbers(String ids) throws RejectedRowException {
        return LineFile.ids(ids).stream().mapToInt(catalogue::obtain).toArray();
    }
}
