package io.doorbuster.simulator;

import static io.doorbuster.simulator.SimulationFailure.check;

import io.doorbuster.codec.AcknowledgedDecoder;
import io.doorbuster.codec.MessageHeaderDecoder;
import io.doorbuster.codec.Outcome;
import io.doorbuster.engine.checkpoint.CheckpointDirectory;
import io.doorbuster.engine.ring.InputSlot;
import io.doorbuster.engine.ring.PipelineFailedException;
import io.doorbuster.gateway.identity.IdentityStore;
import io.doorbuster.journal.RecordDescriptor;
import io.doorbuster.simulator.SimulatedServer.Recovered;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** One seed: clients, a process that ends again and again, and everything that must hold behind it. One thread. */
final class Simulation {
    private static final int CLIENTS = 8;
    private static final int BURST_MAX = 128;
    private static final int FLIPS = 8;

    /** Events from one disturbance to the next, in the mean. */
    private static final int DISTURBED_EVERY = 1_000;

    /** Events from one end of a process to the next, in the mean; a short run has as many ends as a long one. */
    private static final int ENDED_EVERY = 100_000;

    private static final int ENDS = 6;

    /** Checkpoints from one end to the next, in the mean. */
    private static final int CHECKPOINTS = 4;

    /** One start in so many is without a checkpoint, and one seed in so many replays everything at its end. */
    private static final int FROM_FIRST_RECORD = 4;

    /** Behind so many events only one start in 64 is without a checkpoint. */
    private static final int SHORT_JOURNAL = 50_000;

    private static final int FROM_FIRST_RECORD_LATER = 64;

    private enum End {
        ORDERLY,
        KILL,
        POWER_CUT,
        IO_ERROR
    }

    private final SimulationMix mix;
    private final SplittableRandom random;
    private final Tally tally;
    private final Path state;
    private final CheckpointDirectory checkpoints;
    private final CheckpointDirectory noCheckpoints;
    private final IdentityStore identities;
    private final SimulatedClock clock = new SimulatedClock();
    private final SimulatedDisk disk = new SimulatedDisk();
    private final History history = new History();
    private final JournalCheck journal = new JournalCheck(disk, history);
    private final StockModel model = new StockModel(Traffic.ITEMS, SimulatedServer.RESERVATIONS_MAX, CLIENTS);
    private final StockModel settled = new StockModel(Traffic.ITEMS, SimulatedServer.RESERVATIONS_MAX, CLIENTS);
    private int settledPosition; // On the disk, so nothing before it can be lost.
    private final Traffic traffic;
    private final SimulatedClient[] clients = new SimulatedClient[CLIENTS];
    private final Operation operation = new Operation();
    private final Operation none = new Operation();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final AcknowledgedDecoder acknowledged = new AcknowledgedDecoder();
    private SimulatedServer server;
    private int slowClient;
    private long promised;
    private long promisedOnDisk;

    /**
     * Prepares a run.
     *
     * @param directory empty, for stores, checkpoints and identities.
     */
    Simulation(SimulationMix mix, long seed, Path directory, Tally tally) throws IOException {
        this.mix = mix;
        random = new SplittableRandom(seed);
        state = Files.createDirectory(directory.resolve("state"));
        this.tally = tally;
        checkpoints = new CheckpointDirectory(directory.resolve("checkpoints"));
        noCheckpoints = new CheckpointDirectory(directory.resolve("none"));
        identities = new IdentityStore(directory.resolve("identities"), random.split());
        traffic = new Traffic(mix, random, CLIENTS);
        for (int i = 0; i < CLIENTS; i++) {
            clients[i] = new SimulatedClient(i);
        }
        server = start(SimulatedServer.recover(disk, state, noCheckpoints, false));
    }

    private SimulatedServer start(Recovered from) throws IOException {
        final SimulatedServer started = SimulatedServer.serve(
                mix,
                disk,
                from,
                checkpoints,
                identities,
                clock,
                (slot, endOfBatch) -> onReply(slot, endOfBatch),
                this::onDisk);
        if (history.last() == 0) {
            history.add(History.NO_CLIENT, 0, none, 0); // The settings.
        }
        tally.fromCheckpoint += started.isFromCheckpoint() ? 1 : 0;
        return started;
    }

