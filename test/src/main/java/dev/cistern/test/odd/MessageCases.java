package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.util.List;

/// Messages of failures.
final class MessageCases {
    private MessageCases() {}

    static List<OddCase> all() {
        StoredObject text = StoredObject.of("text", "t".repeat(5000));
        return List.of(
                OddCase.of(REQUESTER_PAYS, text).ends("AccessDenied", "requester pays"),
                OddCase.of(FORBIDS_BODYLESS, text).ends("AccessDenied", "HTTP 403"),
                OddCase.of(ARCHIVED, text).ends("AccessDenied", "text", "archived", "restore"),
                OddCase.of(USER_UNKNOWN_404, text).ends("InvalidCredentials", "InvalidAccessKeyId"),
                OddCase.of(MOVED_WITH_ENDPOINT, text)
                        .ends("InvalidConfiguration", ErrorResponses.ENDPOINT),
                OddCase.of(LENGTH_OTHER_THAN_LISTED, text)
                        .endsForNow("ObjectChanged", "text", "5001", "5000"),
                OddCase.of(KEY_GONE, text, StoredObject.of("gone", "x"))
                        .endsForNow("ObjectChanged", "gone", "404"),
                OddCase.of("no-such-tree", text).prefix("else").ends("NoSuchObject", "else"),
                OddCase.of("empty-tree", text).prefix("else/").ends("EmptySource", "else/"));
    }
}
