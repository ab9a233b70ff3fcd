/** Who a shopper is: raw ids in, random surrogates out, kept outside the journal. */
@NullMarked
package io.doorbuster.gateway.identity;

import org.jspecify.annotations.NullMarked;
