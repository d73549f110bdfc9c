import FoundationEssentials
import HookMessages
public import Hooks
public import Messages
import Wire

/// All that a Statistics call answers.
public struct StatisticsAnswer: Sendable {
    /// What was run and counted of each item, in order.
    public let items: [Neurond_V1_StatisticsReply.Item]
    /// In ascending order of the labels' bytes.
    public let groups: [GroupStatistics]
    /// What the call ended with.
    public let trailers: Trailers
}

/// The sums of one group of items.
public struct GroupStatistics: Sendable, Equatable {
    /// The group's name in the items.
    public let label: String
    /// How many items there are.
    public let itemCount: Int
    /// Counted tokens of all of them.
    public let tokenCount: Int
    /// Layers that were asked for.
    public let layerCount: Int
    /// Elements of a layer: neurons, where the site is `mlp.act`.
    public let elementCount: Int
    /// For each sum that was asked for, layer after layer, one number for each element.
    ///
    /// `positive` counts; all others are in units of 2⁻⁶⁴, so that the parts of a group add up to
    /// the bits of the whole (of `max_abs` the larger part is the whole's).
    public let sums: [ElementSum: [Int128]]
}

extension Client {
    /// Sums over the tokens and items of each group, for every element of a site.
    ///
    /// - Parameters:
    ///   - items: What is run, what of it is counted, and for which group.
    ///   - sums: What is summed; nothing else is computed or sent.
    ///   - site: What is counted; `mlp.act` where it is empty.
    ///   - layers: Ascending; all where there are none.
    ///   - plan: For items without a plan of their own.
    ///   - adapter: A stored adapter to run with.
    public func statistics(
        _ items: [Neurond_V1_StatisticsItem], sums: [ElementSum], site: String = "",
        layers: [UInt32] = [], plan: HookPlan = HookPlan(), adapter: ContentHash? = nil,
        options: CallOptions = CallOptions()
    ) async throws(NeurondError) -> StatisticsAnswer {
        var request = Neurond_V1_StatisticsRequest()
        request.items = items
        request.sums = sums.map(\.rawValue)
        request.site = site
        request.layers = layers
        request.exact = true
        request.hooks = try message(of: plan)
        request.adapter = Data(adapter?.bytes ?? [])
        let complete = try await answers(to: request, options: options).collect()
        var groups: [GroupStatistics] = []
        for answer in complete.answers where answer.reply.event?.isGroup == true {
            groups.append(try GroupStatistics(answer, sums))
        }
        return StatisticsAnswer(
            items: complete.answers.map(\.reply).filter { $0.event?.isGroup == false }
                .map(\.item),
            groups: groups, trailers: complete.trailers)
    }
}

extension Client {
    /// Norms of one weight vector of every neuron.
    ///
    /// - Parameter layers: Ascending.
    /// - Returns: For each layer, one norm for each neuron.
    public func columnNorms(
        layers: [UInt32], kind: Neurond_V1_ColumnsRequest.Kind = .value,
        options: CallOptions = CallOptions()
    ) async throws(NeurondError) -> [[Float]] {
        var request = Neurond_V1_ColumnsRequest()
        request.layers = layers
        request.kind = kind
        request.normsOnly = true
        let answers = try await answers(to: request, options: options).collect().answers
        guard answers.count == layers.count else {
            throw .malformedReply("\(answers.count) layers came, asked for \(layers.count)")
        }
        return answers.map(\.reply.norms)
    }
}

extension Neurond_V1_StatisticsReply.OneOf_Event {
    fileprivate var isGroup: Bool {
        if case .group = self { true } else { false }
    }
}

extension GroupStatistics {
    /// Reads the tensors of an exact answer.
    init(
        _ answer: Answer<Neurond_V1_StatisticsReply>, _ wanted: [ElementSum]
    ) throws(NeurondError) {
        let group = answer.reply.group
        guard let shape = answer.tensors.first?.shape, shape.count >= 2,
            answer.tensors.count == wanted.count
        else { throw .malformedReply("group \(group.label) does not have the sums asked for") }
        var sums: [ElementSum: [Int128]] = [:]
        for (sum, tensor) in zip(wanted, answer.tensors) {
            guard tensor.name.hasSuffix(":\(sum.rawValue)"), let values = tensor.fixedPoint,
                values.count == shape[0] * shape[1]
            else { throw .malformedReply("tensor \(tensor.name) is not an exact \(sum.rawValue)") }
            sums[sum] = values
        }
        self.init(
            label: group.label, itemCount: Int(clamping: group.items),
            tokenCount: Int(clamping: group.tokens), layerCount: shape[0],
            elementCount: shape[1], sums: sums)
    }
}

extension Tensor {
    /// All elements of an f64 tensor.
    ///
    /// Nil for a tensor of another type.
    public var doubles: [Double]? {
        guard type == .float64 else { return nil }
        return (0..<(bytes.count / 8)).map { Double(bitPattern: bits(at: 8 * $0, count: 8)) }
    }

    /// The elements of an exact sum: pairs of words are 128-bit numbers, whole numbers stay as they
    /// are, and single precision is brought to units of 2⁻⁶⁴.
    ///
    /// Nil for a tensor of another type, or one with numbers of 2⁶³ or more.
    public var fixedPoint: [Int128]? {
        switch type {
        case .int64 where shape.count == 3 && shape[2] == 2:
            return (0..<(shape[0] * shape[1])).map { index in
                let low = bits(at: 16 * index, count: 8)
                let high = bits(at: 16 * index + 8, count: 8)
                return Int128(Int64(bitPattern: high)) << 64 | Int128(low)
            }
        case .int64:
            return (0..<(bytes.count / 8)).map {
                Int128(Int64(bitPattern: bits(at: 8 * $0, count: 8)))
            }
        case .float32:
            let scaled = values.map { (Double($0) * 0x1p64).rounded(.toNearestOrEven) }
            guard scaled.allSatisfy({ $0.magnitude < 0x1p127 }) else { return nil }
            return scaled.map { Int128($0) }
        default: return nil
        }
    }
}
