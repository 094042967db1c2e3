package dev.cistern.populate.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The arguments of a `cistern fill`, taken one by one; each value is checked as it is taken.
final class FillArguments {
    final List<String> operands = new ArrayList<>();
    final List<String> include = new ArrayList<>();
    final List<String> exclude = new ArrayList<>();
    @Nullable String endpoint;
    @Nullable String region;
    @Nullable Boolean pathStyle;
    boolean anonymous;
    long rate;
    int connections;
    long memory;
    boolean verify = true;
    boolean sync = true;
    boolean listFirst;
    @Nullable String transport;
    @Nullable String caFile;
    boolean insecure;
    boolean json;
    boolean quiet;

    private final String[] arguments;
    private int next;

    private FillArguments(String[] arguments) {
        this.arguments = arguments;
    }

    static FillArguments of(String[] arguments) throws FillOptions.Wrong {
        FillArguments all = new FillArguments(arguments);
        while (all.next < arguments.length) {
            String argument = arguments[all.next++];
            if (argument.startsWith("-")) {
                all.take(argument);
            } else {
                all.operands.add(argument);
            }
        }
        return all;
    }

    private void take(String argument) throws FillOptions.Wrong {
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        switch (name) {
            case "--endpoint" -> endpoint = value(argument, name);
            case "--region" -> region = value(argument, name);
            case "--path-style" -> pathStyle = style(flag(argument, name));
            case "--virtual-host" -> pathStyle = style(!flag(argument, name));
            case "--anonymous" -> anonymous = flag(argument, name);
            case "--include" -> include.add(OptionValue.included(name, value(argument, name)));
            case "--exclude" -> exclude.add(OptionValue.excluded(name, value(argument, name)));
            case "--limit-rate" -> rate = OptionValue.size(name, value(argument, name));
            case "--connections" ->
                    connections = OptionValue.connections(name, value(argument, name));
            case "--memory" -> memory = OptionValue.memory(name, value(argument, name));
            case "--no-verify" -> verify = !flag(argument, name);
            case "--no-sync" -> sync = !flag(argument, name);
            case "--list-first" -> listFirst = flag(argument, name);
            case "--transport" -> transport = OptionValue.transport(name, value(argument, name));
            case "--ca-file" -> caFile = OptionValue.readable(name, value(argument, name));
            case "--insecure" -> insecure = flag(argument, name);
            case "--json" -> json = flag(argument, name);
            case "--quiet" -> quiet = flag(argument, name);
            default -> throw new FillOptions.Wrong("there is no option " + name);
        }
    }

    private boolean style(boolean inPath) throws FillOptions.Wrong {
        if (pathStyle != null && pathStyle != inPath) {
            throw new FillOptions.Wrong(
                    "--path-style and --virtual-host contradict each other: leave one of them out");
        }
        return inPath;
    }

    private static boolean flag(String argument, String name) throws FillOptions.Wrong {
        if (!argument.equals(name)) {
            throw new FillOptions.Wrong(name + " takes no value: leave it out, or give it alone");
        }
        return true;
    }

    /// What stands after `=`, or the next argument; one that looks like an option is no value, but may be one after `=`.
    private String value(String argument, String name) throws FillOptions.Wrong {
        String value = "";
        if (!argument.equals(name)) {
            value = argument.substring(name.length() + 1);
        } else if (next < arguments.length && !arguments[next].startsWith("--")) {
            value = arguments[next++];
        }
        if (value.isEmpty()) {
            throw new FillOptions.Wrong(name + " needs a value");
        }
        return value;
    }
}
