package dev.cistern.populate.testing;

import dev.cistern.doubles.proxy.ForwardProxy;
import java.io.IOException;

/// The proxy of the stores' tests, on loopback.
public final class TestProxy extends ForwardProxy {
    public TestProxy() throws IOException {}
}
