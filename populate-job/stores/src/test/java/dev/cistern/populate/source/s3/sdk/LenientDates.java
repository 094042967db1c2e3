package dev.cistern.populate.source.s3.sdk;

import dev.cistern.populate.source.s3.S3Answers;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;

/// Rewrites a response's date in the form that the SDK parses, or removes it: the SDK fails on others.
final class LenientDates implements ExecutionInterceptor {
    private static final String NAME = "Last-Modified";

    @Override
    public SdkHttpResponse modifyHttpResponse(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        SdkHttpResponse answer = context.httpResponse();
        String given = answer.firstMatchingHeader(NAME).orElse(null);
        if (given == null) {
            return answer;
        }
        long millis = S3Answers.modifiedMillis(given);
        SdkHttpResponse.Builder changed = answer.toBuilder().removeHeader(NAME);
        // The SDK's builder tells names apart by case.
        answer.headers().keySet().stream()
                .filter(NAME::equalsIgnoreCase)
                .forEach(changed::removeHeader);
        if (millis != 0) {
            changed.putHeader(
                    NAME,
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC)));
        }
        return changed.build();
    }
}
