package io.doorbuster.evaluation;

/** Of 95 %. */
public record Interval(double low, double high) {}
