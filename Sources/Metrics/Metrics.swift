// Metrics: numbers about a daemon, and the text in which Prometheus reads them.
//
// What it is: counters by closed label sets, histograms with fixed buckets, and the exposition
// format, as values. Whoever owns the numbers counts events into them and asks for the text.
//
// What it must never know: sockets, clocks, requests, and above all who asked: no user, prompt or
// request id becomes a label, since each label value is a series that monitoring keeps for ever.
//
// Read first: `Exposition` (how the text is put together), `Histogram`.

/// Names that every metric shares.
public enum Metrics {
    /// What every name begins with.
    public static let prefix = "neurond_"

    /// The media type of the text.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"
}
