package dev.cistern.populate.cli;

import dev.cistern.populate.engine.Globs;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.RunSpec;
import java.util.List;
import java.util.Locale;

/// What the values of options may be. Each complaint names the option, or the variable that stands in for it, the value
/// and what to give instead.
final class OptionValue {
    private OptionValue() {}

    /// A number, with K, M, G or T for powers of 1024.
    static long size(String name, String text) throws UsageException {
        String upper = text.toUpperCase(Locale.ROOT);
        int unit = upper.isEmpty() ? -1 : "KMGT".indexOf(upper.charAt(upper.length() - 1));
        String digits = unit < 0 ? upper : upper.substring(0, upper.length() - 1);
        try {
            long number = Long.parseLong(digits);
            if (number > 0 && number <= Long.MAX_VALUE >> 10 * (unit + 1)) {
                return number << 10 * (unit + 1);
            }
        } catch (NumberFormatException e) {
            throw new UsageException(
                    name + " needs a number such as 64 or 50M, not \"" + text + '"');
        }
        throw new UsageException(
                name + " needs a positive number such as 64 or 50M, not \"" + text + '"');
    }

    static int connections(String name, String text) throws UsageException {
        if (text.matches("[1-9][0-9]{0,2}")) {
            int count = Integer.parseInt(text);
            if (count <= RunSpec.MOST_CONNECTIONS) {
                return count;
            }
        }
        throw new UsageException(
                name
                        + " needs a number from 1 to "
                        + RunSpec.MOST_CONNECTIONS
                        + ", not \""
                        + text
                        + '"');
    }

    static long memory(String name, String text) throws UsageException {
        long bytes = size(name, text);
        if (bytes < 64L << 20) {
            throw new UsageException(name + " must be at least 64M, not " + text);
        }
        return bytes;
    }

    static String included(String name, String pattern) throws UsageException {
        return glob(name, pattern, List.of(pattern), List.of());
    }

    static String excluded(String name, String pattern) throws UsageException {
        return glob(name, pattern, List.of(), List.of(pattern));
    }

    private static String glob(
            String name, String pattern, List<String> include, List<String> exclude)
            throws UsageException {
        try {
            new Globs(include, exclude);
        } catch (IllegalArgumentException e) {
            throw new UsageException(name + ": " + e.getMessage());
        }
        return pattern;
    }

    static String transport(String name, String text) throws UsageException {
        if (!text.equals("direct") && !text.equals("sdk")) {
            throw new UsageException(name + " must be direct or sdk, not \"" + text + '"');
        }
        return text;
    }
}
