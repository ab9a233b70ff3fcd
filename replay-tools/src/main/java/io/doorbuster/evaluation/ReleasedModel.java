package io.doorbuster.evaluation;

import io.doorbuster.engine.model.ModelFile;

/** The engine with a model released: the same state and the same candidates, in another order. One thread. */
final class ReleasedModel implements Recommender {
    private final EngineModel engine;
    private final ModelFile model;

    ReleasedModel(EngineModel engine, ModelFile model) {
        this.engine = engine;
        this.model = model;
    }

    @Override
    public String name() {
        return model.name();
    }

    @Override
    public int recommend(Cases cases, int number, int[] slate) {
        return engine.ask(model, cases, number, slate);
    }
}
