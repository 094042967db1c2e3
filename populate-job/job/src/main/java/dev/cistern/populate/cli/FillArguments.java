package dev.cistern.populate.cli;

import dev.cistern.populate.Stores;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The arguments of a `cistern fill`, taken one by one; each value is checked as it is taken.
final class FillArguments {
    final List<String> operands = new ArrayList<>();
    final List<String> include = new ArrayList<>();
    final List<String> exclude = new ArrayList<>();

    /// Options of stores, whichever store it turns out to be.
    final Map<String, String> store = new HashMap<>();

    long rate;
    int connections;
    long memory;
    boolean verify = true;
    boolean sync = true;
    boolean listFirst;
    @Nullable String transport;
    boolean json;
    boolean quiet;

    private final String[] arguments;
    private int next;

    private FillArguments(String[] arguments) {
        this.arguments = arguments;
    }

    static FillArguments of(String[] arguments) throws UsageException {
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

    private void take(String argument) throws UsageException {
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        switch (name) {
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
            case "--json" -> json = flag(argument, name);
            case "--quiet" -> quiet = flag(argument, name);
            default -> store.put(name, storeOption(argument, name));
        }
    }

    /// The value of an option that some kind of store has; the empty text where it takes none.
    private String storeOption(String argument, String name) throws UsageException {
        for (StoreCommandLine store : Stores.commandLines()) {
            for (StoreOption option : store.options()) {
                if (option.name().equals(name)) {
                    if (option.value() != null) {
                        return value(argument, name);
                    }
                    flag(argument, name);
                    return "";
                }
            }
        }
        throw new UsageException("there is no option " + name);
    }

    private static boolean flag(String argument, String name) throws UsageException {
        if (!argument.equals(name)) {
            throw new UsageException(name + " takes no value: leave it out, or give it alone");
        }
        return true;
    }

    /// What stands after `=`, or the next argument; one that looks like an option is no value, but may be one after
    /// `=`.
    private String value(String argument, String name) throws UsageException {
        String value = "";
        if (!argument.equals(name)) {
            value = argument.substring(name.length() + 1);
        } else if (next < arguments.length && !arguments[next].startsWith("--")) {
            value = arguments[next++];
        }
        if (value.isEmpty()) {
            throw new UsageException(name + " needs a value");
        }
        return value;
    }
}
