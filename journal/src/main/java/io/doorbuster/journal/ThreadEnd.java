package io.doorbuster.journal;

/** Waits for the end of a thread, whose memory may be let go only behind it: an interrupt does not change that. */
public final class ThreadEnd {
    private ThreadEnd() {}

    /** Returns when the thread has ended; the caller is interrupted again if it was meanwhile. Any other thread. */
    public static void await(Thread thread) {
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
