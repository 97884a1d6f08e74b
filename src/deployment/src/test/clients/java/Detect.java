import io.draem.client.ApiClient;
import io.draem.client.ApiException;
import io.draem.client.api.DetectionApi;
import io.draem.client.model.Detection;
import io.draem.client.model.DetectionBatchEntry;
import io.draem.client.model.Include;
import io.draem.client.model.Problem;
import io.draem.client.model.Region;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Examines images: Detect URL KEY SECONDS IMAGE ANOTHER-IMAGE NO-IMAGE. */
public final class Detect {

    public static void main(String[] arguments) throws IOException {
        ApiClient client = new ApiClient();
        client.setBasePath(arguments[0]);
        client.setApiKey(arguments[1]);
        double seconds = Double.parseDouble(arguments[2]);
        client.setReadTimeout((int) (seconds * 1000) + 5000); // a little longer than the service has: it says why
        File image = new File(arguments[3]);
        File another = new File(arguments[4]);
        File noImage = new File(arguments[5]);
        DetectionApi detections = new DetectionApi(client);
        try {
            Detection detection = detections
                    .detect(image)
                    .include(List.of(Include.OVERLAY))
                    .xRequestTimeout(seconds)
                    .execute();
            System.out.printf(
                    Locale.ROOT,
                    "%s: score %.3f, threshold %.3f, by %s %d on %s%n",
                    detection.getAnomalous() ? "anomalous" : "normal",
                    detection.getScore(),
                    detection.getThreshold(),
                    detection.getModel().getName(),
                    detection.getModel().getVersion(),
                    detection.getModel().getProvider());
            System.out.printf(
                    "arrived: %d x %d, %s%n",
                    detection.getImage().getWidth(),
                    detection.getImage().getHeight(),
                    detection.getImage().getDigest());
            for (Region region : detection.getRegions()) {
                System.out.printf(
                        Locale.ROOT,
                        "region: %d x %d at %d, %d, peak %.3f%n",
                        region.getBox().getWidth(),
                        region.getBox().getHeight(),
                        region.getBox().getX(),
                        region.getBox().getY(),
                        region.getPeak());
            }
            Files.write(Path.of("overlay.png"), detection.getOverlay().getData());

            for (DetectionBatchEntry entry : detections
                    .detectBatch(List.of(image, another, noImage))
                    .xRequestTimeout(seconds)
                    .execute()
                    .getResults()) {
                System.out.printf(
                        "%s: %s%n",
                        entry.getFileName(),
                        entry.getProblem() != null
                                ? entry.getProblem().getTitle()
                                : entry.getDetection().getAnomalous() ? "anomalous" : "normal");
            }

            detections
                    .detect(noImage)
                    .xRequestTimeout(seconds)
                    .xRequestId("line-3:0142")
                    .execute();
        } catch (ApiException e) {
            if (e.getCode() == 0) {
                throw new IOException("No answer", e);
            }
            Problem problem = Problem.fromJson(e.getResponseBody());
            System.out.printf(
                    "problem: %d %s, request %s%n%s%n",
                    problem.getStatus(), problem.getType(), problem.getRequestId(), problem.getDetail());
        }
    }
}