    /** Runs until so many events are journaled, then ends in order and checks everything. */
    void run(long events) throws IOException {
        long begun = 0;
        int untilDisturbed = draw(DISTURBED_EVERY);
        final int endedEvery = (int) Math.min(ENDED_EVERY, 1 + events / ENDS);
        int untilEnd = draw(endedEvery);
        int untilCheckpoint = draw(endedEvery / CHECKPOINTS);
        while (begun < events) {
            final int before = history.last();
            final int burst = 1 + random.nextInt(BURST_MAX);
            for (int i = 0; i < burst; i++) {
                arrive(clients[random.nextInt(CLIENTS)]);
            }
            final int count = history.last() - before;
            begun += count;
            tally.events += count;
            clock.advance(random.nextInt(2_000 * BURST_MAX));
            untilDisturbed -= burst;
            untilEnd -= burst;
            untilCheckpoint -= burst;
            if (untilDisturbed <= 0) {
                untilDisturbed = draw(DISTURBED_EVERY);
                disturb();
            }
            if (untilEnd <= 0) {
                untilEnd = draw(endedEvery);
                end(End.values()[random.nextInt(End.values().length)]);
            } else {
                work();
            }
            if (untilCheckpoint <= 0) {
                untilCheckpoint = draw(endedEvery / CHECKPOINTS);
                check(
                        server.checkpoint(),
                        "checkpoint, given up behind position",
                        server.engine().position(),
                        0);
                settled.set(model);
                settledPosition = (int) server.engine().position();
            }
        }
        finish();
    }

    private int draw(int mean) {
        return 1 + random.nextInt(1 + 2 * mean);
    }

    /** A frame arrives, if its client has one on the way. */
    private void arrive(SimulatedClient client) {
        if (client.isRefused() && random.nextInt(16) == 0) {
            reconnect(client);
        }
        while (client.maySend() && random.nextInt(4) != 0) {
            client.send(traffic, CLIENTS);
            if (random.nextInt(64) == 0) {
                client.sendAgain(random.nextInt(Integer.MAX_VALUE));
            }
        }
        if (!client.hasFrame()) {
            return;
        }
        final int frame = client.nextFrame();
        final boolean isRequest = client.isRequest(frame);
        if (server.onFrame(client, frame)) {
            if (isRequest) {
                history.add(History.NO_CLIENT, 0, none, server.nowNs());
            } else {
                history.add(client.index, client.sequence(frame), client.operation(frame), server.nowNs());
            }
        } else if (!isRequest) {
            client.onRefused();
        }
    }

    private void reconnect(SimulatedClient client) {
        tally.reconnects++;
        client.reconnect();
    }

    private void disturb() {
        switch (random.nextInt(4)) {
            case 0 -> reconnect(clients[random.nextInt(CLIENTS)]);
            case 1 -> slowClient = random.nextInt(CLIENTS + 1);
            case 2 -> {
                tally.clockSteps++;
                clock.step(random);
            }
            default -> {
                server.poll();
                tally.fullDisks++;
                disk.room(random.nextInt(5 << 20));
            }
        }
    }

    /** The process does what it does all day. */
    private void work() {
        server.poll();
        if (random.nextInt(3) == 0) {
            check(server.force(), "force", 0, 1);
        }
        if (random.nextInt(16) == 0) {
            disk.freeSpace();
        }
        for (final SimulatedClient client : clients) {
            if (client.index != slowClient) {
                client.read();
            }
        }
    }

    /** A reply comes out of the pipeline; the model says what it must be. */
    private void onReply(InputSlot slot, boolean endOfBatch) {
        final DirectBuffer record = slot.record();
        final long position = RecordDescriptor.position(record, 0);
        check(position <= history.last(), "position", position, history.last());
        final int at = (int) position;
        history.checksum(at, RecordDescriptor.crc(record, 0));
        model.expire(history.timeNs(at));
        final int client = history.client(at);
        if (client != History.NO_CLIENT) {
            try {
                checkAnswer(client, at, slot);
            } catch (SimulationFailure e) {
                throw new SimulationFailure(
                        "sequence " + history.sequence(at) + " of client " + client + " at position " + at + ": "
                                + e.getMessage(),
                        e);
            }
        }
        if (endOfBatch) {
            check(
                    server.engine().position() == position,
                    "engine's position",
                    server.engine().position(),
                    position);
            history.hashes(at, server.engine().stateHash(), server.engine().replyHash());
        }
        if (slot.waitsForDisk()) {
            server.awaitDisk(slot);
        } else {
            answer(slot.connectionId(), slot.correlationId(), slot.reply(), position, false);
        }
    }

