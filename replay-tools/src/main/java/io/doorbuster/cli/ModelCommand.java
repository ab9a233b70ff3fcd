package io.doorbuster.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.client.Acknowledgement;
import io.doorbuster.client.DoorbusterClient;
import io.doorbuster.codec.AckLevel;
import io.doorbuster.codec.ModelRole;
import io.doorbuster.codec.Outcome;
import io.doorbuster.engine.model.ModelFile;
import io.doorbuster.engine.store.ModelStore;
import io.doorbuster.gateway.JvmFlags;
import io.doorbuster.replay.ModelDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes, releases and takes back models. */
@Command(
        name = "model",
        mixinStandardHelpOptions = true,
        description = {
            "Publish model files, and say which one orders what is shown. A release is an event of the journal: it takes effect",
            "at one position, and a replay takes it there again. The live ranker chooses; the model orders the best 128 of it."
        },
        footer = {
            "",
            "Examples:",
            "  doorbuster model show towers.safetensors",
            "  doorbuster model publish towers.safetensors --data /var/lib/shop",
            "  doorbuster model list --data /var/lib/shop",
            "  doorbuster model activate towers --data /var/lib/shop --port 4025 --shadow",
            "  doorbuster model activate towers --data /var/lib/shop --port 4025",
            "  doorbuster model rollback --data /var/lib/shop --port 4025",
            "  doorbuster model activate live --data /var/lib/shop --port 4025       (the live ranker alone)"
        },
        subcommands = {
            ModelCommand.Publish.class,
            ModelCommand.ListAll.class,
            ModelCommand.Activate.class,
            ModelCommand.Rollback.class,
            ModelCommand.Show.class,
            ModelImportCommand.class
        })
final class ModelCommand {
    private static final int SHORT_HASH = 12;

    private static void put(ObjectNode node, ModelFile file) {
        node.put("hash", file.hash()).put("name", file.name()).put("kind", kind(file));
    }

    private static String kind(ModelFile file) {
        return file.metadata().getOrDefault("kind", "");
    }

