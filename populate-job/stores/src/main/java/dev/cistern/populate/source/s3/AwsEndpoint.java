package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Origin;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// AWS's endpoints of S3 in a region, by the SDK's endpoint rules (`endpoint-rule-set.json` and `partitions.json` of
/// its S3 module); a test compares them.
///
/// @param dualStack whether those for IPv4 and IPv6
/// @param fips whether those with FIPS 140 validated cryptography
public record AwsEndpoint(boolean dualStack, boolean fips) {
    /// A partition of AWS: regions with separate accounts and domains.
    private record Partition(String name, Pattern regions, String domain) {
        Partition(String name, String regions, String domain) {
            this(name, Pattern.compile(regions), domain);
        }
    }

    /// Unknown regions belong to the first one, as in the SDK.
    private static final List<Partition> PARTITIONS =
            List.of(
                    new Partition(
                            "aws", "(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-[0-9]+", "amazonaws.com"),
                    new Partition("aws-cn", "cn-[a-z]+-[0-9]+", "amazonaws.com.cn"),
                    new Partition("aws-us-gov", "us-gov-[a-z]+-[0-9]+", "amazonaws.com"),
                    new Partition("aws-eusc", "eusc-de-[a-z]+-[0-9]+", "amazonaws.eu"),
                    new Partition("aws-iso", "us-iso-[a-z]+-[0-9]+", "c2s.ic.gov"),
                    new Partition("aws-iso-b", "us-isob-[a-z]+-[0-9]+", "sc2s.sgov.gov"),
                    new Partition("aws-iso-e", "eu-isoe-[a-z]+-[0-9]+", "cloud.adc-e.uk"),
                    new Partition("aws-iso-f", "us-isof-[a-z]+-[0-9]+", "csp.hci.ic.gov"));

    /// Host names of S3's own endpoints, and not of customers' machines or load balancers in the same domain.
    private static final Pattern OF_AWS =
            Pattern.compile(
                    "(^|\\.)s3(-fips)?([.-]dualstack)?([.-][a-z]{2,4}(-[a-z]+)+-[0-9]+)?\\.("
                            + PARTITIONS.stream()
                                    .map(partition -> Pattern.quote(partition.domain))
                                    .distinct()
                                    .collect(Collectors.joining("|"))
                            + ")$");

    private static final Pattern FIPS = Pattern.compile("(^|\\.)s3(-accesspoint)?-fips\\.");

    private static Partition partition(String region) {
        for (Partition partition : PARTITIONS) {
            if (partition.regions.matcher(region).matches()) {
                return partition;
            }
        }
        return PARTITIONS.getFirst();
    }

    /// The endpoint of buckets in a region.
    ///
    /// @throws IllegalArgumentException when there is none
    Origin ofBuckets(String region) {
        return origin("s3", region);
    }

    /// The endpoint of access points in a region.
    ///
    /// @param named partition of the access point's ARN
    /// @throws IllegalArgumentException when there is none
    Origin ofAccessPoints(String region, String named) {
        String partition = partition(region).name;
        if (!partition.equals(named)) {
            throw new IllegalArgumentException(
                    "bucket is an ARN of partition "
                            + named
                            + ", and region "
                            + region
                            + " is in partition "
                            + partition);
        }
        return origin("s3-accesspoint", region);
    }

    private Origin origin(String service, String region) {
        if (!region.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException("region is not the name of a region: " + region);
        }
        Partition partition = partition(region);
        if (fips && partition.name.equals("aws-cn")) {
            throw new IllegalArgumentException(
                    "fips is not to be had in China's regions: " + region);
        }
        return new Origin(
                true,
                service
                        + (fips ? "-fips" : "")
                        + (dualStack ? ".dualstack." : ".")
                        + region
                        + "."
                        + partition.domain,
                443);
    }

    /// Whether a host is one of S3's own endpoints, or a bucket at one.
    static boolean isOfAws(String host) {
        return OF_AWS.matcher(host).find();
    }

    /// Whether a host is one of the endpoints with validated cryptography.
    static boolean isFips(String host) {
        return FIPS.matcher(host).find();
    }
}