    private void checkAnswer(int client, int position, InputSlot slot) {
        acknowledged.wrapAndApplyHeader(slot.reply(), 0, header);
        final long sequence = history.sequence(position);
        final long last = model.lastSequence(client);
        final Outcome outcome = acknowledged.outcome();
        if (sequence > last + 1) {
            check(outcome == Outcome.SEQUENCE_GAP, "a gap, outcome", outcome.value(), last + 1);
        } else if (sequence <= last) {
            check(acknowledged.position() < position, "a duplicate, position", acknowledged.position(), position);
            final int first = (int) acknowledged.position();
            check(
                    history.client(first) == client && history.sequence(first) == sequence,
                    "a duplicate of what is at",
                    first,
                    position);
        } else {
            history.read(position, operation);
            final Outcome expected = model.apply(client, operation, history.timeNs(position));
            check(acknowledged.position() == position, "position", acknowledged.position(), position);
            if (expected != null) {
                check(outcome == expected, "outcome", outcome.value(), expected.value());
                check(acknowledged.detail() == model.detail(), "detail", acknowledged.detail(), model.detail());
            }
        }
    }

    private void onDisk(long connectionId, long correlationId, DirectBuffer reply, int offset, int length) {
        acknowledged.wrapAndApplyHeader(reply, offset, header);
        answer(connectionId, correlationId, reply, offset, acknowledged.position(), true);
    }

    private void answer(long connectionId, long correlationId, DirectBuffer reply, long position, boolean isOnDisk) {
        answer(connectionId, correlationId, reply, 0, position, isOnDisk);
    }

    /** The answer leaves: from now on it is a promise. */
    private void answer(
            long connectionId, long correlationId, DirectBuffer reply, int offset, long position, boolean isOnDisk) {
        if (correlationId >= SimulatedClient.FIRST_REQUEST) {
            return;
        }
        promised = Math.max(promised, position);
        if (isOnDisk) {
            promisedOnDisk = Math.max(promisedOnDisk, position);
        }
        acknowledged.wrapAndApplyHeader(reply, offset, header);
        clients[SimulatedClient.clientOf(connectionId)].deliver(
                connectionId, correlationId, acknowledged.outcome(), acknowledged.position(), acknowledged.detail());
    }

    /** The process ends, and another one starts. */
    private void end(End how) throws IOException {
        disk.freeSpace();
        switch (how) {
            case ORDERLY -> {
                server.stop();
                tally.restarts++;
            }
            case KILL -> {
                die();
                tally.kills++;
            }
            case POWER_CUT -> {
                die();
                disk.cutPower(random);
                tally.powerCuts++;
            }
            case IO_ERROR -> {
                failForce();
                disk.cutPower(random); // The kernel may have dropped the pages.
                tally.ioErrors++;
            }
        }
        restart(how);
    }

    /** With frames in the ring, in the middle of an append, or behind all that was taken. */
    private void die() {
        final int point = random.nextInt(3);
        if (point == 0) {
            disk.dieInAppend(random.nextInt(8_192));
        }
        if (point < 2) {
            try {
                server.poll();
            } catch (PipelineFailedException e) {
                check(e.getCause() instanceof SimulatedDisk.Death, "the pipeline failed (" + e.getCause() + ")", 0, 0);
            }
        }
        server.end();
    }

    private void failForce() {
        server.poll();
        server.release();
        final long before = promisedOnDisk;
        disk.failForces();
        if (!server.force()) { // Otherwise there was nothing to force.
            check(!server.force(), "a force that was tried again", 1, 0);
        }
        check(promisedOnDisk == before, "promised on disk behind a failed force", promisedOnDisk, before);
        server.end();
    }

