// Examines images: detect.js URL KEY SECONDS IMAGE ANOTHER-IMAGE NO-IMAGE
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Configuration, DetectionApi, Include, ProblemFromJSON, ResponseError } from 'draem-client';

async function main([url, apiKey, seconds, ...paths]: string[]) {
  const detections = new DetectionApi(new Configuration({ basePath: url, apiKey }));
  const xRequestTimeout = Number(seconds);
  const [image, another, noImage] = await Promise.all(
    paths.map(async (path) => new File([new Uint8Array(await readFile(path))], basename(path))),
  );
  try {
    const detection = await detections.detect({ image, include: [Include.Overlay], xRequestTimeout });
    const { name, version, provider } = detection.model;
    console.log(
      `${detection.anomalous ? 'anomalous' : 'normal'}: score ${detection.score.toFixed(3)},` +
        ` threshold ${detection.threshold.toFixed(3)}, by ${name} ${version} on ${provider}`,
    );
    console.log(`arrived: ${detection.image.width} x ${detection.image.height}, ${detection.image.digest}`);
    for (const { box, peak } of detection.regions) {
      console.log(`region: ${box.width} x ${box.height} at ${box.x}, ${box.y}, peak ${peak.toFixed(3)}`);
    }
    await writeFile('overlay.png', Buffer.from(detection.overlay!.data, 'base64'));

    const batch = await detections.detectBatch({ images: [image, another, noImage], xRequestTimeout });
    for (const entry of batch.results) {
      const verdict = entry.detection?.anomalous ? 'anomalous' : 'normal';
      console.log(`${entry.fileName}: ${entry.problem ? entry.problem.title : verdict}`);
    }

    await detections.detect({ image: noImage, xRequestTimeout, xRequestId: 'line-3:0142' });
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    const problem = ProblemFromJSON(await error.response.json());
    console.log(`problem: ${problem.status} ${problem.type}, request ${problem.requestId}\n${problem.detail}`);
  }
}

main(process.argv.slice(2));
