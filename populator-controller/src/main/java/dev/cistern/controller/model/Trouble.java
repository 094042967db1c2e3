package dev.cistern.controller.model;

/// What keeps a pod of a Job of ours from starting, or from ending.
///
/// @param eventReason the reason of the event that tells it, see [EventReason]
/// @param reason as kubelet or scheduler call it, for example `ImagePullBackOff`
/// @param message their words
public record Trouble(String eventReason, String reason, String message) {
    /// Both, for people.
    public String text() {
        return reason + ": " + message;
    }
}
