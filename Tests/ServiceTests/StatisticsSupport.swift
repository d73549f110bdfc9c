import Engine
import HookMessages
import Hooks
import Messages
import SwiftProtobuf
import Testing
import Wire

/// An answer to a Statistics request, taken apart.
struct StatisticsReplies: Equatable {
    var items: [Neurond_V1_StatisticsReply.Item] = []
    var groups: [Neurond_V1_StatisticsReply.Group] = []
    /// By label, then by name.
    var tensors: [String: [String: [UInt8]]] = [:]
    /// By label, then by name.
    var shapes: [String: [String: [Int]]] = [:]

    /// - Throws: if the replies are not in the order that PROTOCOL.md promises.
    init(_ replies: [Reply]) throws {
        for reply in replies {
            switch reply {
            case .message(let payload):
                let message = try Neurond_V1_StatisticsReply(serializedBytes: payload)
                switch message.event {
                case .item(let item):
                    #expect(groups.isEmpty && Int(item.item) == items.count)
                    items.append(item)
                case .group(let group): groups.append(group)
                case nil: Issue.record("an empty reply")
                }
            case .tensor(let descriptor, let data):
                let group = try #require(groups.last)
                let info = group.tensors[Int(descriptor.index)]
                #expect(descriptor.name == info.name)
                #expect(Int(descriptor.item) == groups.count - 1)
                #expect(descriptor.shape == info.shape.map { Int($0) })
                tensors[group.label, default: [:]][descriptor.name] = data
                shapes[group.label, default: [:]][descriptor.name] = descriptor.shape
            }
        }
    }

    /// A tensor of 64-bit words.
    func words(_ name: String, in group: String) throws -> [UInt64] {
        let bytes = try #require(tensors[group]?[name])
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
        }
    }

    func doubles(_ name: String, in group: String) throws -> [Double] {
        try words(name, in: group).map { Double(bitPattern: $0) }
    }

    /// An exact tensor.
    func exact(_ name: String, in group: String) throws -> [Int128] {
        let words = try words(name, in: group)
        return stride(from: 0, to: words.count, by: 2).map {
            Int128(Int64(bitPattern: words[$0 + 1])) << 64 | Int128(words[$0])
        }
    }

    func floats(_ name: String, in group: String) throws -> [Float] {
        let bytes = try #require(tensors[group]?[name])
        return stride(from: 0, to: bytes.count, by: 4).map { start in
            Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * $1) })
        }
    }
}

extension TestService {
    /// The answer to a request that must be OK.
    func statistics(_ request: Neurond_V1_StatisticsRequest) async throws -> StatisticsReplies {
        let (replies, end) = try await call(.statistics, request)
        try #require(end.status.code == .ok, "\(end.status.reason): \(end.status.message)")
        return try StatisticsReplies(replies)
    }
}

extension Neurond_V1_StatisticsRequest {
    /// Items of several lengths and groups, some with continuations, some with ranges.
    static func example(
        _ count: Int, sums: [ElementSum] = ElementSum.allCases, exact: Bool = true
    ) -> Self {
        .with {
            $0.items = (0..<count).map { .example($0) }
            $0.sums = sums.map(\.rawValue)
            $0.exact = exact
        }
    }
}

extension Neurond_V1_StatisticsItem {
    static func example(_ index: Int) -> Self {
        .with {
            $0.group = ["b", "a", "", "b"][index % 4]
            let length = UInt32(7 + 5 * (index % 5))
            $0.prompt = .ids((0..<length).map { ($0 * 31 + UInt32(index)) % 290 + 5 })
            guard index % 3 != 0 else { return }
            $0.continuation = .ids((0..<9).map { ($0 * 17 + UInt32(index)) % 290 + 5 })
            guard index % 3 == 2 else { return }
            $0.counted = [
                .with { ($0.start, $0.end) = (1, 3) }, .with { ($0.start, $0.end) = (6, 7) },
            ]
        }
    }
}
