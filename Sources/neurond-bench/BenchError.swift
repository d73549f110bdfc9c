/// Why a measurement could not be made.
enum BenchError: Error, CustomStringConvertible {
    /// An option's value does not do for this model or machine.
    case unusable(option: String, reason: String, accepted: String)
    /// The engine ended a job.
    case jobFailed(String)
    /// Another program could not be run, failed, or answered something else than expected.
    case peer(program: String, reason: String)

    var description: String {
        switch self {
        case .unusable(let option, let reason, let accepted):
            "\(option): \(reason); accepted: \(accepted)"
        case .jobFailed(let reason): "the engine ended a measured job: \(reason)"
        case .peer(let program, let reason): "\(program): \(reason)"
        }
    }
}
