import Engine
import Hooks
import Kernels
import Messages
import ModelFile
import SwiftProtobuf

extension EngineService {
    /// What a request would do and cost, without running it.
    func explain(
        _ request: Neurond_V1_ExplainRequest, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        let items: [(item: PreparedItem, rows: Int)]
        switch request.request {
        case .forward(let forward):
            items = try prepareForward(forward).map { ($0, $0.tokens.count) }
        case .score(let score):
            items = try prepareScore(score).map { ($0, $0.tokens.count) }
        case .generate(let generate):
            let (item, job) = try prepareGenerate(generate)
            items = [(item, job.maximumRows)]
        case nil:
            throw RequestFailure(
                .invalidArgument, "NOTHING_TO_EXPLAIN",
                "give one of forward, generate, score", field: "request")
        }
        let explained = items.enumerated().map { index, entry in
            PlanExplainer(model: engine.model, item: entry.item, maximumRows: entry.rows)
                .explain(index)
        }
        try await sink.send(
            Neurond_V1_ExplainReply.with {
                $0.items = explained
                $0.multiplyAdds = explained.reduce(0) { $0 + $1.multiplyAdds }
                $0.replyBytes = explained.reduce(0) { $0 + $1.replyBytes }
            })
        return UsageTotals().end(planHash: items[0].item.plan.hash)
    }
}

/// Counts what one item's plan touches and brings.
struct PlanExplainer {
    let model: Model
    let item: PreparedItem
    /// Rows that will be run at most, generated ones included.
    let maximumRows: Int

    func explain(_ index: Int) -> Neurond_V1_ExplainReply.Item {
        let tensors = item.plan.captures.map(tensorInfo)
        return .with {
            $0.item = UInt32(index)
            $0.tokens = UInt32(item.tokens.count)
            $0.actions = item.plan.actions.flatMap(actions)
            $0.tensors = tensors
            $0.planHash = item.plan.hash
            $0.multiplyAdds = multiplyAdds
            $0.replyBytes = tensors.reduce(0) { sum, tensor in
                sum + tensor.shape.reduce(1, *) * UInt64(tensor.type == .f64 ? 8 : 4)
            }
            $0.keyValueBytes = keyValueBytes
        }
    }

    /// Positions that a selector picks among all rows that may run; token sets are counted on
    /// the prompt, where the tokens are known.
    private func positions(_ selector: Positions) -> [Int] {
        (0..<maximumRows).filter { position in
            let token = position < item.tokens.count ? item.tokens[position] : -1
            return selector.contains(
                position: position, token: token, promptCount: item.promptCount)
        }
    }

    private func actions(
        _ action: ResolvedAction
    ) -> [Neurond_V1_ExplainReply.Action] {
        let rows = positions(action.positions).count
        return action.entries.map { entry in
            .with {
                $0.action = UInt32(action.index)
                $0.text = item.source.actions[action.index].text
                $0.site = entry.site.description
                $0.units = UInt64(entry.units.count)
                $0.rows = UInt64(rows)
            }
        }
    }

    private func tensorInfo(_ capture: ResolvedCapture) -> Neurond_V1_TensorInfo {
        let rows = positions(capture.positions)
        let perUnit = model.shape.elementsPerUnit(of: capture.site.kind) ?? 1
        let elements = capture.units.count * perUnit
        return .with {
            $0.name = capture.site.description
            $0.site = capture.site.description
            $0.capture = UInt32(capture.index)
            $0.type = .f32
            switch capture.reduction {
            case nil:
                $0.type = capture.format == .f16 ? .f16 : .f32
                $0.shape = [UInt64(rows.count), UInt64(elements)]
                if capture.site.kind == .attnPattern {
                    $0.shape.append(UInt64((rows.last ?? -1) + 1))
                }
                $0.positions = rows.map { UInt32($0) }
            case .mean, .meanAbs, .rms, .l2, .max, .sum, .countAbove:
                $0.type = .f64
                $0.shape = [UInt64(elements)]
                $0.reducedRows = UInt64(rows.count)
            case .topK(let count, _):
                $0.shape = [UInt64(rows.count), UInt64(min(count, elements))]
                $0.positions = rows.map { UInt32($0) }
            case .logProbability(let ids), .rank(let ids):
                $0.type = .f64
                $0.shape = [UInt64(rows.count), UInt64(ids.count)]
                $0.positions = rows.map { UInt32($0) }
            case .norm, .dot, .entropy, .klDivergence:
                $0.type = .f64
                $0.shape = [UInt64(rows.count)]
                $0.positions = rows.map { UInt32($0) }
            }
        }
    }

    /// Of the products and attention over all rows; the head for the last row alone.
    private var multiplyAdds: Double {
        let shape = model.configuration
        let width = Double(shape.width)
        let headWidth = Double(shape.headCount * shape.headDimension)
        let keyWidth = Double(shape.keyValueHeadCount * shape.headDimension)
        let perRow =
            width * (2 * headWidth + 2 * keyWidth) + 3 * width * Double(shape.neuronCount)
        let rows = Double(maximumRows)
        let attention = headWidth * rows * (rows + 1)
        return Double(shape.layerCount) * (rows * perRow + attention)
            + width * Double(shape.vocabularyCount)
    }

    private var keyValueBytes: UInt64 {
        let shape = model.configuration
        let bytes = model.form == .f32 ? 4 : 2
        return UInt64(
            shape.layerCount * 2 * shape.keyValueHeadCount * shape.headDimension * bytes
                * maximumRows)
    }
}
