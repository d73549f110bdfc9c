import Engine
import HookMessages
import Hooks
import Kernels
import Messages
import Service
import SwiftProtobuf
import Testing
import Wire

/// Sums over the tokens and items of groups.
@Suite("Statistics")
struct StatisticsTests {
    /// Captured rows of an item, layer by layer, at its counted positions: (position, element).
    private func rows(
        _ test: TestService, _ item: Neurond_V1_StatisticsItem,
        _ answer: Neurond_V1_StatisticsReply.Item, _ hooks: String
    ) async throws -> [[[Double]]] {
        let request = try Neurond_V1_ForwardRequest.with {
            $0.items = [.with { $0.prompt = .ids(answer.tokens) }]
            $0.hooks = try Neurond_V1_HookPlan(HookPlan(text: hooks + "\ncapture mlp.act"))
        }
        let (replies, end) = try await test.call(.forward, request)
        try #require(end.status.code == .ok, "\(end.status.message)")
        let prompt = Int(answer.promptTokens)
        let positions =
            item.counted.isEmpty
            ? Array((item.hasContinuation ? prompt : 0)..<answer.tokens.count)
            : item.counted.flatMap { Array(Int($0.start)..<Int($0.end)) }
        #expect(positions.count == Int(answer.countedTokens))
        return replies.compactMap { reply in
            guard case .tensor(let descriptor, let data) = reply else { return nil }
            let width = descriptor.shape[1]
            return positions.map { position in
                (0..<width).map { element in
                    let start = 4 * (position * width + element)
                    let bits = (0..<4).reduce(UInt32(0)) {
                        $0 | UInt32(data[start + $1]) << (8 * $1)
                    }
                    return Double(Float(bitPattern: bits))
                }
            }
        }
    }

    /// What one element's values come to in one item.
    private func reading(_ sum: ElementSum, _ values: [Double]) -> Double {
        let count = Double(values.count)
        let squares = values.reduce(0) { $0 + $1 * $1 }
        let magnitudes = values.reduce(0) { $0 + abs($1) }
        return switch sum {
        case .sumAbs: magnitudes
        case .sumSquares: squares
        case .sum: values.reduce(0, +)
        case .positive: Double(values.count { $0 > 0 })
        case .maxAbs: values.map(abs).max() ?? 0
        case .meanAbs: magnitudes / count
        case .rms: (squares / count).squareRoot()
        case .l2OverN: squares.squareRoot() / count
        case .l2: squares.squareRoot()
        }
    }

    @Test("every sum of every group is what raw captured rows give, within one part in a million")
    func rawRows() async throws {
        let test = try TestService("llama-gqa", form: .int8)
        let hooks = "scale 1.5 L0N3-90\nadd 0.02 resid_mid.1"
        var request = Neurond_V1_StatisticsRequest.example(11)
        request.hooks = try Neurond_V1_HookPlan(HookPlan(text: hooks))
        let answer = try await test.statistics(request)
        #expect(answer.groups.map(\.label) == ["", "a", "b"])
        #expect(answer.groups.map(\.items) == [3, 3, 5])
        var expected: [String: [ElementSum: [Double]]] = [:]
        var tokens: [String: UInt64] = [:]
        for (item, reply) in zip(request.items, answer.items) {
            tokens[item.group, default: 0] += UInt64(reply.countedTokens)
            let layers = try await rows(test, item, reply, hooks)
            #expect(layers.count == 2)
            for sum in ElementSum.allCases {
                let values = layers.flatMap { rows in
                    rows[0].indices.map { element in reading(sum, rows.map { $0[element] }) }
                }
                let old = expected[item.group]?[sum] ?? Array(repeating: 0, count: values.count)
                expected[item.group, default: [:]][sum] = zip(old, values).map {
                    sum == .maxAbs ? max($0, $1) : $0 + $1
                }
            }
        }
        for group in answer.groups {
            #expect(group.tokens == tokens[group.label])
            for sum in ElementSum.allCases {
                let name = "mlp.act:\(sum.rawValue)"
                let values: [Double] =
                    switch sum {
                    case .positive: try answer.words(name, in: group.label).map { Double($0) }
                    case .maxAbs: try answer.floats(name, in: group.label).map { Double($0) }
                    default:
                        try answer.exact(name, in: group.label).map { Double($0) * 0x1p-64 }
                    }
                let wanted = try #require(expected[group.label]?[sum])
                #expect(values.count == wanted.count)
                let worst = zip(values, wanted).reduce(0) {
                    max($0, abs($1.0 - $1.1) / max(abs($1.1), 1e-9))
                }
                #expect(worst < 1e-6, "\(group.label) \(sum)")
            }
        }
    }