    private void restart(End how) throws IOException {
        final boolean mayHaveLost = how == End.POWER_CUT || how == End.IO_ERROR;
        final int rarely = history.last() < SHORT_JOURNAL ? FROM_FIRST_RECORD : FROM_FIRST_RECORD_LATER;
        final CheckpointDirectory from = random.nextInt(rarely) == 0 ? noCheckpoints : checkpoints;
        final Recovered recovered = SimulatedServer.recover(disk, state, from, mayHaveLost);
        tally.replayed += recovered.position() - restoredAt(recovered);
        tally.fullReplays += recovered.restored() == null ? 1 : 0;
        server = start(recovered);
        onRecovered(recovered.position(), mayHaveLost);
        for (int i = 0; i < FLIPS; i++) {
            journal.flip(random);
            tally.flips++;
        }
        for (final SimulatedClient client : clients) {
            client.reconnect(server.expected(client.source()), mayHaveLost);
        }
    }

    private static long restoredAt(Recovered recovered) {
        return recovered.restored() == null
                ? 0
                : recovered.restored().checkpoint().position();
    }

    private void onRecovered(long position, boolean mayHaveLost) {
        final long kept = mayHaveLost ? promisedOnDisk : promised;
        check(position >= kept, "promised events lost: position", position, kept);
        check(position >= settledPosition, "events of a checkpoint lost: position", position, settledPosition);
        check(position <= history.last(), "events that nobody sent: position", position, history.last());
        tally.lostEvents += history.last() - position;
        history.cut((int) position);
        promised = Math.min(promised, position);
        journal.cut(position);
        check(
                history.hasHashes(
                        (int) position,
                        server.engine().stateHash(),
                        server.engine().replyHash()),
                "state or replies after a restart are not those before it, at position",
                position,
                position);
        rebuildModel();
        model.check(server.engine().stores());
        journal.verify();
    }

    private void rebuildModel() {
        model.set(settled);
        for (int position = settledPosition + 1; position <= history.last(); position++) {
            model.expire(history.timeNs(position));
            final int client = history.client(position);
            if (client != History.NO_CLIENT && history.sequence(position) == model.lastSequence(client) + 1) {
                history.read(position, operation);
                model.apply(client, operation, history.timeNs(position));
            }
        }
    }

    /** Ends in order; live state, checkpoint with its tail and, in some seeds, full replay are the same. */
    private void finish() throws IOException {
        disk.freeSpace();
        server.poll();
        final long position = server.engine().position();
        final long stateHash = server.engine().stateHash();
        final long replyHash = server.engine().replyHash();
        check(stateHash == server.engine().recomputeStateHash(), "state hash from all bytes", stateHash, stateHash);
        model.check(server.engine().stores());
        server.stop();
        final boolean isReplayed = random.nextInt(FROM_FIRST_RECORD) == 0;
        for (final CheckpointDirectory from : isReplayed ? List.of(noCheckpoints, checkpoints) : List.of(checkpoints)) {
            final Recovered again = SimulatedServer.recover(disk, state, from, false);
            final String what = from == noCheckpoints ? "full replay" : "checkpoint and tail";
            tally.replayed += again.position() - restoredAt(again);
            tally.fullReplays += from == noCheckpoints ? 1 : 0;
            check(again.position() == position, what + ", position", again.position(), position);
            check(
                    again.engine().stateHash() == stateHash,
                    what + ", state",
                    again.engine().stateHash(),
                    stateHash);
            check(
                    again.engine().replyHash() == replyHash,
                    what + ", replies",
                    again.engine().replyHash(),
                    replyHash);
            model.check(again.engine().stores());
            again.engine().close();
        }
        if (isReplayed) {
            journal.cut(0);
        }
        journal.verify();
        for (final SimulatedClient client : clients) {
            tally.duplicates += client.duplicatesAnswered();
        }
        tally.hash = stateHash ^ Long.rotateLeft(replyHash, 32);
        tally.seeds = 1;
        identities.close();
    }

    /** Closes what a run that failed has left open. */
    void abandon(@Nullable Throwable failed) {
        try {
            server.end();
        } catch (RuntimeException e) {
            if (failed != null) {
                failed.addSuppressed(e);
            }
        }
    }
}
