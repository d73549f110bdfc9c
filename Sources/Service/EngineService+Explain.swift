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
        let items =
            switch request.request {
            case .forward(let forward): try prepareForward(forward)
            case .score(let score): try prepareScore(score)
            case .generate(let generate): [try prepareGenerate(generate)]
            case nil:
                throw RequestFailure(
                    .invalidArgument, "NOTHING_TO_EXPLAIN",
                    "give one of forward, generate, score", field: "request")
            }
        let explained = items.enumerated().map { index, item in
            PlanExplainer(model: engine.model, item: item).explain(index)
        }
        try await sink.send(
            Neurond_V1_ExplainReply.with {
                $0.items = explained
                $0.multiplyAdds = explained.reduce(0) { $0 + $1.multiplyAdds }
                $0.replyBytes = explained.reduce(0) { $0 + $1.replyBytes }
            })
        return UsageTotals().end(planHash: items[0].job.plan.hash)
    }
}

/// Counts what one item's plan touches and brings: upper bounds where a generation may end early.
struct PlanExplainer {
    let model: Model
    let item: PreparedItem

    private var job: Job { item.job }

    func explain(_ index: Int) -> Neurond_V1_ExplainReply.Item {
        .with {
            $0.item = UInt32(index)
            $0.tokens = UInt32(job.tokens.count)
            $0.actions = job.plan.actions.flatMap(actions)
            $0.tensors = zip(job.plan.captures, item.prepared.layouts).flatMap(tensors)
            $0.planHash = job.plan.hash
            $0.multiplyAdds = multiplyAdds
            $0.replyBytes = UInt64(item.prepared.captureByteCount)
            $0.keyValueBytes = keyValueBytes
        }
    }

    /// Rows of `final_norm` and `logits` exist only where something reads them.
    private var headRows: Set<Int> {
        let captured = job.plan.captures
            .filter { [.finalNorm, .logits].contains($0.site.kind) }
            .flatMap { job.selectedRows($0.positions) }
        return Set((0..<job.maximumRows).filter { job.readsLogits(at: $0) }).union(captured)
    }

    private func actions(_ action: ResolvedAction) -> [Neurond_V1_ExplainReply.Action] {
        let selected = job.selectedRows(action.positions)
        return action.entries.map { entry in
            let isHead = [.finalNorm, .logits].contains(entry.site.kind)
            let rows = isHead ? headRows.intersection(selected).count : selected.count
            return .with {
                $0.action = UInt32(action.index)
                $0.text = item.source.actions[action.index].text
                $0.site = entry.site.description
                $0.units = UInt64(entry.units.count)
                $0.rows = UInt64(rows)
            }
        }
    }

    private func tensors(
        _ capture: ResolvedCapture, _ layouts: [CaptureLayout]
    ) -> [Neurond_V1_TensorInfo] {
        let rows = job.selectedRows(capture.positions)
        return layouts.map { layout in
            .with {
                $0.name = layout.name
                $0.site = capture.site.description
                $0.capture = UInt32(capture.index)
                $0.type = layout.element.dataType
                $0.shape = layout.shape.map { UInt64($0) }
                if layout.isPerRow {
                    $0.positions = rows.map { UInt32($0) }
                } else {
                    $0.reducedRows = UInt64(rows.count)
                }
            }
        }
    }

    /// Of the products and attention over all rows, and of the head over the rows that exist.
    private var multiplyAdds: Double {
        let shape = model.configuration
        let width = Double(shape.width)
        let headWidth = Double(shape.headCount * shape.headDimension)
        let keyWidth = Double(shape.keyValueHeadCount * shape.headDimension)
        let perRow =
            width * (2 * headWidth + 2 * keyWidth) + 3 * width * Double(shape.neuronCount)
        let rows = Double(job.maximumRows)
        let attention = headWidth * rows * (rows + 1)
        return Double(shape.layerCount) * (rows * perRow + attention)
            + Double(headRows.count) * width * Double(shape.vocabularyCount)
    }

    private var keyValueBytes: UInt64 {
        let shape = model.configuration
        let bytes = model.form == .f32 ? 4 : 2
        return UInt64(
            shape.layerCount * 2 * shape.keyValueHeadCount * shape.headDimension * bytes
                * job.maximumRows)
    }
}
