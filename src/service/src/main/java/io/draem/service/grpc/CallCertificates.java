package io.draem.service.grpc;

import io.draem.service.startup.StartUpException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerSslBundle;

/** The certificate of the HTTP port, which clients of gRPC see too, also after it was renewed in place. */
final class CallCertificates {

    private static final Logger log = LoggerFactory.getLogger(CallCertificates.class);

    private CallCertificates() {}

    /**
     * Returns the TLS of the server, with the protocols and ciphers of the HTTP port; null where that has none.
     *
     * @param ssl {@code server.ssl}; null where nothing is set
     * @throws StartUpException if the certificate cannot be used
     */
    static @Nullable SslContext of(@Nullable Ssl ssl, SslBundles bundles) {
        if (!Ssl.isEnabled(ssl)) {
            return null;
        }
        try {
            SslBundle bundle = WebServerSslBundle.get(ssl, bundles);
            AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
            update(identity, bundle);
            follow(ssl.getBundle(), bundles, identity);
            if (!ssl.getServerNameBundles().isEmpty()) {
                log.warn(
                        "gRPC has the certificate of server.ssl.bundle for all names: server.ssl.server-name-bundles is"
                                + " for HTTP alone");
            }
            SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forServer(identity));
            SslOptions options = bundle.getOptions();
            if (options.getEnabledProtocols() != null) {
                builder.protocols(options.getEnabledProtocols());
            }
            if (options.getCiphers() != null) {
                builder.ciphers(List.of(options.getCiphers()));
            }
            return builder.trustManager(bundle.getManagers().getTrustManagers()[0])
                    .clientAuth(clients(ssl.getClientAuth()))
                    .build();
        } catch (GeneralSecurityException | SSLException | RuntimeException e) {
            throw new StartUpException(
                    "The certificate of server.ssl cannot be used for gRPC: " + e.getMessage(),
                    "Give it one private key with its chain of certificates, or set draem.grpc.enabled=false.",
                    e);
        }
    }

    private static ClientAuth clients(Ssl.@Nullable ClientAuth wanted) {
        if (wanted == Ssl.ClientAuth.NEED) {
            return ClientAuth.REQUIRE;
        }
        return wanted == Ssl.ClientAuth.WANT ? ClientAuth.OPTIONAL : ClientAuth.NONE;
    }

    private static void follow(@Nullable String name, SslBundles bundles, AdvancedTlsX509KeyManager identity) {
        if (name == null) {
            return;
        }
        bundles.addBundleUpdateHandler(name, renewed -> {
            try {
                update(identity, renewed);
            } catch (GeneralSecurityException | RuntimeException e) {
                log.error("The renewed certificate cannot be used for gRPC, which keeps the one before", e);
            }
        });
    }

    private static void update(AdvancedTlsX509KeyManager identity, SslBundle bundle) throws GeneralSecurityException {
        KeyStore keys = bundle.getStores().getKeyStore();
        String alias = bundle.getKey().getAlias();
        if (alias == null && keys != null) {
            for (String entry : Collections.list(keys.aliases())) {
                alias = alias == null && keys.isKeyEntry(entry) ? entry : alias;
            }
        }
        String password = bundle.getKey().getPassword();
        if (password == null) {
            password = bundle.getStores().getKeyStorePassword();
        }
        Key key = keys == null || alias == null
                ? null
                : keys.getKey(alias, password == null ? new char[0] : password.toCharArray());
        if (keys == null || !(key instanceof PrivateKey identified)) {
            throw new GeneralSecurityException("it has no private key");
        }
        X509Certificate[] chain = Arrays.stream(keys.getCertificateChain(alias))
                .map(X509Certificate.class::cast)
                .toArray(X509Certificate[]::new);
        identity.updateIdentityCredentials(chain, identified);
    }
}
