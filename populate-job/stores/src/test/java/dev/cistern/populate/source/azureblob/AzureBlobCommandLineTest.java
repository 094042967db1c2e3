package dev.cistern.populate.source.azureblob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.AzureBlobAuth;
import dev.cistern.populate.wire.AzureBlobSpec;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AzureBlobCommandLineTest {
    private static final String KEY = "c2VjcmV0";

    private static AzureBlobSpec spec(
            String source, Map<String, String> environment, String... options)
            throws UsageException {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            given.put(options[i], options[i + 1]);
        }
        return new AzureBlobCommandLine().spec(source, new StoreArguments(given), environment);
    }

    private static Map<String, String> connection(String text) {
        return Map.of("AZURE_STORAGE_CONNECTION_STRING", text);
    }

    @Test
    void aSourceHasAContainerAndAPrefix() throws Exception {
        Map<String, String> lakes = Map.of("AZURE_STORAGE_ACCOUNT", "lakes");
        AzureBlobSpec tree = spec("az://models/qwen/", lakes);
        assertThat(tree.account()).isEqualTo("lakes");
        assertThat(tree.endpoint()).isNull();
        assertThat(tree.container()).isEqualTo("models");
        assertThat(tree.prefix()).isEqualTo("qwen/");
        assertThat(tree.auth()).isEqualTo(new AzureBlobAuth.Environment());
        assertThat(spec("az://models", lakes).prefix()).isEmpty();
        assertThat(spec("az://$web/a//b", lakes).container()).isEqualTo("$web");
        assertThat(spec("az://$web/a//b", lakes).prefix()).isEqualTo("a//b");
        assertThat(spec("az://models/", lakes, "--anonymous", "").auth())
                .isEqualTo(new AzureBlobAuth.Anonymous());
    }

    @Test
    void theAccountComesFromWhereItIsSaid() throws Exception {
        assertThat(spec("az://c", Map.of("AZURE_STORAGE_ACCOUNT", "lakes"), "--account", "other"))
                .extracting(AzureBlobSpec::account)
                .isEqualTo("other");
        for (String[] endpoint :
                new String[][] {
                    {"https://lakes.blob.core.usgovcloudapi.net", "lakes"},
                    {"https://lakes-secondary.blob.core.windows.net/", "lakes"},
                    {"http://127.0.0.1:10000/devstoreaccount1", "devstoreaccount1"}
                }) {
            assertThat(spec("az://c", Map.of(), "--endpoint", endpoint[0]))
                    .satisfies(
                            spec -> {
                                assertThat(spec.account()).isEqualTo(endpoint[1]);
                                assertThat(spec.endpoint()).isEqualTo(endpoint[0]);
                            });
            assertThat(spec("az://c", Map.of("AZURE_STORAGE_SERVICE_ENDPOINT", endpoint[0])))
                    .extracting(AzureBlobSpec::account)
                    .isEqualTo(endpoint[1]);
        }
    }

    @Test
    void aConnectionStringSaysAccountAndEndpoint() throws Exception {
        record Case(String text, String account, String endpoint) {}
        for (Case told :
                new Case[] {
                    new Case(
                            "DefaultEndpointsProtocol=https;AccountName=lakes;AccountKey="
                                    + KEY
                                    + ";EndpointSuffix=core.chinacloudapi.cn",
                            "lakes",
                            "https://lakes.blob.core.chinacloudapi.cn"),
                    new Case(
                            "AccountName=lakes;AccountKey="
                                    + KEY
                                    + ";BlobEndpoint=http://h:1/lakes;",
                            "lakes",
                            "http://h:1/lakes"),
                    new Case(
                            "BlobEndpoint=https://lakes.blob.core.windows.net/;"
                                    + "SharedAccessSignature=sv=1&sig=a%3D",
                            "lakes", "https://lakes.blob.core.windows.net/"),
                    new Case(
                            "UseDevelopmentStorage=true",
                            "devstoreaccount1",
                            "http://127.0.0.1:10000/devstoreaccount1")
                }) {
            AzureBlobSpec spec = spec("az://c", connection(told.text));
            assertThat(spec.account()).as(told.text).isEqualTo(told.account);
            assertThat(spec.endpoint()).as(told.text).isEqualTo(told.endpoint);
            assertThat(spec.toString()).doesNotContain(KEY, "sig=");
        }
        assertThat(spec("az://c", connection("AccountName=lakes;AccountKey=" + KEY)).endpoint())
                .isNull();
        assertThat(ConnectionString.parse("AccountName=lakes;AccountKey=" + KEY))
                .hasToString("connection string of account lakes");
    }

    @Test
    void whatIsWrongIsTold() {
        Map<String, String> lakes = Map.of("AZURE_STORAGE_ACCOUNT", "lakes");
        assertThatThrownBy(() -> spec("az://", lakes))
                .hasMessageContaining("az://CONTAINER/PREFIX");
        assertThatThrownBy(() -> spec("az://Models/x", lakes))
                .hasMessageContainingAll("az://Models/x", "lower-case");
        assertThatThrownBy(() -> spec("az://c", Map.of()))
                .hasMessageContainingAll("--account", "AZURE_STORAGE_ACCOUNT");
        assertThatThrownBy(() -> spec("az://c", Map.of(), "--account", "My_Lakes"))
                .hasMessageContaining("My_Lakes");
        assertThatThrownBy(() -> spec("az://c", lakes, "--endpoint", "lakes.blob.core.windows.net"))
                .hasMessageContaining("--endpoint");
        assertThatThrownBy(
                        () ->
                                spec(
                                        "az://c",
                                        lakes,
                                        "--endpoint",
                                        "https://lakes.dfs.core.windows.net"))
                .hasMessageContaining("https://lakes.blob.core.windows.net");
        assertThatThrownBy(() -> spec("az://c", connection("nonsense " + KEY)))
                .hasMessageContaining("AZURE_STORAGE_CONNECTION_STRING")
                .hasMessageNotContaining(KEY);
        assertThatThrownBy(() -> spec("az://c", connection("AccountKey=" + KEY)))
                .hasMessageContaining("neither AccountName nor BlobEndpoint")
                .hasMessageNotContaining(KEY);
    }
}
