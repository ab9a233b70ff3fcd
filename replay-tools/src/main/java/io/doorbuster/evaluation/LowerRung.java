package io.doorbuster.evaluation;

import io.doorbuster.codec.Rung;
import java.util.Locale;

/** The engine on one rung of its fallback ladder: the same state, and slates made in less time. One thread. */
final class LowerRung implements Recommender {
    private final EngineModel engine;
    private final Rung rung;

    LowerRung(EngineModel engine, Rung rung) {
        this.engine = engine;
        this.rung = rung;
    }

    static String name(Rung rung) {
        return "rung " + rung.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String name() {
        return name(rung);
    }

    @Override
    public int recommend(Cases cases, int number, int[] slate) {
        return engine.ask(rung, cases, number, slate);
    }
}
