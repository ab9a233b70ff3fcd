package io.doorbuster.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doorbuster.journal.RecordDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import org.agrona.DirectBuffer;
import uk.co.real_logic.sbe.ir.Ir;
import uk.co.real_logic.sbe.json.JsonPrinter;
import uk.co.real_logic.sbe.xml.IrGenerator;
import uk.co.real_logic.sbe.xml.ParserOptions;
import uk.co.real_logic.sbe.xml.XmlSchemaParser;

/** Prints a record as JSON, whatever its message: the names are those of the schema. One thread. */
public final class EventPrinter {
    private static final String SCHEMA = "/doorbuster-schema.xml";
    private static final long NS_PER_S = 1_000_000_000L;

    private final Ir ir;
    private final JsonPrinter printer;
    private final ObjectMapper mapper;

    public EventPrinter(ObjectMapper mapper) throws IOException {
        this.mapper = mapper;
        try (InputStream schema = RecordDescriptor.class.getResourceAsStream(SCHEMA)) {
            if (schema == null) {
                throw new IllegalStateException(SCHEMA + " is not on the class path; build again");
            }
            ir = new IrGenerator()
                    .generate(XmlSchemaParser.parse(
                            schema, ParserOptions.builder().stopOnError(true).build()));
        } catch (IOException e) {
            throw e;
        } catch (Exception e) { // What XmlSchemaParser declares.
            throw new IllegalStateException("the schema on the class path cannot be read; build again", e);
        }
        printer = new JsonPrinter(ir);
    }

    /** Header and message of a record. */
    public ObjectNode print(DirectBuffer buffer, int offset) {
        final ObjectNode node = mapper.createObjectNode();
        node.put("position", RecordDescriptor.position(buffer, offset));
        node.put("type", nameOf(RecordDescriptor.templateId(buffer, offset)));
        node.put("journalTime", time(RecordDescriptor.journalTimeNs(buffer, offset)));
        node.put("occurredAt", time(RecordDescriptor.occurredAtNs(buffer, offset)));
        node.put("source", Long.toUnsignedString(RecordDescriptor.source(buffer, offset)));
        node.put("sourceSequence", RecordDescriptor.sourceSequence(buffer, offset));
        final StringBuilder message = new StringBuilder();
        printer.print(message, buffer, offset + RecordDescriptor.MESSAGE_OFFSET);
        try {
            node.set("message", mapper.readTree(message.toString()));
        } catch (JsonProcessingException e) {
            node.put("message", message.toString());
        }
        return node;
    }

    /** Name of a message by its template id. */
    public String nameOf(int templateId) {
        return ir.getMessage(templateId) == null
                ? "template " + templateId
                : ir.getMessage(templateId).get(0).name();
    }

    private static String time(long ns) {
        return ns == 0
                ? ""
                : Instant.ofEpochSecond(Math.floorDiv(ns, NS_PER_S), Math.floorMod(ns, NS_PER_S))
                        .toString();
    }
}
