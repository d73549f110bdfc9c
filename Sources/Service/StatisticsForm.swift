import Engine
import Hooks
import Messages

/// What a Statistics request asks of every item, checked against the model.
struct StatisticsForm {
    let site: SiteKind
    /// Ascending.
    let layers: [Int]
    /// In the order of the answer, none twice.
    let sums: [ElementSum]
    let isExact: Bool
    private let shape: ModelShape

    /// - Throws: `RequestFailure` with the field.
    init(_ request: Neurond_V1_StatisticsRequest, shape: ModelShape) throws {
        self.shape = shape
        site = try Self.site(request.site, shape)
        layers =
            request.layers.isEmpty
            ? Array(0..<shape.layerCount) : try EngineService.layers(request.layers, shape)
        sums = try Self.sums(request.sums)
        isExact = request.exact
    }

    /// Elements of each sum: layers × elements of a row.
    var elementCount: Int { layers.count * rowWidth }

    /// Elements of a row of the site.
    var rowWidth: Int { shape.unitCount(of: site) * (shape.elementsPerUnit(of: site) ?? 1) }

    /// Bytes of a group's sums while they are added up.
    var groupByteCount: Int { sums.reduce(0) { $0 + $1.keptByteCount * elementCount } }

    /// Bytes of a group's tensors.
    var replyByteCount: Int {
        sums.reduce(0) { $0 + $1.answeredByteCount(isExact: isExact) * elementCount }
    }

    /// What the engine adds up over an item's rows.
    func query(counted: [Range<Int>]) -> SumQuery {
        let wanted = Set(sums.map(\.accumulation))
        return SumQuery(
            site: site, layers: layers,
            accumulations: SumQuery.Accumulation.allCases.filter(wanted.contains),
            counted: counted)
    }

    /// Sites whose rows have the same elements at every position.
    private static let sites: [SiteKind] = [
        .mlpAct, .mlpGate, .mlpUp, .attnZ, .mlpOut, .residPost,
    ]

    private static func site(_ name: String, _ shape: ModelShape) throws -> SiteKind {
        let accepted = sites.filter { shape.absentSites[$0] == nil }
        if name.isEmpty { return .mlpAct }
        guard let site = accepted.first(where: { $0.rawValue == name }) else {
            let missing = SiteKind(rawValue: name).flatMap { shape.absentSites[$0] }
            throw RequestFailure(
                .invalidArgument, "BAD_SITE",
                "site \"\(name)\" is not counted\(missing.map { " (\($0))" } ?? ""); accepted: "
                    + accepted.map(\.rawValue).joined(separator: ", "),
                field: "site")
        }
        return site
    }

    private static func sums(_ names: [String]) throws -> [ElementSum] {
        let accepted = ElementSum.allCases.map(\.rawValue).joined(separator: ", ")
        guard !names.isEmpty else {
            throw RequestFailure(
                .invalidArgument, "NOTHING_TO_SUM",
                "sums is empty, so nothing would be answered; accepted: \(accepted)",
                field: "sums")
        }
        var sums: [ElementSum] = []
        for name in names {
            guard let sum = ElementSum(rawValue: name) else {
                throw RequestFailure(
                    .invalidArgument, "UNKNOWN_SUM",
                    "no sum is named \"\(name)\"; accepted: \(accepted)", field: "sums")
            }
            guard !sums.contains(sum) else {
                throw RequestFailure(
                    .invalidArgument, "REPEATED_SUM", "\(name) is asked for twice",
                    field: "sums")
            }
            sums.append(sum)
        }
        return sums
    }
}

extension ElementSum {
    /// Bytes of one element while items are added up.
    fileprivate var keptByteCount: Int {
        switch self {
        case .positive: 8
        case .maxAbs: 4
        default: 16
        }
    }

    /// Bytes of one element on the wire.
    fileprivate func answeredByteCount(isExact: Bool) -> Int {
        switch self {
        case .positive: 8
        case .maxAbs: 4
        default: isExact ? 16 : 8
        }
    }
}
