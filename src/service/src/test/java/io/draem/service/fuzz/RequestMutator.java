package io.draem.service.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/** Writes requests as bytes, whole ones and broken ones. */
final class RequestMutator {

    private static final String[] PATHS = {
        "/v1/detect", "/v1/detect", "/v1/detect", "/v1/detect/batch", "/v1/models", "/v1/models/cookie",
                "/v1/models/%00",
        "/v2/models/cookie/infer", "/v2/models/cookie", "/v2", "/actuator/health", "/actuator/info", "/v3/api-docs",
                "/",
        "/error", "/..//..", "/v1/detect;a=b", "//v1//detect"
    };
    private static final String[] QUERIES = {
        "model=cookie",
        "model=cake",
        "model=",
        "version=1",
        "version=99999999999",
        "version=-1",
        "threshold=0.5",
        "threshold=NaN",
        "threshold=1e999",
        "include=map,mask,regions,polygon",
        "minRegionArea=1",
        "include=overlay",
        "include=tiles,overlay&maxPictureSide=7",
        "maxPictureSide=-1",
        "maxPictureSide=99999999999",
        "model=tiled",
        "model=tiled&roi=0.1,0.1+0.9,0.1+0.5,0.9",
        "model=tiled&roi=0,0+0,0+0,0",
        "roi=0,0+1,0+1,1",
        "roi=;;;",
        "roi=NaN,NaN+1e400,0+-0.0,1",
        "roi=%7B%22mask%22%3A%22iVBORw0KGgo%3D%22%7D",
        "include=,,,",
        "include=%zz",
        "threshold=%00",
        "a=b&a=c",
        "&&&==",
        "include=map&include=mask",
        "\u00ff\u00fe",
        "mapFormat=png16",
        "x[]=1"
    };
    private static final String[] TYPES = {
        "image/png",
        "image/jpeg",
        "application/octet-stream",
        "multipart/form-data; boundary=B",
        "multipart/form-data",
        "multipart/form-data; boundary=\"\"",
        "multipart/mixed; boundary=B",
        "application/json",
        "nonsense",
        "*/*",
        ";;;",
        "image/png; q=\"",
        "text/plain; charset=none"
    };
    private static final String[] HEADERS = {
        "Accept: image/png",
        "Accept: */*;q=x",
        "Accept: text/html",
        "X-Request-Timeout: 0.001",
        "X-Request-Timeout: NaN",
        "X-Request-Timeout: -1",
        "X-Request-Id: a b\tc",
        "X-API-Key: nobody",
        "Authorization: Bearer",
        "Expect: nonsense",
        "Inference-Header-Content-Length: -1",
        "Inference-Header-Content-Length: 99999999999",
        "Range: bytes=0-",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip",
        "Content-Encoding: gzip",
        "Content-Length: 5",
        "Cookie: a=\"b",
        "Host: ",
        "Connection: upgrade",
        "Upgrade: h2c",
        "Bad Header: x",
        "Accept-Language: \u00e4"
    };
    private static final String[] PART_HEADERS = {
        "Content-Disposition: form-data; name=\"image\"; filename=\"a.png\"",
        "Content-Disposition: form-data; name=\"roi\"; filename=\"roi.png\"",
        "Content-Disposition: form-data; name=image",
        "Content-Disposition: form-data; name=\"images\"; filename=\"../../b\"",
        "Content-Disposition: form-data",
        "Content-Disposition: form-data; name=\"a\"; filename*=UTF-8''%zz",
        "Content-Disposition: ",
        "Content-Type: ;",
        "Content-Transfer-Encoding: base64",
        "X: " + "y".repeat(600)
    };

    private final ImageMutator images;

    RequestMutator(ImageMutator images) {
        this.images = images;
    }

    /** Returns a request; four of five have a door, a body and a type that belong together. */
    byte[] next(RandomGenerator random) {
        byte[] image = images.next(random);
        boolean plain = random.nextInt(5) > 0;
        boolean form = random.nextInt(3) == 0;
        byte[] body = form ? form(image, plain, random) : image;
        String path = plain ? PATHS[0] : pick(PATHS, random);
        StringBuilder head = new StringBuilder(plain || random.nextBoolean() ? "POST " : pick(METHODS, random));
        head.append(path);
        for (int i = random.nextInt(3); i > 0; i--) {
            head.append(head.indexOf("?") < 0 ? '?' : '&').append(pick(QUERIES, random));
        }
        head.append(" HTTP/1.1\r\nHost: localhost\r\nContent-Type: ")
                .append(plain ? form ? TYPES[3] : TYPES[random.nextInt(3)] : pick(TYPES, random))
                .append("\r\n");
        for (int i = plain ? random.nextInt(8) / 7 : random.nextInt(4); i > 0; i--) {
            head.append(pick(HEADERS, random)).append("\r\n");
        }
        if (random.nextInt(500) == 0) {
            head.append("Many: x\r\n".repeat(random.nextInt(200)));
        }
        if (random.nextInt(500) == 0) {
            head.append("Long: ").append("x".repeat(random.nextInt(20_000))).append("\r\n");
        }
        // Now and then the length is wrong, and the rest of the body or the next request is taken for the other.
        int length = random.nextInt(50) == 0 ? random.nextInt(2 * body.length + 2) : body.length;
        head.append("Content-Length: ").append(length).append("\r\n\r\n");
        byte[] bytes = concat(head.toString(), body);
        if (random.nextInt(50) == 0) {
            bytes[random.nextInt(Math.min(bytes.length, 200))] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private static final String[] METHODS = {
        "GET ", "PUT ", "OPTIONS ", "HEAD ", "DELETE ", "TRACE ", "X ", "PATCH ", ""
    };

    private static byte[] form(byte[] image, boolean plain, RandomGenerator random) {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        int parts = plain ? 1 + random.nextInt(4) / 3 : random.nextInt(12); // the second is a mask
        for (int i = 0; i < parts; i++) {
            String end = random.nextInt(20) == 0 ? "\n" : "\r\n";
            StringBuilder head = new StringBuilder("--B").append(end);
            head.append(plain ? PART_HEADERS[i] : pick(PART_HEADERS, random)).append(end);
            if (!plain && random.nextBoolean()) {
                head.append(pick(PART_HEADERS, random)).append(end);
            }
            form.writeBytes(concat(head + end, image));
            form.writeBytes(end.getBytes(StandardCharsets.ISO_8859_1));
        }
        if (random.nextInt(20) > 0) {
            form.writeBytes("--B--\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        return form.toByteArray();
    }

    private static byte[] concat(String head, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(body);
        return out.toByteArray();
    }

    private static String pick(String[] texts, RandomGenerator random) {
        return texts[random.nextInt(texts.length)];
    }
}
