package dev.cistern.test.odd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/// Runs an [OddStore] on loopback until it is stopped, for manual tests.
public final class OddStoreMain {
    private static final String HELP =
            """
            usage: test/odd-store [--quirk NAME]... [--case NAME] [--port PORT] | --list

              --quirk NAME   a quirk, with the objects of the first case that has it
              --case NAME    a case of the tests: its quirks and its objects
              --port PORT    to listen on, on 127.0.0.1 (default: any)
              --list         all quirks and cases
            """;

    private final Set<Quirk> quirks = new LinkedHashSet<>();
    private Optional<OddCase> chosen = Optional.empty();
    private int port;

    private OddStoreMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 0 || List.of(args).contains("--help")) {
            System.out.print(HELP);
            return;
        }
        if (List.of(args).contains("--list")) {
            list();
            return;
        }
        OddStoreMain main = new OddStoreMain();
        if (!main.read(args)) {
            System.err.print(HELP);
            System.exit(2);
        }
        main.serve();
    }

    private static void list() {
        for (Quirk quirk : Quirk.values()) {
            System.out.printf("%-32s %s (%s)%n", quirk.id(), quirk.does(), quirk.seen());
        }
        System.out.println();
        for (OddCase one : OddCases.all()) {
            System.out.printf(
                    "%-48s %s%n", one.name(), one.quirks().stream().map(Quirk::id).toList());
        }
    }

    private boolean read(String[] args) {
        for (int i = 0; i + 1 < args.length; i += 2) {
            String value = args[i + 1];
            switch (args[i]) {
                case "--quirk" -> {
                    Optional<Quirk> quirk = Quirk.of(value);
                    if (quirk.isEmpty()) {
                        System.err.println("there is no quirk " + value + "; --list has them");
                        return false;
                    }
                    quirks.add(quirk.get());
                }
                case "--case" -> {
                    chosen =
                            OddCases.all().stream().filter(c -> c.name().equals(value)).findFirst();
                    if (chosen.isEmpty()) {
                        System.err.println("there is no case " + value + "; --list has them");
                        return false;
                    }
                }
                case "--port" -> port = Integer.parseInt(value);
                default -> {
                    return false;
                }
            }
        }
        return args.length % 2 == 0 && !(quirks.isEmpty() && chosen.isEmpty());
    }

    private void serve() throws IOException, InterruptedException {
        OddCase of =
                chosen.or(
                                () ->
                                        OddCases.all().stream()
                                                .filter(c -> c.quirks().containsAll(quirks))
                                                .findFirst())
                        .orElseGet(() -> OddCases.all().getFirst());
        Set<Quirk> all = new LinkedHashSet<>(of.quirks());
        all.addAll(quirks);
        try (OddStore store =
                new OddStore(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        all,
                        of.objects())) {
            System.out.println("quirks: " + all.stream().map(Quirk::id).toList());
            of.objects()
                    .forEach(
                            o ->
                                    System.out.println(
                                            "object: "
                                                    + o.key()
                                                    + ", "
                                                    + o.bytes().length
                                                    + " bytes"));
            System.out.println("expected: " + expected(of));
            System.out.println();
            System.out.printf(
                    "env %sAWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s cistern fill 's3://%s/%s'"
                            + " DIR%s%n",
                    variables(of, store.endpoint()),
                    OddStore.ACCESS_KEY,
                    OddStore.SECRET_KEY,
                    OddStore.BUCKET,
                    of.prefix(),
                    options(of));
            new CountDownLatch(1).await();
        }
    }

    private static String variables(OddCase of, String endpoint) {
        StringBuilder all = new StringBuilder();
        of.variables(endpoint)
                .forEach((name, value) -> all.append(name).append('=').append(value).append(' '));
        return all.toString();
    }

    private static String options(OddCase of) {
        StringBuilder all = new StringBuilder();
        of.include().forEach(glob -> all.append(" --include '").append(glob).append('\''));
        of.exclude().forEach(glob -> all.append(" --exclude '").append(glob).append('\''));
        return all.toString();
    }

    private static String expected(OddCase of) {
        return switch (of.expected()) {
            case Expected.Tree tree -> "success with " + tree.files().keySet();
            case Expected.Word word ->
                    word.reason()
                            + (word.terminal() ? ", final, with " : ", to be tried again, with ")
                            + word.texts();
        };
    }
}
