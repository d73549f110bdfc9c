import ArgumentParser
import Messages
import NeurondClient

/// `neuronctl ping`.
struct PingCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping", abstract: "Measure the round trip of an empty request.",
        discussion: "Example: neuronctl ping --count 10000 --kind frame")

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        /// A PING frame: the connection alone.
        case frame
        /// A Status request: the supervisor.
        case request
        /// A Detokenize of nothing: through to an engine and back.
        case engine
    }

    @Option(help: "Round trips to measure; as many again, at most 1000, go before to warm up.")
    var count = 1_000

    @Option(help: "frame: a PING; request: answered by the supervisor; engine: by an engine.")
    var kind = Kind.request

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if count < 1 || count > 10_000_000 {
            throw ValidationError("--count must be from 1 to 10000000")
        }
    }

    func run(_ client: Client, _ console: Console) async throws {
        for _ in 0..<min(count, 1_000) { try await roundTrip(client) }
        var times: [Double] = []
        times.reserveCapacity(count)
        let clock = ContinuousClock()
        for _ in 0..<count {
            let start = clock.now
            try await roundTrip(client)
            times.append((clock.now - start) / .microseconds(1))
        }
        times.sort()
        let median = Self.percentile(0.5, of: times)
        let tail = Self.percentile(0.99, of: times)
        let longest = times.last ?? 0
        if connection.json {
            let json: JSON = [
                "kind": .string(kind.rawValue), "count": .integer(Int64(count)),
                "median_microseconds": .number(median), "p99_microseconds": .number(tail),
                "max_microseconds": .number(longest),
            ]
            console.print(json.text)
        } else {
            console.print(
                "\(count) round trips (\(kind.rawValue)): median \(rounded(median)) µs, "
                    + "p99 \(rounded(tail)) µs, max \(rounded(longest)) µs")
        }
    }

    /// The value below which a share of sorted values lies, by nearest rank.
    static func percentile(_ share: Double, of sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }

    private func roundTrip(_ client: Client) async throws {
        let options = connection.callOptions
        switch kind {
        case .frame: try await client.ping()
        case .request: _ = try await client.answer(to: Neurond_V1_StatusRequest(), options: options)
        case .engine:
            _ = try await client.answer(to: Neurond_V1_DetokenizeRequest(), options: options)
        }
    }

    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
