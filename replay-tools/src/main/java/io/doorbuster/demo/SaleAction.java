package io.doorbuster.demo;

import io.doorbuster.intake.ShopEvent;

/**
 * A step of the sale.
 *
 * @param event what happens.
 * @param beginsVisit whether the shopper just came: a feed is asked for first.
 * @param isReserved whether a purchase goes through a reservation.
 */
public record SaleAction(ShopEvent event, boolean beginsVisit, boolean isReserved) {}
