/** Faults of real processes, disks, clocks and files; each harness is a short run in the build and a campaign on demand. */
@NullMarked
package io.doorbuster.faults;

import org.jspecify.annotations.NullMarked;
