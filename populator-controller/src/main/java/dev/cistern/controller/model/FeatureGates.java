package dev.cistern.controller.model;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Which parts of the controller are on, as `--feature-gates=NAME=true,NAME=false` says it.
///
/// @param volumePopulator whether volumes are filled at all
/// @param podHandler whether that may be done by pods of ours: populate Jobs, and probes of StorageBackends
public record FeatureGates(boolean volumePopulator, boolean podHandler) {
    /// Everything is on.
    public static final FeatureGates ALL = new FeatureGates(true, true);

    private static final String VOLUME_POPULATOR = "VolumePopulator";
    private static final String POD_HANDLER = "VolumePopulatorPodHandler";
    private static final List<String> NAMES = List.of(VOLUME_POPULATOR, POD_HANDLER);

    /// Reads the value of the flag; what it does not name is on.
    ///
    /// @param text such as `VolumePopulator=true,VolumePopulatorPodHandler=false`; empty is everything on
    /// @throws IllegalArgumentException saying what is wrong with it
    public static FeatureGates of(String text) {
        Set<String> off = new LinkedHashSet<>();
        Set<String> named = new LinkedHashSet<>();
        if (!text.isBlank()) {
            for (String item : Arrays.asList(text.strip().split("\\s*,\\s*", -1))) {
                int equals = item.indexOf('=');
                String name = equals < 0 ? item : item.substring(0, equals).strip();
                String value = equals < 0 ? "" : item.substring(equals + 1).strip();
                if (!NAMES.contains(name)) {
                    throw new IllegalArgumentException(
                            "there is no feature gate \"" + name + "\"; there are " + known());
                }
                if (!value.equals("true") && !value.equals("false")) {
                    throw new IllegalArgumentException(
                            "give " + name + "=true or " + name + "=false");
                }
                if (!named.add(name)) {
                    throw new IllegalArgumentException(name + " is given twice");
                }
                if (value.equals("false")) {
                    off.add(name);
                }
            }
        }
        return new FeatureGates(!off.contains(VOLUME_POPULATOR), !off.contains(POD_HANDLER));
    }

    private static String known() {
        return NAMES.stream().collect(Collectors.joining(" and "));
    }

    /// Whether Jobs are made.
    public boolean jobs() {
        return volumePopulator && podHandler;
    }

    /// Why nothing is filled, or not by Jobs, and what to do; to be asked when something is off.
    public String words() {
        return volumePopulator
                ? "no populate Jobs are started: the feature gate "
                        + POD_HANDLER
                        + " of the controller is off (--feature-gates, CISTERN_FEATURE_GATES)"
                : "no volumes are filled: the feature gate "
                        + VOLUME_POPULATOR
                        + " of the controller is off (--feature-gates, CISTERN_FEATURE_GATES)";
    }
}
