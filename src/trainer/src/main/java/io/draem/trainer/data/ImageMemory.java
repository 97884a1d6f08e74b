package io.draem.trainer.data;

/** Memory that the images of one run share: what is opened first takes first, all it can. */
public final class ImageMemory {

    private long left;

    private ImageMemory(long bytes) {
        this.left = bytes;
    }

    /** Allocates an array. */
    public static ImageMemory of(long bytes) {
        return new ImageMemory(bytes);
    }

    /** Returns a quarter of the largest heap that this process may have. */
    public static ImageMemory quarterOfHeap() {
        return of(Runtime.getRuntime().maxMemory() / 4);
    }

    /** Takes memory for as many images as it is enough for, at most those, and returns how many that is. */
    synchronized int take(int images, long imageBytes) {
        int taken = (int) Math.min(images, left / imageBytes);
        left -= taken * imageBytes;
        return taken;
    }
}
