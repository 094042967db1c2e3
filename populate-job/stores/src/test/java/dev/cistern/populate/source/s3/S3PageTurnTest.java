package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.PageTurn;
import dev.cistern.populate.source.s3.ListPosition.After;
import dev.cistern.populate.source.s3.ListPosition.Marker;
import dev.cistern.populate.source.s3.ListPosition.Token;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// All ways in which a page indicates, or does not, what follows it.
class S3PageTurnTest {
    private static final ListPosition START = ListPosition.START;
    private static final String END = "end";
    private static final String BROKEN = "broken";

    private static S3Api.Page page(
            @Nullable Boolean truncated, String token, String marker, String keys) {
        List<SourceObject> objects =
                keys.isEmpty()
                        ? List.of()
                        : Arrays.stream(keys.split(" "))
                                .map(key -> new SourceObject(key, 1, "v", 0))
                                .toList();
        return new S3Api.Page(objects, new PageEnd(truncated, token, marker, false));
    }

    private static S3Api.Page full(@Nullable Boolean truncated) {
        StringBuilder keys = new StringBuilder();
        for (int i = 0; i < S3Api.PAGE_SIZE; i++) {
            keys.append(i == 0 ? "" : " ").append(10_000 + i);
        }
        return page(truncated, "", "", keys.toString());
    }

    private static S3Api.Page older(S3Api.Page page) {
        PageEnd end = page.end();
        return new S3Api.Page(
                page.objects(), new PageEnd(end.truncated(), end.token(), end.nextMarker(), true));
    }

    private static Arguments row(
            String what, ListPosition asked, S3Api.Page page, boolean progress, Object expected) {
        return Arguments.of(what, asked, page, progress, expected);
    }

    static List<Arguments> rows() {
        Token t = new Token("t");
        return List.of(
                row("as S3 goes on", START, page(true, "t", "", "a b"), true, t),
                row("as S3 ends", t, page(false, "", "", "c"), true, END),
                row("an empty bucket", START, page(false, "", "", ""), false, END),
                row("a token alone", START, page(null, "t", "", "a"), true, t),
                row("a token beside false", START, page(false, "t", "", "a"), true, t),
                row(
                        "a token beside false leads to nothing",
                        t,
                        page(false, "u", "", ""),
                        false,
                        END),
                row("an echo of the token", t, page(false, "t", "", "b"), true, END),
                row("an empty first page", START, page(true, "t", "", ""), false, t),
                row("an empty page in between", t, page(true, "u", "", ""), false, new Token("u")),
                row("a token that leads to itself", t, page(true, "t", "", "b"), true, BROKEN),
                row("a page that came before", t, page(true, "u", "", "b"), false, BROKEN),
                row("no token", START, page(true, "", "", "a b"), true, new After("b")),
                row(
                        "no token later",
                        new After("b"),
                        page(true, "", "", "c"),
                        true,
                        new After("c")),
                row("nothing said", START, page(null, "", "", "a b"), true, new After("b")),
                row(
                        "nothing said, nothing more",
                        new After("b"),
                        page(null, "", "", ""),
                        false,
                        END),
                row(
                        "start-after ignored",
                        new After("b"),
                        page(true, "", "", "a b"),
                        false,
                        new Marker("b")),
                row("marker ignored", new Marker("b"), page(true, "", "", "a b"), false, BROKEN),
                row("all there is", new Marker("b"), page(null, "", "", "a b"), false, END),
                row("nothing said of a full page", new Marker("b"), full(null), false, BROKEN),
                row(
                        "the older answer",
                        START,
                        older(page(true, "", "", "a b")),
                        true,
                        new Marker("b")),
                row("its marker", START, page(true, "", "m", "a b"), true, new Marker("m")),
                row("its marker alone", START, page(null, "", "m", "a"), true, new Marker("m")),
                row(
                        "its next page",
                        new Marker("b"),
                        page(true, "", "", "c"),
                        true,
                        new Marker("c")),
                row(
                        "a marker that leads to itself",
                        new Marker("m"),
                        page(true, "", "m", "x"),
                        true,
                        BROKEN),
                row("an echo of the marker", new Marker("m"), page(false, "", "m", "x"), true, END),
                row("its end", new Marker("m"), page(false, "", "", "x"), true, END),
                row("unsorted with a token", START, page(true, "t", "", "b a"), true, t),
                row("unsorted without", START, page(true, "", "", "b a"), true, BROKEN),
                row("unsorted, all there is", START, page(null, "", "", "b a"), true, END),
                row(
                        "in UTF-16's order",
                        START,
                        page(true, "", "", "\ud83d\udddd \uffee"),
                        true,
                        new After("\uffee")),
                row(
                        "in UTF-8's order",
                        START,
                        page(true, "", "", "\uffee \ud83d\udddd"),
                        true,
                        new After("\ud83d\udddd")),
                row("empty, and not how", START, page(true, "", "", ""), false, BROKEN),
                row("empty after a token, and not how", t, page(true, "", "", ""), false, BROKEN));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void everyEndIsRead(
            String what, ListPosition asked, S3Api.Page page, boolean progress, Object expected) {
        PageTurn turn = S3PageTurn.of(asked, page, progress);

        Object found =
                switch (turn) {
                    case PageTurn.GoOn on -> ListPosition.parse(on.position());
                    case PageTurn.End end -> END;
                    case PageTurn.Broken broken -> BROKEN;
                };
        assertThat(found).as(turn.toString()).isEqualTo(expected);
        assertThat(ListPosition.parse(asked.text())).isEqualTo(asked);
    }
}
