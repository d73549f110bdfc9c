/// Every bound of the service, with its reason.
public enum ServiceLimits {
    /// Items of one Forward or Score request: what is queued in one place stays cancellable.
    public static let itemsPerRequest = 4096
    /// Items of one request that run in the engine at once; enough to fill its steps.
    public static let itemsInFlight = 8
    /// Messages of one conversation; far more than fits a model's context.
    public static let chatMessages = 4096
    /// Neurons of one Project or Columns request.
    public static let unitsPerRequest = 4096
    /// Tokens answered at each end of a projection unless asked otherwise.
    public static let projectedTokens = 20
    /// Neurons whose projections share one pass over the output head; between groups a request can
    /// be cancelled.
    public static let projectedTogether = 16
    /// Bytes of one stored object.
    public static let objectBytes = 256 << 20
}
