package dev.cistern.doubles.oss;

/// A request that ends with an error.
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient SignatureCheck.Refusal refusal;

    Refused(SignatureCheck.Refusal refusal) {
        super(refusal.message(), null, false, false);
        this.refusal = refusal;
    }

    Refused(int status, String code, String message, String cause) {
        this(new SignatureCheck.Refusal(status, code, message, cause));
    }

    SignatureCheck.Refusal refusal() {
        return refusal;
    }
}
