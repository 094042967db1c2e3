package dev.cistern.populate.source.azureblob.auth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.oauth.TokenErrors;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreErrors;
import org.jspecify.annotations.Nullable;

/// Maps errors of Microsoft Entra ID and of the instance metadata service to failures of a run. The codes `AADSTS…` are
/// those of the page "Microsoft Entra authentication and authorization error codes".
///
/// @param where the service and the identity, for messages
/// @param hint what to do where the code has no hint of its own
/// @param metadata whether it is the metadata service, whose 404 and 410 are temporary
record EntraErrors(String where, String hint, boolean metadata) implements StoreErrors {
    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        String problem = TokenErrors.problem(answer.document());
        if (metadata && (answer.status() == 404 || answer.status() == 410)) {
            return StatusErrors.unavailable(
                    answer,
                    false,
                    where,
                    "HTTP " + answer.status() + (problem.isEmpty() ? "" : ": " + problem));
        }
        return new TokenErrors(where, hint(problem)).of(answer, object);
    }

    private String hint(String problem) {
        int at = problem.indexOf("AADSTS");
        String code = at < 0 ? "" : problem.substring(at + 6).replaceFirst("[^0-9].*", "");
        return switch (code) {
            case "7000215" ->
                    "give the secret's value, not its id; a secret that was replaced is another";
            case "7000222" -> "the client secret has expired: make a new one";
            case "700016" -> "check the client id and the tenant: it knows no such application";
            case "90002", "900021", "900023" -> "check the tenant id: there is no such tenant";
            case "70021", "700211", "700212", "700213" ->
                    "add a federated credential to the identity, with the cluster's issuer, the"
                            + " subject system:serviceaccount:NAMESPACE:NAME of the Job's"
                            + " ServiceAccount, and the audience of the token";
            case "700024" -> "set the clock: the token's time is not now";
            case "700027" -> "the token's signature does not match: check the cluster's issuer";
            case "500011" -> "check azureBlob.authorityHost: it is of another cloud";
            default -> hint;
        };
    }
}
