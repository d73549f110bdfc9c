import Engine
import Messages
import SwiftProtobuf
import Wire

/// The groups of a Statistics request, in ascending order of their labels' bytes.
struct StatisticsGroups {
    /// Bytes of the sums of all groups, and of their tensors.
    let byteCount: Int
    let replyByteCount: Int
    private let form: StatisticsForm
    private var groups: [GroupSums]
    /// Which group each item belongs to.
    private let places: [Int]

    /// Takes no memory for sums: a group does when its first item is added.
    ///
    /// - Parameter labels: of the items, in order.
    /// - Throws: `RequestFailure` with the field.
    init(_ labels: [String], form: StatisticsForm) throws {
        self.form = form
        // Not as strings, which are equal where their characters look alike.
        let bytes = labels.map { Array($0.utf8) }
        if let item = bytes.firstIndex(where: { $0.count > ServiceLimits.groupLabelBytes }) {
            throw Self.tooLong(bytes[item].count, item)
        }
        let distinct = Set(bytes).sorted { $0.lexicographicallyPrecedes($1) }
        try Self.checkCount(distinct.count)
        let (byteCount, isTooLarge) = form.groupByteCount.multipliedReportingOverflow(
            by: distinct.count)
        guard !isTooLarge, byteCount <= EngineLimits.statisticsBytes else {
            throw Self.tooLarge(byteCount, groups: distinct.count)
        }
        self.byteCount = byteCount
        replyByteCount = form.replyByteCount * distinct.count
        let order = Dictionary(uniqueKeysWithValues: zip(distinct, distinct.indices))
        places = bytes.compactMap { order[$0] }
        groups = distinct.map { GroupSums(label: $0) }
    }

    /// Adds what an item came to; items come in order.
    ///
    /// - Throws: `RequestFailure` if a sum leaves its range.
    mutating func add(_ sums: RowSums, item: Int) throws {
        guard groups[places[item]].add(sums, form: form) else {
            throw RequestFailure(
                .outOfRange, "SUM_OVERFLOW",
                "items[\(item)]: with it, a sum of its group is 2^63 or more, or not a number; a "
                    + "hook may be too strong", field: "items[\(item)]")
        }
    }

    /// Answers all groups.
    func send(to sink: any ReplySink) async throws {
        for (number, group) in groups.enumerated() {
            try Task.checkCancellation()
            try await sink.send(
                Neurond_V1_StatisticsReply.with { $0.group = group.message(form: form) })
            for index in form.sums.indices {
                let descriptor = TensorDescriptor(
                    name: form.tensorName(index), type: form.elementType(index),
                    shape: form.tensorShape(index), item: UInt32(number), index: UInt32(index))
                await sink.send(tensor: descriptor, data: group.bytes(index, form: form))
            }
        }
    }

    private static func tooLong(_ count: Int, _ item: Int) -> RequestFailure {
        RequestFailure(
            .outOfRange, "GROUP_LABEL_LENGTH",
            "items[\(item)]: the label of its group has \(count) bytes; at most "
                + "\(ServiceLimits.groupLabelBytes)",
            field: "items[\(item)].group", asked: count, limit: ServiceLimits.groupLabelBytes)
    }

    private static func checkCount(_ count: Int) throws {
        guard count <= ServiceLimits.groupsPerRequest else {
            throw RequestFailure(
                .outOfRange, "TOO_MANY_GROUPS",
                "\(count) groups; at most \(ServiceLimits.groupsPerRequest) in one request",
                field: "items", asked: count, limit: ServiceLimits.groupsPerRequest)
        }
    }

    private static func tooLarge(_ byteCount: Int, groups: Int) -> RequestFailure {
        RequestFailure(
            .outOfRange, "STATISTICS_TOO_LARGE",
            "the sums of \(groups) groups take \(byteCount) bytes; ask for fewer sums, layers or "
                + "groups at once", field: "sums", asked: byteCount,
            limit: EngineLimits.statisticsBytes)
    }
}
