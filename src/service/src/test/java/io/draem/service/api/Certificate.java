package io.draem.service.api;

import io.draem.testing.BoundedProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;

/** A self-signed certificate for localhost and its key, made with the JDK's keytool. */
public record Certificate(KeyStore store) {

    private static final String PASSWORD = "only-for-a-test";
    private static final String ALIAS = "service";

    public static Certificate make(Path directory, String name)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path file = directory.resolve(name + ".p12");
        BoundedProcess.run(
                Duration.ofMinutes(1),
                BoundedProcess.java("keytool"),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString());
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return new Certificate(store);
    }

    /** Writes both as PEM under other names and moves them, as an operator would. */
    public void install(Path certificate, Path key) throws IOException, GeneralSecurityException {
        put(certificate, pem("CERTIFICATE", store.getCertificate(ALIAS).getEncoded()));
        put(key, pem("PRIVATE KEY", store.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()));
    }

    private static void put(Path path, String text) throws IOException {
        Path written = Files.writeString(path.resolveSibling(path.getFileName() + ".new"), text);
        Files.move(written, path, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String pem(String type, byte[] content) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }
}