    @Test("any split of items over requests adds up to the bits of the whole")
    func splits() async throws {
        let test = try TestService("llama-gqa", form: .int8)
        let whole = try await test.statistics(.example(24))
        let sums = ElementSum.allCases.filter { ![.positive, .maxAbs].contains($0) }
        var random = SystemRandomNumberGenerator()
        for parts in [2, 3, 7] {
            var requests = (0..<parts).map { _ in
                Neurond_V1_StatisticsRequest.example(0)
            }
            for index in (0..<24).shuffled(using: &random) {
                let part = Int.random(in: 0..<parts, using: &random)
                requests[part].items.append(.example(index))
            }
            let answers = try await requests.filter { !$0.items.isEmpty }
                .asyncMap { try await test.statistics($0) }
            for group in whole.groups {
                let holders = answers.filter { $0.tensors[group.label] != nil }
                for sum in sums {
                    let name = "mlp.act:\(sum.rawValue)"
                    let merged = try holders.map { try $0.exact(name, in: group.label) }
                        .reduce([]) { $0.isEmpty ? $1 : zip($0, $1).map { $0 + $1 } }
                    #expect(try merged == whole.exact(name, in: group.label), "\(sum)")
                }
                let counts = try holders.map {
                    try $0.words("mlp.act:positive", in: group.label)
                }
                let total = counts.reduce([]) { $0.isEmpty ? $1 : zip($0, $1).map { $0 + $1 } }
                #expect(try total == whole.words("mlp.act:positive", in: group.label))
                let items = holders.flatMap(\.groups).filter { $0.label == group.label }
                #expect(items.reduce(0) { $0 + $1.items } == group.items)
                #expect(items.reduce(0) { $0 + $1.tokens } == group.tokens)
            }
        }
    }

    @Test("without exact, the same sums are answered as f64, to the bit")
    func doubles() async throws {
        let test = try TestService()
        let exact = try await test.statistics(.example(9))
        let plain = try await test.statistics(.example(9, exact: false))
        #expect(plain.items == exact.items)
        for group in exact.groups {
            for sum in ElementSum.allCases {
                let name = "mlp.act:\(sum.rawValue)"
                let shape = try #require(plain.shapes[group.label]?[name])
                if [.positive, .maxAbs].contains(sum) {
                    #expect(
                        plain.tensors[group.label]?[name] == exact.tensors[group.label]?[name])
                    #expect(exact.shapes[group.label]?[name] == shape)
                } else {
                    let numbers = try exact.exact(name, in: group.label)
                        .map { Double($0) * 0x1p-64 }
                    #expect(try plain.doubles(name, in: group.label) == numbers)
                    #expect(exact.shapes[group.label]?[name] == shape + [2])
                }
            }
        }
    }

    @Test("only what is named is answered: sums in order, layers, sites, labels byte by byte")
    func selection() async throws {
        let test = try TestService("llama-gqa")
        let all = try await test.statistics(.example(6, sums: [.sumAbs]))
        var request = Neurond_V1_StatisticsRequest.example(6, sums: [.l2, .sumAbs])
        request.layers = [1]
        let one = try await test.statistics(request)
        let width = test.engine.model.shape.neuronCount
        #expect(one.groups[0].tensors.map(\.name) == ["mlp.act:l2", "mlp.act:sum_abs"])
        #expect(one.groups[0].tensors.map(\.site) == ["mlp.act", "mlp.act"])
        #expect(one.shapes["a"]?["mlp.act:l2"] == [1, width, 2])
        #expect(
            try one.exact("mlp.act:sum_abs", in: "a")
                == Array(all.exact("mlp.act:sum_abs", in: "a")[width...]))
        request.site = "attn.z"
        let heads = try await test.statistics(request)
        let shape = test.engine.model.shape
        #expect(
            heads.shapes["a"]?["attn.z:l2"] == [1, shape.headCount * shape.headDimension, 2])
        // Two spellings of é, equal as text; "z" and the empty label.
        request.items = ["z", "\u{E9}", "", "e\u{301}", "z"].enumerated().map { index, label in
            .with {
                $0 = .example(index)
                $0.group = label
            }
        }
        let labels = try await test.statistics(request).groups.map { Array($0.label.utf8) }
        #expect(labels == ["", "e\u{301}", "z", "\u{E9}"].map { Array($0.utf8) })
    }

    @Test("texts are tokenized as a whole, and each item has its plan and its receipts")
    func texts() async throws {
        let test = try TestService()
        let request = try Neurond_V1_StatisticsRequest.with {
            $0.sums = ["sum_abs"]
            $0.hooks = try Neurond_V1_HookPlan(HookPlan(text: "zero L0N1"))
            $0.items = [
                .with {
                    $0.prompt = .text("one two")
                    $0.continuation = .text(" three four")
                },
                try .with {
                    $0.prompt = .text("one two three four")
                    $0.hooks = try Neurond_V1_HookPlan(HookPlan(text: "scale 1 L1N2 at last"))
                },
            ]
        }
        let items = try await test.statistics(request).items
        #expect(items[0].tokens == items[1].tokens)
        #expect(items[1].promptTokens == UInt32(items[1].tokens.count))
        #expect(items[0].promptTokens + items[0].countedTokens == UInt32(items[0].tokens.count))
        #expect(items[0].receipts.map(\.rows) == [UInt64(items[0].tokens.count)])
        #expect(items[1].receipts.map(\.rows) == [1])
        #expect(items[0].planHash != items[1].planHash && items[0].planHash.count == 64)
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(
        _ transform: (Element) async throws -> Result
    ) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
