import NeurondClient

/// A connection that is made anew when it is lost, and questions that are asked again.
actor DaemonLink {
    /// Reasons to ask in smaller parts.
    static let tooLarge: Set = [
        "NOT_SENT", "KEY_VALUE_TOO_LARGE", "QUOTA_KEY_VALUE_BYTES", "STATISTICS_TOO_LARGE",
        "QUOTA_CAPTURE_BYTES",
    ]

    private let connect: @Sendable () async throws -> Client
    private let pause: @Sendable (Duration) async throws -> Void
    private var client: Client?
    /// What must answer on every connection.
    private var identity: ModelIdentity?

    init(
        connect: @escaping @Sendable () async throws -> Client,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.connect = connect
        self.pause = pause
    }

    /// Takes the model that every further connection must have.
    func expect(_ identity: ModelIdentity) { self.identity = identity }

    func close() {
        client?.close()
        client = nil
    }

    /// Asks, and asks again while the daemon may yet answer.
    ///
    /// - Throws: the daemon's last error when the attempts are used up, and any error that asking
    ///   again does not mend.
    nonisolated func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (Client) async throws -> Answer
    ) async throws -> Answer {
        for attempt in 0... {
            do {
                let client = try await current()
                do {
                    return try await question(client)
                } catch let error as NeurondError where error.origin == .connection {
                    await forget(client)
                    throw error
                }
            } catch let error as NeurondError
                where error.isRetryable && attempt < FrameLimits.attempts
            {
                try Task.checkCancellation()
                try await pause(error.retryAfter ?? FrameLimits.pause(after: attempt))
            }
        }
        preconditionFailure("the loop ends by itself")
    }

    private func forget(_ lost: Client) {
        guard client === lost else { return }
        lost.close()
        client = nil
    }

    private func current() async throws -> Client {
        if let client { return client }
        let made = try await connect()
        // Another question may have connected in the meantime.
        if let client {
            made.close()
            return client
        }
        if let identity {
            let found = try DaemonModel.identity(
                of: identity.digest, in: try await made.capabilities())
            guard found.isSameAnswerer(as: identity) else {
                made.close()
                throw StudyError(
                    "MODEL_CHANGED",
                    "the daemon came back with another version (build \(found.build), weights "
                        + "\(found.weightFormat)); this run is of build \(identity.build), "
                        + "\(identity.weightFormat)")
            }
        }
        client = made
        return made
    }
}

extension ModelIdentity {
    /// Whether both give the same answers: what keys of answers are made of.
    package func isSameAnswerer(as other: ModelIdentity) -> Bool {
        digest == other.digest && tokenizerDigest == other.tokenizerDigest
            && weightFormat == other.weightFormat && build == other.build
    }
}
