package io.doorbuster.engine.model;

/** A model, ready to score. Immutable, but scores on the engine thread only. */
public abstract sealed class Model permits NetworkModel, TowersModel, InteractionModel, VectorsModel, SessionModel {
    private final ModelFile file;

    Model(ModelFile file) {
        this.file = file;
    }

    /** Lays out what a file holds for serving. Slow. */
    public static Model of(ModelFile file) throws ModelRefusedException {
        return switch (file.kind()) {
            case NETWORK -> new NetworkModel(file);
            case TOWERS -> new TowersModel(file);
            case INTERACTION -> new InteractionModel(file);
            case VECTORS -> new VectorsModel(file);
            case SESSION -> new SessionModel(file);
        };
    }

    public ModelFile file() {
        return file;
    }

    /** Dimensions that the engine's item embedding must have; 0 = the model does not look at it. */
    public int embeddingDimensions() {
        return 0;
    }

    /**
     * Fills {@link ModelInput#scores}; allocates nothing.
     *
     * @return false = the model has nothing to say of this request: the order stays the live ranker's.
     */
    public abstract boolean score(ModelInput input);
}
