package dev.cistern.populate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trust by configured and by the platform's authorities. The latter are set by the JDK's property.
class AuthoritiesTest {
    private static final String STORE = "javax.net.ssl.trustStore";
    private static final String STORE_PASSWORD = "javax.net.ssl.trustStorePassword";

    @TempDir static Path work;
    private static KeyStore keys;

    @BeforeAll
    static void make() throws Exception {
        Keytool tool = new Keytool(work.resolve("keys.p12"));
        tool.pair("own", "-ext", "bc:c");
        tool.pair("platform", "-ext", "bc:c");
        tool.pair("stranger", "-ext", "bc:c");
        tool.pair("by-own", "-signer", "own");
        tool.pair("by-platform", "-signer", "platform");
        tool.pair("by-stranger", "-signer", "stranger");
        tool.pair("expired-by-own", "-signer", "own", "-startdate", "-9d", "-validity", "3");
        keys = tool.load();
    }

    @BeforeEach
    void platformTrusts() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("platform", keys.getCertificate("platform"));
        Path file = work.resolve("platform.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, Keytool.PASSWORD);
        }
        platformIs(file);
    }

    @AfterEach
    void platformIsTheJdks() {
        System.clearProperty(STORE);
        System.clearProperty(STORE_PASSWORD);
    }

    private static void platformIs(Path store) {
        System.setProperty(STORE, store.toString());
        System.setProperty(STORE_PASSWORD, new String(Keytool.PASSWORD));
    }

    private static X509ExtendedTrustManager own() throws IOException, GeneralSecurityException {
        return Authorities.and(Keytool.pem(keys.getCertificate("own")));
    }

    private static void check(X509ExtendedTrustManager authorities, String alias)
            throws GeneralSecurityException {
        Certificate[] chain = keys.getCertificateChain(alias);
        authorities.checkServerTrusted(
                Arrays.copyOf(chain, chain.length, X509Certificate[].class), "ECDHE_ECDSA");
    }

    @Test
    void bothAreTrusted() {
        assertThatCode(() -> check(own(), "by-own")).doesNotThrowAnyException();
        assertThatCode(() -> check(own(), "by-platform")).doesNotThrowAnyException();
    }

    @Test
    void thePlatformAloneDoesNotKnowTheOwn() {
        assertThatCode(() -> check(Authorities.platform(), "by-platform"))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> check(Authorities.platform(), "by-own"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("PKIX path building failed");
    }

    @Test
    void whoNeitherKnowsIsRefused() {
        assertThatThrownBy(() -> check(own(), "by-stranger"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("unable to find valid certification path");
    }

    @Test
    void whatIsWrongIsToldByWhoKnowsTheAuthority() {
        assertThatThrownBy(() -> check(own(), "expired-by-own"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("validity check failed");
    }

    @Test
    void thePlatformsAreNotReadWhereTheOwnKnow() throws Exception {
        Path garbage = Files.writeString(work.resolve("garbage"), "no store of certificates");
        platformIs(garbage);
        assertThatCode(() -> check(own(), "by-own")).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(own(), "by-platform"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("the platform's certificate authorities cannot be read");
    }

    @Test
    void allOfThemAreNamed() throws Exception {
        assertThat(own().getAcceptedIssuers())
                .containsExactlyInAnyOrder(
                        (X509Certificate) keys.getCertificate("own"),
                        (X509Certificate) keys.getCertificate("platform"));
    }
}
