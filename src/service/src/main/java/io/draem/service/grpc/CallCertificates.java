package io.draem.service.grpc;

import io.draem.service.startup.StartUpException;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerSslBundle;

/** The certificate of the HTTP port, which clients of gRPC see too, also after it was renewed in place. */
final class CallCertificates {

    private static final Logger log = LoggerFactory.getLogger(CallCertificates.class);

    private CallCertificates() {}

    /**
     * Returns what the server identifies itself with.
     *
     * @param ssl {@code server.ssl}; null where nothing is set
     * @throws StartUpException if the certificate cannot be used
     */
    static ServerCredentials of(@Nullable Ssl ssl, SslBundles bundles) {
        if (!Ssl.isEnabled(ssl)) {
            return InsecureServerCredentials.create();
        }
        SslBundle bundle = WebServerSslBundle.get(ssl, bundles);
        AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
        try {
            update(identity, bundle);
        } catch (GeneralSecurityException e) {
            throw new StartUpException(
                    "The certificate of server.ssl cannot be used for gRPC: " + e.getMessage(),
                    "Give it one private key with its chain of certificates, or set draem.grpc.enabled=false.",
                    e);
        }
        String name = ssl.getBundle();
        if (name != null) {
            bundles.addBundleUpdateHandler(name, renewed -> {
                try {
                    update(identity, renewed);
                } catch (GeneralSecurityException e) {
                    log.error("The renewed certificate cannot be used for gRPC, which keeps the one before", e);
                }
            });
        }
        TlsServerCredentials.Builder credentials = TlsServerCredentials.newBuilder()
                .keyManager(identity)
                .trustManager(bundle.getManagers().getTrustManagers());
        Ssl.ClientAuth clients = ssl.getClientAuth();
        if (clients == Ssl.ClientAuth.NEED) {
            credentials.clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
        } else if (clients == Ssl.ClientAuth.WANT) {
            credentials.clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL);
        }
        return credentials.build();
    }

    private static void update(AdvancedTlsX509KeyManager identity, SslBundle bundle) throws GeneralSecurityException {
        KeyStore keys = bundle.getStores().getKeyStore();
        String alias = bundle.getKey().getAlias();
        if (alias == null && keys != null) {
            alias = keys.aliases().nextElement();
        }
        String password = bundle.getKey().getPassword();
        if (password == null) {
            password = bundle.getStores().getKeyStorePassword();
        }
        Key key = keys == null ? null : keys.getKey(alias, password == null ? new char[0] : password.toCharArray());
        if (keys == null || !(key instanceof PrivateKey identified)) {
            throw new GeneralSecurityException("it has no private key");
        }
        X509Certificate[] chain = Arrays.stream(keys.getCertificateChain(alias))
                .map(X509Certificate.class::cast)
                .toArray(X509Certificate[]::new);
        identity.updateIdentityCredentials(chain, identified);
    }
}
