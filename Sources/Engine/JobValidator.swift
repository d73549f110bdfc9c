import ModelFile

/// Refuses jobs that can never run on a model, with the numbers.
struct JobValidator {
    let model: Model

    func check(_ job: Job) throws(EngineError) {
        try checkTokens(job)
        try checkLength(job)
        if let generation = job.generation { try check(generation) }
        try checkTop(max(job.topCount, job.generation?.topCount ?? 0))
    }

    private func checkTokens(_ job: Job) throws(EngineError) {
        guard job.promptCount > 0 else {
            throw EngineError(
                .invalidArgument, "EMPTY_PROMPT",
                "the prompt has no tokens; give a text or at least one token id")
        }
        let vocabulary = model.configuration.vocabularyCount
        if let id = job.tokens.first(where: { $0 < 0 || Int($0) >= vocabulary }) {
            throw EngineError(
                .outOfRange, "UNKNOWN_TOKEN",
                "token id \(id) is not in the vocabulary (0…\(vocabulary - 1))",
                asked: Int(id), limit: vocabulary - 1)
        }
    }

    private func checkLength(_ job: Job) throws(EngineError) {
        let context = model.configuration.contextLength
        guard job.maximumRows <= context else {
            throw EngineError(
                .outOfRange, "CONTEXT_TOO_LONG",
                "\(job.tokens.count) tokens and \(job.generation?.maxTokens ?? 0) to generate "
                    + "do not fit in the context of \(context) positions",
                asked: job.maximumRows, limit: context)
        }
    }

    private func check(_ generation: Generation) throws(EngineError) {
        guard generation.maxTokens > 0 else {
            throw EngineError(
                .invalidArgument, "NOTHING_TO_GENERATE", "max_tokens must be at least 1")
        }
        let sampling = generation.sampling
        guard sampling.temperature.isFinite, sampling.temperature >= 0 else {
            throw Self.badSampling("temperature", sampling.temperature, "a number ≥ 0")
        }
        guard sampling.topP >= 0, sampling.topP <= 1 else {
            throw Self.badSampling("top_p", sampling.topP, "0 to 1")
        }
        guard sampling.minP >= 0, sampling.minP <= 1 else {
            throw Self.badSampling("min_p", sampling.minP, "0 to 1")
        }
        try checkStops(generation.stop)
    }

    private static func badSampling(_ name: String, _ value: Float, _ accepted: String)
        -> EngineError
    {
        EngineError(
            .invalidArgument, "BAD_SAMPLING", "\(name) is \(value); accepted: \(accepted)")
    }

    private func checkStops(_ stops: [String]) throws(EngineError) {
        guard stops.count <= EngineLimits.stopStrings else {
            throw EngineError(
                .outOfRange, "TOO_MANY_STOPS",
                "\(stops.count) stop strings; at most \(EngineLimits.stopStrings)",
                asked: stops.count, limit: EngineLimits.stopStrings)
        }
        for stop in stops
        where stop.isEmpty || stop.utf8.count > EngineLimits.stopStringBytes {
            throw EngineError(
                .outOfRange, "BAD_STOP",
                "a stop string has \(stop.utf8.count) bytes; accepted: 1 to "
                    + "\(EngineLimits.stopStringBytes)",
                asked: stop.utf8.count, limit: EngineLimits.stopStringBytes)
        }
    }

    private func checkTop(_ count: Int) throws(EngineError) {
        guard count >= 0, count <= EngineLimits.topTokens else {
            throw EngineError(
                .outOfRange, "TOP_K_TOO_LARGE",
                "top_k is \(count); at most \(EngineLimits.topTokens)", asked: count,
                limit: EngineLimits.topTokens)
        }
    }
}
