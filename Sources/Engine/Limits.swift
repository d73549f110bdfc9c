/// Every bound of the engine, with its reason.
public enum EngineLimits {
    /// Rows of one step.
    ///
    /// More rows amortize a pass over the weights better; fewer bound how long
    /// a decoding neighbour waits behind a prompt. 192 is past the point where int8 products on
    /// current CPUs are bound by arithmetic rather than by memory, and fills tiles of 12.
    public static let rowsPerStep = 192
    /// Rows that one thread takes through several operations: a tile of every path's products
    /// (12 or 4 rows), whose widest rows fit into the second-level cache of current cores.
    static let rowsPerChunk = 12
    /// Rows of a step that serves several shares as long as nobody decodes: a quarter of the rows
    /// loses prompts about 5 percent.
    static let sharedRowsPerStep = 48
    /// Rows of a step of bulk work alone: half of the rows loses prompts a few percent.
    static let bulkRowsPerStep = 96
    /// Rows of a step of bulk work alone soon after interactive work: whoever comes again waits
    /// for the step that runs.
    static let alertRowsPerStep = rowsPerChunk
    /// Steps after interactive work that stay so short.
    static let alertSteps = 128
    /// Rows of prompts and of bulk work beside decoding sequences of several shares: a tile costs
    /// a decode step little.
    static let rowsBesideDecoding = rowsPerChunk
    /// Every so many steps, rows are kept for bulk work beside interactive prompts that would fill
    /// the step: it gets at least a tile in that many.
    static let bulkFloorSteps = 4
    /// Rows whose logits are held at once: vocabularies are wide (16 × 128k × 4 B = 8 MiB).
    public static let logitRows = 16
    /// Sequences that take part in steps at once; further jobs wait in order.
    public static let runningSequences = 64
    /// Of the places and key-value blocks, one in so many is kept for the interactive lane.
    static let interactiveReserve = 8
    /// Seconds that a job which does not fit lets others pass it.
    static let admitPatienceSeconds = 2.0
    /// Seconds after which a waiting bulk job counts as interactive.
    static let bulkPatienceSeconds = 30.0
    /// Jobs waiting for a place.
    ///
    /// The supervisor admits no more than bring so many (64 requests of 32 generations); this is
    /// the last fence.
    public static let waitingJobs = 2048
    /// Bytes of captured values that one job may hold until it is answered.
    ///
    /// Below the bytes that a connection queues for a slow reader, so that whatever is accepted
    /// can be delivered.
    public static let captureBytes = 192 << 20
    /// Bytes of captured values of all jobs that run or are not fully answered; further jobs wait.
    public static let runningCaptureBytes = 512 << 20
    /// Bytes of the sums of all groups of one Statistics request.
    ///
    /// Four sums of 16 groups, for each neuron of an 8B shape, take 470 MB; requests can be cut by
    /// groups and merged.
    public static let statisticsBytes = 512 << 20
    /// Bytes of the sums of all Statistics requests; further requests wait.
    public static let runningStatisticsBytes = 1 << 30
    /// Row labels of one job's tensors: they travel in one message of at most 4 MiB.
    public static let rowLabels = 300_000
    /// Bytes of looked-up values (tables, patches, value noise) of one request's jobs.
    public static let planBytes = 256 << 20
    /// Bytes of looked-up values of all requests; further requests wait.
    public static let runningPlanBytes = 1 << 30
    /// Generated tokens that a consumer may be behind before its sequence pauses.
    public static let unreadTokens = 64
    /// Bytes of adapters that are ready to run, kept or in use; further requests wait.
    ///
    /// Rank 16 on all matrices of a 7B shape takes 160 MB in single precision.
    public static let adapterBytes = 1 << 30
    /// Adapters that are kept without being used: each is a mapping with a descriptor.
    static let keptAdapters = 64
    /// Parts that the outputs of a tile of adapted rows are shared out in: what is left of one row
    /// would be less work than sharing it.
    static let adapterShares = 16
    /// Bytes of stored objects (neuron sets, tensors).
    public static let objectBytes = 1 << 30
    /// Bytes of free key-value blocks that keep their memory: they are written again soonest.
    static let freeBlockBytes = 64 << 20
    /// Norms of value vectors that are kept once they were asked for, 4 bytes each: those of every
    /// neuron of the largest models there are, a hundred-thousandth of their weights.
    static let keptValueNorms = 16 << 20
    /// Receipts of a plan whose prefixes are kept: every kept block remembers them.
    static let prefixReceipts = 1024
    /// Actions × rows of a job whose prefixes are kept: so many are looked at for its keys.
    static let prefixKeyChecks = 1 << 20
    /// Stop strings of one generation: each is looked for at every token.
    public static let stopStrings = 16
    /// Bytes of one stop string in UTF-8: less text than this is held back while one may begin.
    public static let stopStringBytes = 256
    /// Alternatives answered with a token.
    public static let topTokens = 1024
    /// Default bytes of key-value state for all sequences, if that holds at least one context.
    public static let keyValueBytes = 1 << 30
}
