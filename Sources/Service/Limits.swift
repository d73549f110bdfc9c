/// Every bound of the service, with its reason.
public enum ServiceLimits {
    /// Items of one Forward, Score, Generate or Statistics request: what is queued in one place
    /// stays cancellable.
    public static let itemsPerRequest = 4096
    /// Items of one request that run in the engine at once; enough to fill its steps.
    public static let itemsInFlight = 8
    /// Generations of one request that run at once: decode steps are about as fast per row with
    /// these as they get, and half of the engine's places are left to others.
    public static let generationsInFlight = 32
    /// Generations of one request that have begun and are not answered.
    ///
    /// While one goes on for long, so many others run behind it; what waits is their text.
    public static let generationsUnanswered = 512
    /// Generations that run at once take at most one part in so many of the engine's attention
    /// state, unless they are as few as `itemsInFlight`.
    public static let generationsShare = 2
    /// Bytes of captured values of unanswered generations, unless they are as few as that.
    public static let generationsCaptureBytes = 64 << 20
    /// Messages of one conversation; far more than fits a model's context.
    public static let chatMessages = 4096
    /// Neurons of one Project or Columns request.
    public static let unitsPerRequest = 4096
    /// Groups of one Statistics request: each is a message and some tensors, and classes times
    /// subjects times folds of a study are some dozens.
    public static let groupsPerRequest = 256
    /// Bytes of a group's label in UTF-8: a name, not a document.
    public static let groupLabelBytes = 256
    /// Tokens answered at each end of a projection unless asked otherwise.
    public static let projectedTokens = 20
    /// Neurons whose projections share one pass over the output head; between groups a request can
    /// be cancelled.
    public static let projectedTogether = 16
    /// Bytes of one stored object.
    public static let objectBytes = 256 << 20
}
