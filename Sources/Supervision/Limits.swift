/// Every bound that supervision enforces, each with its reason.
public enum Limits {
    /// Crashes of an engine over a request after which the request is taken for the cause.
    ///
    /// The first makes a suspect of everything that ran; the last must happen while the suspect
    /// ran alone, so that nobody is blamed for a neighbour.
    public static let engineDeathsPerRequest = 2

    /// Crashes of an engine over the only suspect, in whatever company, after which it is not
    /// tried again.
    ///
    /// A request whose client stalls gives up being alone; this ends what it could do forever.
    public static let engineDeathsInCompany = 5

    /// Engines that are killed in a row over a request that gets no further, until it is given up.
    ///
    /// It may be what fills the memory. Nobody kills by hand that often.
    public static let engineKillsPerRequest = 8

    /// Requests that engines crashed of whose digests are remembered; each is 32 bytes, and a
    /// client that finds more is not helped by this anyway.
    public static let poisonCount = 256

    /// Time for which such a request is refused at once.
    ///
    /// Long enough that a loop of tries is harmless, and short enough that one that was blamed for
    /// a broken machine can be tried again.
    public static let poisonMilliseconds: UInt64 = 600_000

    /// Requests that one engine works on at once: the engine batches rows of several sequences,
    /// and beyond this many a step is full of decode rows alone.
    public static let runningPerEngine = 64

    /// Requests that wait for an engine, over all identities.
    ///
    /// A thousand small prompts are a few megabytes; whoever comes later is better served by an
    /// honest refusal.
    public static let queuedRequests = 1_024

    /// Requests of one identity that wait, so that one script cannot fill the queue for all.
    public static let queuedRequestsPerIdentity = 512

    /// Payload bytes of one connection's requests that wait or run, kept in case they must run
    /// again: sixteen of the largest, so that one client cannot take what all share.
    public static let requestBytesPerConnection = 67_108_864

    /// Payload bytes of all requests that wait or run.
    ///
    /// Ordinary requests are kilobytes and never come near; this keeps the largest ones, in the
    /// number that the queue takes, from filling the memory that the weights need.
    public static let requestBytes = 268_435_456

    /// Time that a drain may take: whoever reads at all has the rest of an answer by then, and
    /// a client that never reads must not keep the daemon from ending.
    public static let drainMilliseconds: UInt64 = 60_000

    /// One place in so many is kept free of each lane, for the other one.
    public static let keptPortion = 4

    /// Identities whose place in the fair order is remembered while nothing of theirs waits; those
    /// that are no longer ahead are forgotten first.
    public static let clockCount = 1_024

    /// Items of a request that is taken for interactive work if it says nothing.
    public static let interactiveItems = 8

    /// Time that such a request may take: nobody waits much longer at a keyboard.
    public static let interactiveSeconds = 2.0

    /// How fast engines work until one was seen: two cores of a modern machine, roughly.
    public static let multiplyAddsPerSecond = 50e9

    /// What a request without passes costs: a tenth of a millisecond at that rate.
    public static let multiplyAddsPerRequest = 5e6

    /// And each byte of it: tokenizing and searching take some microseconds a kilobyte.
    public static let multiplyAddsPerByte = 1e3

    /// Time over which the rate of work is averaged.
    public static let rateSeconds = 30.0

    /// The shortest advice when to try again: less would be polling.
    public static let shortestRetryMilliseconds: UInt32 = 100

    /// The longest: by then much may have changed.
    public static let longestRetryMilliseconds: UInt32 = 60_000

    /// When a refused client should try again: the order of a request's running time.
    public static let queueRetryAfterMilliseconds: UInt32 = 500

    /// The pause before the second restart of an engine that keeps dying; the first is at once.
    public static let firstBackoffMilliseconds: UInt64 = 100

    /// The longest pause between restarts: an engine that cannot run costs next to nothing.
    public static let longestBackoffMilliseconds: UInt64 = 10_000

    /// Time ready after which an engine's earlier deaths are forgiven.
    public static let stableMilliseconds: UInt64 = 10_000

    /// Time within which a started engine must say that it is ready; its weights are in memory
    /// already, so this is generous even on a loaded machine.
    public static let engineStartMilliseconds: UInt64 = 60_000

    /// Deaths in a row of the process that holds the weights, without ``stableMilliseconds``
    /// between, after which the daemon ends.
    ///
    /// Each costs a whole load. Whoever kills it by hand stops earlier; a machine without the
    /// memory for it does not.
    public static let forkServerDeaths = 5

    /// Time within which a new connection must complete its HELLO.
    public static let helloMilliseconds: UInt64 = 10_000

    /// Silence after which a peer is asked whether it is still there.
    public static let silenceMilliseconds: UInt64 = 60_000

    /// Time within which it must answer.
    ///
    /// Together with the above a dead TCP peer is gone within two minutes; unix peers end with
    /// their process.
    public static let pongMilliseconds: UInt64 = 30_000

    /// Bytes of stored objects: neuron sets are kilobytes, mean tables and activations megabytes.
    public static let objectByteCount = 1_073_741_824

    /// Bytes of one object; it must fit an upload that a client can repeat after a failure.
    public static let largestObjectByteCount = 268_435_456

    /// Stored objects, so that listing them remains one small message.
    public static let objectCount = 4_096

    /// Client connections at once; each costs a descriptor and a few kilobytes when idle.
    public static let connections = 1_024

    /// Client connections of one identity, so that one script cannot shut the others out.
    public static let connectionsPerIdentity = 256

    /// Requests of one identity in the interactive lane: what a person and a notebook or two have
    /// open; whoever asks for more at once is not waiting at a keyboard.
    public static let interactiveRequests = 4

    /// Silence of an engine that runs something: it answers from a thread that never computes.
    public static let watchdogSeconds = 5

    /// Time of one step of an engine; a step of a large model on a loaded machine takes seconds.
    public static let stepSeconds = 60

    /// The same while other requests wait for a place: longer than a pause between two reads, and
    /// short enough that places come free.
    public static let stallSecondsWhileOthersWait = 2

    /// Time without a byte taken after which a client's request makes room for others.
    public static let stallSeconds = 15
}