    /** Copies a model file to where the journal will name it. */
    @Command(
            name = "publish",
            mixinStandardHelpOptions = true,
            description =
                    "Check a model file and copy it into the data directory under the hash of its content. It is not in"
                            + " use yet.")
    static final class Publish implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "A model file, see README, section Models.")
        private Path file = Path.of("");

        @Mixin
        private DataOption data = new DataOption();

        @Mixin
        private Report report = new Report();

        @Override
        public Integer call() throws IOException {
            final ModelFile model = new ModelDirectory(data.directory).publish(file);
            report.line("published %s, %s, %s", model.name(), kind(model), model.hash());
            final ObjectNode node = Report.MAPPER.createObjectNode();
            put(node, model);
            report.json(node);
            return 0;
        }
    }

    /** Says what lies there and what is in use. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description =
                    "List the models of a data directory, which may be served meanwhile, and which of them are in use.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private DataOption data = new DataOption();

        @Mixin
        private Report report = new Report();

        @Override
        public Integer call() throws IOException {
            JvmFlags.check();
            final ModelDirectory models = new ModelDirectory(data.directory);
            final ModelDirectory.InUse inUse = models.inUse();
            final ObjectNode node = Report.MAPPER.createObjectNode();
            final ArrayNode all = node.putArray("models");
            for (final ModelDirectory.Entry entry : models.list()) {
                final String use = use(entry.hash(), inUse);
                final ModelFile file = entry.file();
                final ObjectNode one = all.addObject();
                if (file == null) {
                    report.line("%s  %s  %s", entry.hash().substring(0, SHORT_HASH), entry.problem(), use);
                    one.put("hash", entry.hash()).put("problem", entry.problem());
                } else {
                    report.line(
                            "%s  %-11s  %s  %s", entry.hash().substring(0, SHORT_HASH), kind(file), file.name(), use);
                    put(one, file);
                }
                one.put("use", use);
            }
            if (inUse.active() == null) {
                report.line("the live ranker orders what is shown");
            }
            node.put("active", inUse.active()).put("previous", inUse.previous()).put("shadow", inUse.shadow());
            report.json(node);
            return 0;
        }

        private static String use(String hash, ModelDirectory.InUse inUse) {
            final StringBuilder use = new StringBuilder();
            if (hash.equals(inUse.active())) {
                use.append("active from position ").append(inUse.activeSince());
            }
            if (hash.equals(inUse.shadow())) {
                use.append(use.isEmpty() ? "" : ", ")
                        .append("shadow from position ")
                        .append(inUse.shadowSince());
            }
            if (hash.equals(inUse.previous())) {
                use.append(use.isEmpty() ? "" : ", ").append("active before");
            }
            return use.toString();
        }
    }

    /** Which process is told. */
    static final class Served {
        @Option(
                names = "--port",
                required = true,
                paramLabel = "PORT",
                description = "Port of the process that serves the data directory on this machine.")
        private int port;

        /** Releases, and waits until the event is on the disk. */
        private int release(Path data, Report report, ModelRole role, byte[] hash, String name, String said)
                throws IOException {
            final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            final String token = Files.readString(data.resolve("token")).strip();
            try (DoorbusterClient client = DoorbusterClient.connect(address, token, CheckpointCommand.SOURCE)) {
                client.pipelined().acknowledge(AckLevel.DISK);
                final Acknowledgement released = client.modelReleased(role, 1, hash, name);
                if (released.outcome() != Outcome.ACCEPTED) {
                    throw new IOException("the engine answered " + released.outcome() + ": nothing has changed");
                }
                report.line("%s from position %,d on", said, released.position());
                final ObjectNode node = Report.MAPPER.createObjectNode();
                node.put("position", released.position()).put("role", role.name());
                report.json(node);
                return 0;
            }
        }
    }

    /** Puts a model in use. */
    @Command(
            name = "activate",
            mixinStandardHelpOptions = true,
            description = {
                "Have a published model order what is shown from now on. The process loads and checks it first, while it goes on",
                "serving; a model that is missing or damaged is refused, and nothing changes."
            })
    static final class Activate implements Callable<Integer> {
        @Parameters(
                paramLabel = "MODEL",
                description = "Its name, or 8 digits or more of its hash; live = none, the live ranker.")
        private String model = "";

        @Mixin
        private DataOption data = new DataOption();

        @Mixin
        private Report report = new Report();

        @Mixin
        private Served served = new Served();

        @Option(
                names = "--shadow",
                description = "Only score beside what orders, and count the differences; serve and replay tell them.")
        private boolean isShadow;

        @Override
        public Integer call() throws IOException {
            final ModelRole role = isShadow ? ModelRole.SHADOW : ModelRole.ACTIVE;
            final String does = isShadow ? "scores beside what orders" : "orders what is shown";
            if (model.equalsIgnoreCase(ModelDirectory.LIVE)) {
                return served.release(
                        data.directory,
                        report,
                        role,
                        new byte[ModelStore.HASH_BYTES],
                        ModelDirectory.LIVE,
                        isShadow ? "no model " + does : "the live ranker " + does);
            }
            final ModelFile file = new ModelDirectory(data.directory).find(model);
            return served.release(
                    data.directory,
                    report,
                    role,
                    HexFormat.of().parseHex(file.hash()),
                    file.name(),
                    file.name() + " (" + file.hash().substring(0, SHORT_HASH) + ") " + does);
        }
    }

    /** Goes back. */
    @Command(
            name = "rollback",
            mixinStandardHelpOptions = true,
            description =
                    "Have what ordered before order again, the live ranker or a model. Once more, and it is undone.")
    static final class Rollback implements Callable<Integer> {
        @Mixin
        private DataOption data = new DataOption();

        @Mixin
        private Report report = new Report();

        @Mixin
        private Served served = new Served();

        @Override
        public Integer call() throws IOException {
            return served.release(
                    data.directory,
                    report,
                    ModelRole.ROLLBACK,
                    new byte[ModelStore.HASH_BYTES],
                    "rollback",
                    "what ordered before orders again");
        }
    }

    /** Looks into a file. */
    @Command(name = "show", mixinStandardHelpOptions = true, description = "Check a model file and say what it holds.")
    static final class Show implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "A model file.")
        private Path file = Path.of("");

        @Mixin
        private Report report = new Report();

        @Override
        public Integer call() throws IOException {
            if (!Files.isRegularFile(file)) {
                throw new IOException("no file " + file + ": check the path");
            }
            final ModelFile model = ModelFile.read(file);
            report.line("%s", model.hash());
            final ObjectNode node = Report.MAPPER.createObjectNode();
            put(node, model);
            final ObjectNode metadata = node.putObject("metadata");
            model.metadata().forEach((key, value) -> {
                report.line("  %-20s %s", key, value);
                metadata.put(key, value);
            });
            final ObjectNode tensors = node.putObject("tensors");
            for (final String tensor : model.tensors()) {
                report.line("  %-20s %s", tensor, model.shape(tensor));
                final ArrayNode shape = tensors.putArray(tensor);
                model.shape(tensor).forEach(shape::add);
            }
            report.json(node);
            return 0;
        }
    }
}
