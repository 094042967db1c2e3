package dev.cistern.populate.source.huggingface;

import static dev.cistern.populate.source.huggingface.Hub.list;
import static dev.cistern.populate.source.huggingface.Hub.random;
import static dev.cistern.populate.source.huggingface.Hub.read;
import static dev.cistern.populate.source.huggingface.Hub.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.huggingface.StrictHub;
import dev.cistern.populate.http.Keytool;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.wire.HuggingFaceAuth;
import dev.cistern.populate.wire.HuggingFaceSpec;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.TlsSpec;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The certificates that are accepted of the Hub are those accepted of the network that it leads to.
class HuggingFaceTlsTest {
    @TempDir Path directory;

    private KeyStore keys() throws Exception {
        Keytool tool = new Keytool(directory.resolve("keys.p12"));
        tool.pair("hub", "-ext", "san=ip:127.0.0.1");
        return tool.load();
    }

    private static SSLContext context(KeyStore keys) throws Exception {
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, Keytool.PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static Source open(Hub hub, TlsSpec tls) throws Exception {
        HuggingFaceSpec spec =
                hub.spec("org/name", new HuggingFaceAuth.TokenFile(hub.tokenFile.toString()));
        return Hub.open(new HuggingFaceSpec(spec.endpoint(), tls, spec.place(), null, spec.auth()));
    }

    @Test
    void anUnknownAuthorityEndsAtOnce() throws Exception {
        try (Hub hub = new Hub(directory, new StrictHub("", context(keys())));
                Source source = open(hub, TlsSpec.PLATFORM)) {
            assertThatThrownBy(() -> list(source))
                    .satisfies(
                            refused(
                                    Reason.INVALID_CONFIGURATION,
                                    "give the authority's certificate"));
            assertThat(hub.server.asked(StrictHub.Kind.REVISION)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKnownOneOrNoVerificationReadsFromBothHosts(boolean known) throws Exception {
        KeyStore keys = keys();
        TlsSpec tls =
                known
                        ? new TlsSpec(false, null, Keytool.pem(keys.getCertificate("hub")))
                        : new TlsSpec(true, null, null);
        try (Hub hub = new Hub(directory, new StrictHub("", context(keys)));
                Source source = open(hub, tls)) {
            hub.repo.put("small", random(10));
            hub.repo.putXet("large", random(70_000));
            for (String name : List.of("large", "small")) {
                assertThat(
                                read(
                                        source,
                                        list(source).stream()
                                                .filter(file -> file.id().equals(name))
                                                .findFirst()
                                                .orElseThrow()))
                        .hasSizeGreaterThanOrEqualTo(10);
            }
        }
    }
}
