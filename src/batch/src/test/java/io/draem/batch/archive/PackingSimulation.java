package io.draem.batch.archive;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Prints how long archives take on clusters whose executors are slow or lost, by the number of images in a task, in
 * multiples of what the same processors would take without any of that. Simulates the scheduling of Spark: a free slot
 * takes the next task, the tasks of a lost executor are run again, no speculation. The sizes that {@link Packing} chooses
 * are marked.
 */
final class PackingSimulation {

    private static final int SEEDS = 3;

    private PackingSimulation() {}

    /**
     * @param start seconds until an executor has a session, also after it was lost
     * @param perTask seconds that a task takes besides its images
     * @param perDispatch seconds of the driver per task, one after the other
     * @param spread standard deviation of the logarithm of a task's speed
     * @param slowShare share of the executors that are slower, by {@code slowFactor}
     * @param lostPerHour losses of an executor per hour
     */
    record Conditions(
            double start,
            double perTask,
            double perDispatch,
            double spread,
            double slowShare,
            double slowFactor,
            double lostPerHour) {}

    /** @param seconds of an image in a slot */
    record Cluster(String name, int executors, int slots, double seconds) {}

    private record Slot(int executor, double free) {}

    /** @param arguments seconds per image on a CPU slot and on a GPU slot */
    public static void main(String[] arguments) {
        double cpu = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 0.05;
        double gpu = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 0.004;
        Conditions calm = new Conditions(10, 0.05, 0.002, 0.1, 0, 1, 0);
        Conditions rough = new Conditions(60, 0.05, 0.002, 0.3, 0.05, 2, 0.1);
        List<Cluster> clusters = List.of(
                new Cluster("1 executor of 2 processors", 1, 2, cpu),
                new Cluster("20 executors of 8 processors", 20, 8, cpu),
                new Cluster("200 executors of 8 processors", 200, 8, cpu),
                new Cluster("32 executors of 4 slots on a GPU", 32, 4, gpu));
        for (Cluster cluster : clusters) {
            for (long images : new long[] {1_000_000, 10_000_000, 100_000_000, 1_000_000_000}) {
                double ideal = images * cluster.seconds() / (cluster.executors() * cluster.slots());
                if (ideal > 40 * 86400) {
                    continue;
                }
                System.out.printf(
                        Locale.ROOT, "%s, %,d images, at least %.2f h%n", cluster.name(), images, ideal / 3600);
                long chosen = Packing.taskSize(images * Packing.LEAST_WEIGHT, cluster.executors() * cluster.slots())
                        / Packing.LEAST_WEIGHT;
                for (long size : new long[] {64, 256, 1000, 10_000, 100_000}) {
                    print(cluster, images, size, size == chosen, ideal, calm, rough);
                }
                if (!List.of(64L, 256L, 1000L, 10_000L, 100_000L).contains(chosen)) {
                    print(cluster, images, chosen, true, ideal, calm, rough);
                }
            }
        }
    }

    private static void print(
            Cluster cluster, long images, long size, boolean chosen, double ideal, Conditions calm, Conditions rough) {
        if (images / size > 2_000_000) {
            return;
        }
        System.out.printf(
                Locale.ROOT,
                "  %s %,9d images a task, %,11d tasks: %.3f in calm, %.3f in rough conditions%n",
                chosen ? "*" : " ",
                size,
                (images + size - 1) / size,
                mean(cluster, images, size, calm) / ideal,
                mean(cluster, images, size, rough) / ideal);
    }

    private static double mean(Cluster cluster, long images, long size, Conditions conditions) {
        double sum = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            sum += run(cluster, images, size, conditions, new SplittableRandom(seed));
        }
        return sum / SEEDS;
    }

    /** Returns the seconds until the last task has ended. */
    static double run(Cluster cluster, long images, long size, Conditions conditions, SplittableRandom random) {
        double[] factors = new double[cluster.executors()];
        double[] lost = new double[cluster.executors()];
        PriorityQueue<Slot> slots = new PriorityQueue<>(Comparator.comparingDouble(Slot::free));
        for (int executor = 0; executor < cluster.executors(); executor++) {
            factors[executor] = random.nextDouble() < conditions.slowShare() ? conditions.slowFactor() : 1;
            lost[executor] = nextLoss(0, conditions, random);
            for (int slot = 0; slot < cluster.slots(); slot++) {
                slots.add(new Slot(executor, conditions.start()));
            }
        }
        long pending = (images + size - 1) / size;
        long last = images - (pending - 1) * size;
        Deque<Double> again = new ArrayDeque<>();
        double dispatched = 0;
        double end = 0;
        while (pending > 0 || !again.isEmpty()) {
            Slot slot = slots.remove();
            int executor = slot.executor();
            if (slot.free() >= lost[executor]) {
                // Every slot of the executor starts again, each as it is taken out of the queue.
                replace(slot, lost[executor], slots, lost, conditions, random);
                continue;
            }
            double begin = slot.free();
            if (pending == 0) {
                begin = Math.max(begin, again.remove());
            }
            begin = Math.max(begin, dispatched);
            dispatched = begin + conditions.perDispatch();
            long count = pending == 1 ? last : size;
            double seconds = conditions.perTask()
                    + count
                            * cluster.seconds()
                            * factors[executor]
                            * Math.exp(conditions.spread() * random.nextGaussian());
            pending = Math.max(0, pending - 1);
            if (begin + seconds > lost[executor]) {
                again.add(lost[executor]);
                slots.add(new Slot(executor, lost[executor]));
            } else {
                end = Math.max(end, begin + seconds);
                slots.add(new Slot(executor, begin + seconds));
            }
        }
        return end;
    }

    private static void replace(
            Slot slot,
            double loss,
            PriorityQueue<Slot> slots,
            double[] lost,
            Conditions conditions,
            SplittableRandom random) {
        List<Slot> all = new ArrayList<>();
        all.add(slot);
        slots.removeIf(other -> other.executor() == slot.executor() && all.add(other));
        for (int i = 0; i < all.size(); i++) {
            slots.add(new Slot(slot.executor(), loss + conditions.start()));
        }
        lost[slot.executor()] = nextLoss(loss + conditions.start(), conditions, random);
    }

    private static double nextLoss(double from, Conditions conditions, SplittableRandom random) {
        return conditions.lostPerHour() == 0
                ? Double.POSITIVE_INFINITY
                : from - Math.log(1 - random.nextDouble()) / conditions.lostPerHour() * 3600;
    }
}
